"""What one write promises, on both databases."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from tests.contract.storage.tables import (
    ANNA,
    P,
    Q,
    add_note,
    all_notes,
    count_up,
    n_events,
    names,
    notes,
    open_storage,
    pages,
    write_note,
)

from assay.kernel.clock import FixedClock
from assay.storage import (
    House,
    HouseInUseError,
    TenantUnboundError,
    Tx,
    UnauditedWriteError,
    WriteConflictError,
)
from assay.storage.errors import ConstraintBrokenError, ReplayChangedError, ValueRefusedError
from assay.storage.events import events, write_keys
from assay.storage.tables import PROJECT


def test_a_write_stores_its_rows_and_its_event_together(house: House, clock: FixedClock) -> None:
    with house.write(ANNA, P, "because") as tx:
        note = add_note(tx, "first")
    assert names(house) == ["first"]
    with house.database.reading() as connection:
        event = connection.execute(sa.select(events)).one()
    assert (event.project_id, event.actor_id, event.actor_kind, event.action, event.subject, event.why) == (
        (P, "anna", "person", "note.added", note, "because")
    )
    assert (event.body, event.at_us, event.seq) == ('{"name":"first"}', clock.now_us(), None)


def test_an_exception_in_the_body_stores_nothing(house: House) -> None:
    with pytest.raises(ZeroDivisionError), house.write(ANNA, P, "a test", key="k") as tx:  # noqa: PT012 - the body is the test
        add_note(tx, "first")
        _ = 1 / 0
    assert names(house) == []
    assert n_events(house) == 0
    write_note(house, "second", key="k")  # the key was not used up
    assert names(house) == ["second"]


def test_a_write_without_an_event_is_refused_and_stores_nothing(house: House) -> None:
    with pytest.raises(UnauditedWriteError, match="silent"), house.write(ANNA, P, "silent") as tx:
        tx.insert(notes, {"id": "1", "name": "first"})
    assert names(house) == []


def test_a_write_that_only_looks_still_needs_an_event(house: House) -> None:
    with pytest.raises(UnauditedWriteError), house.write(ANNA, P, "looks only") as tx:
        tx.rows(all_notes)


def test_the_second_write_with_a_key_is_a_replay_and_stores_nothing(house: House) -> None:
    write_note(house, "first", key="k")
    with house.write(ANNA, P, "again", key="k") as tx:
        assert tx.replayed
        assert [row.name for row in tx.rows(all_notes)] == ["first"]
    assert names(house) == ["first"]
    assert n_events(house) == 1


CHANGES: dict[str, Callable[[Tx], object]] = {
    "insert": lambda tx: tx.insert(notes, {"id": "1", "name": "second"}),
    "insert_new": lambda tx: tx.insert_new(notes, {"id": "1", "name": "second"}),
    "change": lambda tx: tx.change(count_up, which="first"),
    "returning": lambda tx: tx.returning(count_up.returning(notes.c.n), which="first"),
    "record": lambda tx: tx.record("note.added", subject="1"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_replay_that_tries_to_change_something_is_refused(house: House, change: str) -> None:
    write_note(house, "first", key="k")
    with pytest.raises(ReplayChangedError), house.write(ANNA, P, "again", key="k") as tx:
        CHANGES[change](tx)
    assert names(house) == ["first"]


def test_a_key_belongs_to_its_project(house: House) -> None:
    write_note(house, "first", key="k")
    write_note(house, "first", project=Q, key="k")
    with house.write(ANNA, None, "organisation", key="k") as tx:
        assert not tx.replayed
        tx.record("organisation.changed", subject="x")
    assert names(house) == names(house, Q) == ["first"]


def test_each_project_sees_its_own_rows_only(house: House) -> None:
    write_note(house, "mine")
    write_note(house, "theirs", project=Q)
    assert names(house) == ["mine"]
    assert names(house, Q) == ["theirs"]
    with house.write(ANNA, Q, "a test") as tx:
        assert tx.change(count_up, which="mine") == 0
        tx.record("note.missed", subject="mine")


@pytest.mark.parametrize(
    "statement",
    [
        sa.select(notes),
        sa.select(notes).where(notes.c.project_id == Q),
        sa.update(notes).values(n=1),
        sa.delete(notes),
        sa.insert(notes),
        sa.text("select * from test_notes"),
    ],
    ids=["select", "of another project", "update", "delete", "insert", "plain SQL"],
)
def test_a_statement_that_does_not_name_the_project_is_refused(house: House, statement: sa.Executable) -> None:
    with pytest.raises(TenantUnboundError), house.read(ANNA, P) as rx:
        rx.rows(statement)


def test_rows_cannot_be_put_into_another_project(house: House) -> None:
    with pytest.raises(TenantUnboundError), house.write(ANNA, P, "a test") as tx:
        tx.insert(notes, {"id": "1", "name": "first", "project_id": Q})
    assert names(house, Q) == []


def test_without_a_project_a_tenants_row_must_name_one(house: House) -> None:
    with pytest.raises(TenantUnboundError), house.write(ANNA, None, "a test") as tx:
        tx.insert(notes, {"id": "1", "name": "first"})
    with house.write(ANNA, None, "a test") as tx:
        tx.insert(notes, {"id": "1", "name": "first", "project_id": Q})
        tx.record("note.added", subject="1")
    assert names(house, Q) == ["first"]


def test_insert_new_tells_whether_the_row_was_new_and_the_write_goes_on(house: House) -> None:
    with house.write(ANNA, P, "a test") as tx:
        assert tx.insert_new(notes, {"id": "1", "name": "first"})
        assert not tx.insert_new(notes, {"id": "2", "name": "first"})
        assert not tx.insert_new(notes, {"id": "1", "name": "second"})
        add_note(tx, "third")
    assert names(house) == ["first", "third"]


def test_many_rows_are_inserted_at_once(house: House) -> None:
    with house.write(ANNA, P, "a test") as tx:
        tx.insert(notes, ({"id": str(i), "name": f"{i:03}"} for i in range(300)))
        tx.insert(notes, [])
        tx.record("notes.added", subject="300")
    assert len(names(house)) == 300


def test_returning_gives_the_changed_rows(house: House) -> None:
    write_note(house, "first")
    with house.write(ANNA, P, "a test") as tx:
        rows = tx.returning(count_up.returning(notes.c.name, notes.c.n), which="first")
        tx.record("note.counted", subject="first")
    assert [(row.name, row.n) for row in rows] == [("first", 1)]


def test_first_and_value_give_none_for_nothing(house: House) -> None:
    with house.read(ANNA, P) as rx:
        assert rx.first(all_notes) is None
        assert rx.value(all_notes) is None


def test_a_second_row_under_a_unique_name_is_a_conflict(house: House) -> None:
    write_note(house, "first")
    with pytest.raises(WriteConflictError), house.write(ANNA, P, "a test") as tx:
        tx.insert(notes, {"id": "other", "name": "first"})
    assert n_events(house) == 1


def test_a_failed_statement_cannot_be_swallowed(house: House) -> None:
    write_note(house, "first")
    with pytest.raises(WriteConflictError), house.write(ANNA, P, "a test") as tx:  # noqa: PT012 - the body is the test
        add_note(tx, "second")
        with pytest.raises(WriteConflictError):  # noqa: PT012 - on PostgreSQL the next answer tells
            tx.insert(notes, {"id": "other", "name": "first"})
            tx.rows(all_notes)
        with pytest.raises(WriteConflictError):
            tx.rows(all_notes)
    assert names(house) == ["first"]


def test_a_row_that_points_nowhere_breaks_a_rule(house: House) -> None:
    with pytest.raises(ConstraintBrokenError), house.write(ANNA, P, "a test") as tx:
        tx.insert(pages, {"id": "1", "note_id": "nowhere"})
    with pytest.raises(ConstraintBrokenError), house.write(ANNA, P, "a test") as tx:
        tx.insert(notes, {"id": "1", "name": None})


@pytest.mark.parametrize("value", [2**70, -(2**63) - 1])
def test_a_number_that_fits_no_column_is_refused_by_name(house: House, value: int) -> None:
    with pytest.raises(ValueRefusedError), house.write(ANNA, P, "a test") as tx:
        tx.insert(notes, {"id": "1", "name": "first", "n": value})


def test_text_with_half_a_character_is_refused(house: House) -> None:
    with pytest.raises(ValueRefusedError), house.write(ANNA, P, "a test") as tx:
        tx.insert(notes, {"id": "1", "name": "\ud800"})


def test_a_write_inside_a_write_is_refused_and_the_house_goes_on(house: House) -> None:
    with (
        pytest.raises(AssertionError, match="inside a write"),
        house.write(ANNA, P, "outer"),
        house.write(ANNA, P, "inner"),
    ):
        pass
    with pytest.raises(AssertionError, match="inside a write"), house.bookkeeping(), house.write(ANNA, P, "inner"):
        pass
    write_note(house, "first")
    assert names(house) == ["first"]


def test_reading_inside_a_write_sees_what_was_committed_before(house: House) -> None:
    write_note(house, "first")
    with house.write(ANNA, P, "a test") as tx:
        add_note(tx, "second")
        assert names(house) == ["first"]


def test_reading_cannot_change_anything(house: House) -> None:
    write_note(house, "first")
    with pytest.raises(Exception, match=r"(?i)read.?only"), house.database.reading() as connection:
        connection.execute(sa.delete(notes))
    with pytest.raises(Exception, match=r"(?i)read.?only|did not take"), house.read(ANNA, P) as rx:
        rx.rows(sa.delete(notes).where(notes.c.project_id == PROJECT).returning(notes.c.id))
    assert names(house) == ["first"]


def test_a_listener_hears_of_each_change_after_it_is_durable(house: House) -> None:
    heard: list[list[str]] = []
    house.on_commit(lambda: heard.append(names(house)))
    write_note(house, "first")
    with pytest.raises(UnauditedWriteError), house.write(ANNA, P, "silent"):
        pass
    write_note(house, "second")
    assert heard == [["first"], ["first", "second"]]


def test_a_listener_that_fails_does_not_undo_the_change(house: House, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise RuntimeError("deaf")

    house.on_commit(fail)
    write_note(house, "first")
    assert names(house) == ["first"]
    assert "deaf" in caplog.text


def test_everything_is_there_after_reopening(house: House, database_url: str) -> None:
    write_note(house, "first", key="k")
    house.close()
    again = open_storage(database_url)
    try:
        assert names(again) == ["first"]
        with again.write(ANNA, P, "again", key="k") as tx:
            assert tx.replayed
        with again.database.reading() as connection:
            assert [row.key for row in connection.execute(sa.select(write_keys))] == ["k"]
    finally:
        again.close()


def test_a_second_house_over_the_same_database(house: House, database_url: str) -> None:
    if house.database.name == "sqlite":
        with pytest.raises(HouseInUseError, match="already writes"):
            open_storage(database_url)
    else:
        other = open_storage(database_url)
        write_note(other, "first")
        other.close()
        assert names(house) == ["first"]


def test_a_listener_may_want_some_changes_only(house: House) -> None:
    heard: list[str] = []
    house.on_commit(lambda: heard.append("note"), {"note.added"})
    house.on_commit(lambda: heard.append("other"), {"note.burnt"})
    write_note(house, "first")
    assert heard == ["note"]


@pytest.mark.parametrize("n", [3, 4, 5, 20_000])
def test_one_row_or_many_are_stored_alike(house: House, n: int) -> None:
    with house.write(ANNA, P, "many") as tx:
        ids = [tx.new_id() for _ in range(n)]
        tx.insert(notes, [{"id": one, "name": f"{at:05}", "n": 2**62 + at} for at, one in enumerate(ids)])
        tx.insert(pages, [{"id": f"p{at}", "note_id": one} for at, one in enumerate(ids)])
        tx.record("notes.added", subject="many")
    with house.read(ANNA, P) as rx:
        rows = rx.rows(all_notes)
        n_pages = rx.value(sa.select(sa.func.count()).select_from(pages).where(pages.c.project_id == PROJECT))
    assert [(row.id, row.name, row.n) for row in rows] == [(one, f"{at:05}", 2**62 + at) for at, one in enumerate(ids)]
    assert n_pages == n


@pytest.mark.parametrize("n", [1, 6])
def test_a_doubled_name_among_many_stores_none_of_them(house: House, n: int) -> None:
    write_note(house, "0")
    with pytest.raises(WriteConflictError), house.write(ANNA, P, "many") as tx:  # noqa: PT012 - the body is the test
        tx.insert(notes, [{"id": tx.new_id(), "name": f"{at}", "n": 0} for at in range(n)])
        tx.record("notes.added", subject="many")
    assert names(house) == ["0"]


def test_large_documents_one_after_the_other_reach_the_database(house: House) -> None:
    """On PostgreSQL inserts travel unanswered; what does not fit a socket's buffer must not be waited for in vain."""
    with house.write(ANNA, P, "large") as tx:
        for at in range(12):
            tx.insert(notes, {"id": tx.new_id(), "name": f"{at:02}", "n": at})
            tx.record("note.added", subject="large", text="x" * 1_000_000)
    with house.database.reading() as connection:
        sizes = connection.execute(sa.select(sa.func.length(events.c.body))).scalars().all()
    assert len(names(house)) == 12
    assert sorted(sizes) == [1_000_011] * 12
