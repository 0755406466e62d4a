"""Tables of the storage tests, on a metadata of their own so that they never count as the product's."""

from __future__ import annotations

import sqlalchemy as sa

from assay.kernel.actor import Actor
from assay.kernel.clock import Clock
from assay.storage import House, Tx
from assay.storage.events import IMMUTABLE_EVENTS, consumer_cursors, events, log_heads, write_keys
from assay.storage.opening import database_of
from assay.storage.tables import PROJECT, identifier, project_id

ANNA = Actor("anna")
P = "project-one"
Q = "project-two"

test_metadata = sa.MetaData()
notes = sa.Table(
    "test_notes",
    test_metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("name", sa.String(20), nullable=False),
    sa.Column("n", sa.BigInteger, nullable=False, server_default="0"),
    sa.UniqueConstraint("project_id", "name"),
)
pages = sa.Table(
    "test_pages",
    test_metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("note_id", sa.String(32), sa.ForeignKey("test_notes.id"), nullable=False),
)

all_notes = sa.select(notes).where(notes.c.project_id == PROJECT).order_by(notes.c.name)
count_up = (
    sa.update(notes).where(notes.c.project_id == PROJECT, notes.c.name == sa.bindparam("which")).values(n=notes.c.n + 1)
)


OWN = [events, write_keys, consumer_cursors, log_heads]
"""Storage's own tables: all a test of storage needs; the rooms' tables take a second to make on PostgreSQL."""


def open_storage(url: str, clock: Clock | None = None) -> House:
    """Open a house that has storage's own tables and the test's, and no room's."""
    database = database_of(url)
    try:
        with database.migrating() as connection:
            make_tables(connection)
    except BaseException:
        database.close()
        raise
    return House(database, clock)


def make_tables(connection: sa.Connection) -> None:
    """Create the tables that are not there, and the triggers."""
    events.metadata.create_all(connection, tables=OWN)
    test_metadata.create_all(connection)
    for statement in IMMUTABLE_EVENTS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def add_note(tx: Tx, name: str, n: int = 0) -> str:
    """Insert one note with its event; returns its id."""
    note = tx.new_id()
    tx.insert(notes, {"id": note, "name": name, "n": n})
    tx.record("note.added", subject=note, name=name)
    return note


def write_note(house: House, name: str, *, project: str = P, key: str | None = None) -> None:
    """Add one note in a write of its own; a replay changes nothing."""
    with house.write(ANNA, project, "a test", key=key) as tx:
        if not tx.replayed:
            add_note(tx, name)


def names(house: House, project: str = P) -> list[str]:
    """The names of a project's notes."""
    with house.read(ANNA, project) as rx:
        return [row.name for row in rx.rows(all_notes)]


def n_events(house: House) -> int:
    """How many events there are in all."""
    with house.database.reading() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(events)).scalar_one())
