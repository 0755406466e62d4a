"""Opens a house from a database URL and brings its tables up to date."""

from __future__ import annotations

from pathlib import Path

from assay.kernel.clock import Clock
from assay.storage.errors import UnknownDatabaseError
from assay.storage.house import Database, House
from assay.storage.schema import bring_up_to_date


def open_house(url: str, *, clock: Clock | None = None) -> House:
    """Open the database behind `url` (`sqlite:///file.db` or `postgresql://...`); its tables are made or migrated.

    Raises:
        UnknownDatabaseError: another kind of URL.
        HouseInUseError: another process writes to this SQLite file.
    """
    database = database_of(url)
    try:
        with database.migrating() as connection:
            bring_up_to_date(connection)
    except BaseException:
        database.close()
        raise
    return House(database, clock)


def database_of(url: str) -> Database:
    """The database behind `url`, open, with whatever tables it has."""
    scheme = url.split(":", 1)[0]
    if scheme == "sqlite":
        from assay.storage.sqlite import SqliteDatabase  # noqa: PLC0415 - a PostgreSQL server needs no bundled SQLite

        return SqliteDatabase(Path(url.removeprefix("sqlite:///")))
    if scheme in {"postgresql", "postgres"}:
        from assay.storage.postgres import PostgresDatabase  # noqa: PLC0415 - the driver is an extra

        return PostgresDatabase(url.replace("postgres://", "postgresql://", 1))
    raise UnknownDatabaseError(scheme)
