"""PostgreSQL going away, deadlocking or being unfit: told plainly, and the next change works."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import sqlalchemy as sa
from tests.contract.storage.tables import ANNA, P, add_note, count_up, names, open_storage, write_note
from tests.support.postgres import in_database

from assay.storage import House, StoreAwayError, WriteConflictError
from assay.storage.errors import OutcomeUnknownError, StoreUnfitError


@pytest.fixture
def house(fresh_postgres_url: str) -> Iterator[House]:
    """An open house on PostgreSQL alone."""
    opened = open_storage(fresh_postgres_url)
    yield opened
    opened.close()


def cut_off(url: str) -> None:
    """End every other connection to the database."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_connection_cut_in_the_body_stores_nothing_and_the_next_change_works(
    house: House, fresh_postgres_url: str
) -> None:
    with pytest.raises(StoreAwayError), house.write(ANNA, P, "a test") as tx:  # noqa: PT012 - the body is the test
        add_note(tx, "lost")
        cut_off(fresh_postgres_url)
        add_note(tx, "lost too")
    write_note(house, "afterwards")
    assert names(house) == ["afterwards"]


def test_a_connection_cut_at_the_commit_has_an_unknown_outcome_and_a_retry_by_key_counts_once(
    house: House, fresh_postgres_url: str
) -> None:
    with pytest.raises(OutcomeUnknownError), house.database.writing() as connection:  # noqa: PT012 - both are the test
        connection.exec_driver_sql("SELECT 1")
        cut_off(fresh_postgres_url)
    for _ in range(2):
        write_note(house, "once", key="k")
    assert names(house) == ["once"]


def test_a_cut_connection_is_told_to_a_reader_too(house: House, fresh_postgres_url: str) -> None:
    write_note(house, "first")
    cut_off(fresh_postgres_url)
    with pytest.raises(StoreAwayError):
        names(house)
    assert names(house) == ["first"]


def test_a_deadlock_is_a_conflict_for_one_and_a_success_for_the_other(house: House) -> None:
    write_note(house, "a")
    write_note(house, "b")
    both = threading.Barrier(2)

    def change(first: str, second: str) -> str:
        try:
            with house.write(ANNA, P, "a test") as tx:
                tx.change(count_up, which=first)
                both.wait(20)
                tx.change(count_up, which=second)
                tx.record("notes.counted", subject="both")
        except WriteConflictError:
            return "conflict"
        return "stored"

    with ThreadPoolExecutor(2) as pool:
        ended = [f.result(30) for f in [pool.submit(change, "a", "b"), pool.submit(change, "b", "a")]]
    assert sorted(ended) == ["conflict", "stored"]


def test_no_server_at_all_is_told_at_the_start(fresh_postgres_url: str) -> None:
    with pytest.raises(StoreAwayError):
        open_storage(in_database(fresh_postgres_url, "no_such_database"))


def test_a_database_that_does_not_speak_utf8_is_refused(postgres_server: str) -> None:
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
        try:
            with pytest.raises(StoreUnfitError, match="LATIN1"):
                open_storage(in_database(postgres_server, "latin"))
        finally:
            admin.execute("DROP DATABASE latin WITH (FORCE)")


def test_a_database_set_to_lazy_commits_is_made_to_wait_for_the_disk(fresh_postgres_url: str) -> None:
    with psycopg.connect(fresh_postgres_url, autocommit=True) as admin:
        admin.execute(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$"
        )
    opened = open_storage(fresh_postgres_url)
    try:
        with opened.database.writing() as connection:
            assert connection.execute(sa.text("SHOW synchronous_commit")).scalar_one() == "on"
    finally:
        opened.close()
