"""Migrations: the revisions make exactly the tables the rooms declare, on both databases, all or nothing."""

from __future__ import annotations

import importlib.util
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest
from tests.support.catalog import catalog

from assay.bootstrap import load_tables
from assay.kernel.actor import Actor
from assay.storage import House, open_house, schema
from assay.storage.errors import ConstraintBrokenError, StoreAwayError, StoreUnfitError
from assay.storage.events import IMMUTABLE_EVENTS
from assay.storage.house import Database
from assay.storage.opening import database_of
from assay.storage.schema import FOLDER, bring_up_to_date, newest_revision, revision_of, walk
from assay.storage.tables import metadata

TOOL = Path(__file__).resolve().parents[3] / "tools" / "make_migration.py"
NEXT = '''"""A later revision, made up for this test."""
import sqlalchemy as sa
from alembic import op
revision = "{number}"
down_revision = "{before}"
def upgrade():
{body}
'''


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """The tool that writes revisions."""
    load_tables()
    spec = importlib.util.spec_from_file_location("make_migration", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def revisions(tool: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product's revisions; while there are none, the first one as the tool writes it."""
    folder = tmp_path_factory.mktemp("revisions") / "migrations"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    if newest_revision(folder) is None:
        tool.write_revision("first tables", folder)
    return folder


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database without any tables."""
    opened = database_of(database_url)
    yield opened
    opened.close()


def add_revision(revisions: Path, folder: Path, body: str) -> Path:
    """A copy of the revisions with one more."""
    shutil.copytree(revisions, folder, ignore=shutil.ignore_patterns("__pycache__"))
    before = newest_revision(folder)
    assert before is not None
    number = f"{int(before) + 1:04}"
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    text = NEXT.format(number=number, before=before, body=lines)
    (folder / "versions" / f"r{number}_made_up.py").write_text(text)
    return folder


def test_the_revisions_make_exactly_the_declared_tables(database: Database, revisions: Path, tool: ModuleType) -> None:
    with database.migrating() as connection:
        schema.walk(connection, revisions)
        bring_up_to_date(connection, revisions)
        migrated = catalog(connection)
        assert tool.missing(connection) == []
        assert revision_of(connection) == newest_revision(revisions)
    with database.migrating() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
        for statement in IMMUTABLE_EVENTS[database.name]:
            connection.exec_driver_sql(statement)
        declared = catalog(connection)
    assert len(declared) > 30
    assert migrated == declared


def test_the_tool_finds_a_table_that_no_revision_makes(database: Database, revisions: Path, tool: ModuleType) -> None:
    with database.migrating() as connection:
        bring_up_to_date(connection, revisions)
        connection.exec_driver_sql("DROP TABLE consumer_cursors")
        assert [difference[0] for difference in tool.missing(connection)] == ["add_table"]


def test_a_revision_that_makes_the_event_table_anew_keeps_events_and_triggers(
    database: Database, revisions: Path, tmp_path: Path
) -> None:
    with database.migrating() as connection:
        bring_up_to_date(connection, revisions)
        connection.exec_driver_sql(
            "INSERT INTO events (id, project_id, at_us, actor_id, actor_kind, action, subject, why, body)"
            " VALUES ('1', 'p', 1, 'a', 'person', 'x', 's', 'because', '{}')"
        )
    upgraded = add_revision(
        revisions,
        tmp_path / "next",
        'with op.batch_alter_table("events", recreate="always") as batch:\n'
        '    batch.add_column(sa.Column("extra", sa.Integer(), nullable=True))',
    )
    with database.migrating() as connection:
        bring_up_to_date(connection, upgraded)
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT why, extra FROM events").all() == [("because", None)]
    for statement in ("UPDATE events SET why = 'other'", "DELETE FROM events"):
        with pytest.raises(ConstraintBrokenError), database.writing() as connection:
            connection.exec_driver_sql(statement)


def test_a_revision_that_fails_halfway_leaves_the_database_as_it_was(
    database: Database, revisions: Path, tmp_path: Path
) -> None:
    with database.migrating() as connection:
        bring_up_to_date(connection, revisions)
        before = catalog(connection)
    broken = add_revision(
        revisions,
        tmp_path / "broken",
        'op.create_table("half_done", sa.Column("id", sa.Integer()))\nraise ZeroDivisionError("halfway")',
    )
    with pytest.raises(ZeroDivisionError), database.migrating() as connection:
        bring_up_to_date(connection, broken)
    with database.migrating() as connection:
        assert catalog(connection) == before
        assert revision_of(connection) == newest_revision(revisions)


def test_a_database_of_a_newer_version_is_refused_with_its_revision(
    database: Database, revisions: Path, tmp_path: Path
) -> None:
    newer = add_revision(revisions, tmp_path / "newer", "pass")
    with database.migrating() as connection:
        bring_up_to_date(connection, newer)
    with pytest.raises(StoreUnfitError, match=newest_revision(newer) or "?"), database.migrating() as connection:
        bring_up_to_date(connection, revisions)


def test_a_database_that_is_up_to_date_is_not_migrated_again(
    database: Database, revisions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.migrating() as connection:
        bring_up_to_date(connection, revisions)

    def never(*_: object) -> None:
        raise AssertionError("migrated again")

    monkeypatch.setattr(schema, "walk", never)
    with database.migrating() as connection:
        bring_up_to_date(connection, revisions)


def test_two_processes_that_start_together_on_postgres_migrate_once(fresh_postgres_url: str, revisions: Path) -> None:
    barrier = threading.Barrier(4)

    def start(_: int) -> str | None:
        opened = database_of(fresh_postgres_url)
        try:
            barrier.wait()
            with opened.migrating() as connection:
                bring_up_to_date(connection, revisions)
                return revision_of(connection)
        finally:
            opened.close()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(start, range(4))) == {newest_revision(revisions)}


def test_a_migration_that_leaves_rows_pointing_nowhere_is_refused_on_sqlite(tmp_path: Path) -> None:
    database = database_of(f"sqlite:///{tmp_path / 'house.db'}")
    with pytest.raises(ConstraintBrokenError, match="child"), database.migrating() as connection:  # noqa: PT012 - one migration
        connection.exec_driver_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE child (parent INTEGER REFERENCES parent)")
        connection.exec_driver_sql("INSERT INTO child VALUES (7)")
    with database.migrating() as connection:
        assert catalog(connection) == {}
    with database.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    database.close()


def test_opening_a_house_twice_keeps_what_is_in_it(database_url: str) -> None:
    for n in range(2):
        house = open_house(database_url)
        with house.write(Actor("anna"), None, "a test") as tx:
            tx.record("thing.done", subject=str(n))
        house.close()
    house = open_house(database_url)
    with house.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT subject FROM events ORDER BY id").scalars().all() == ["0", "1"]
    house.close()


def test_tasks_have_room_on_their_pages_and_the_planner_can_be_sent_to_look(
    database: Database, revisions: Path
) -> None:
    with database.migrating() as connection:
        walk(connection, revisions)
    database.take_stock(["tasks"])
    if database.name == "postgresql":
        told = "SELECT reloptions, reltuples FROM pg_class WHERE relname = 'tasks'"
        with database.reading() as connection:
            assert connection.exec_driver_sql(told).one() == (["fillfactor=60"], 0.0), "-1 while nobody has looked"


def test_a_planner_that_cannot_look_is_nobodys_error(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(_: object) -> None:
        raise StoreAwayError("it is restarting")

    monkeypatch.setattr(house.database, "take_stock", away)
    house.take_stock(metadata.tables["tasks"])
    assert "the planner could not look" in caplog.text
