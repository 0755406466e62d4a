"""Brings a database's tables and triggers to what this version of Assay needs, in one transaction."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from assay.storage.errors import StoreUnfitError
from assay.storage.events import IMMUTABLE_EVENTS
from assay.storage.tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version"
_REVISION_FILE = re.compile(r"r(\d{4})_\w+\.py")


def newest_revision(folder: Path = FOLDER) -> str | None:
    """The newest revision's number, by the files' names alone; None while there is none."""
    found = (_REVISION_FILE.fullmatch(path.name) for path in (folder / "versions").glob("r*.py"))
    return max((match[1] for match in found if match), default=None)


def revision_of(connection: sa.Connection) -> str | None:
    """The revision a database is at; None when it was never migrated."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    revision: str | None = connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - a constant
    return revision


def bring_up_to_date(connection: sa.Connection, folder: Path = FOLDER) -> None:
    """Migrate, then make the triggers anew: a table made anew on SQLite loses them.

    While there is no revision, the tables are made as the rooms declare them.

    Raises:
        StoreUnfitError: a newer Assay wrote this database.
    """
    wanted = newest_revision(folder)
    if wanted is None:
        metadata.create_all(connection)
    else:
        current = revision_of(connection)
        if current is not None and current > wanted:
            raise StoreUnfitError(
                f"The database is at revision {current}; this version of Assay knows {wanted} at most.",
                hint="Install the newer version again, or restore a backup from before the upgrade.",
            )
        if current is None and not sa.inspect(connection).has_table("events"):
            _make_new(connection, wanted)
        elif current != wanted:
            walk(connection, folder)
    for statement in IMMUTABLE_EVENTS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def _make_new(connection: sa.Connection, revision: str) -> None:
    """Make an empty database as the rooms declare it and note the newest revision.

    Quicker than walking through every revision, and the same: a test holds both ways against each other.
    """
    metadata.create_all(connection)
    connection.exec_driver_sql(
        f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL, "
        f"CONSTRAINT {VERSION_TABLE}_pkc PRIMARY KEY (version_num))"
    )
    insert = f"INSERT INTO {VERSION_TABLE} (version_num) VALUES (:revision)"  # noqa: S608 - a constant
    connection.execute(sa.text(insert), {"revision": revision})


def walk(connection: sa.Connection, folder: Path = FOLDER) -> None:
    """Go through every revision that is still to come, one after the other."""
    from alembic import command  # noqa: PLC0415 - takes a while, and most starts need no migration

    if not connection.in_transaction():
        connection.begin()  # or Alembic would begin one, and commit it in the caller's place
    command.upgrade(alembic_config(connection, folder), "head")


def alembic_config(connection: sa.Connection, folder: Path = FOLDER) -> Config:
    """Alembic's settings for running on a connection that the caller holds."""
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
