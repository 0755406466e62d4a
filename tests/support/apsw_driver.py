"""A small DB-API over apsw, so that the real house runs on a file system that a test watches or breaks.

Only what SQLAlchemy's SQLite dialect and `SqliteDatabase` use. Transactions are begun explicitly, as there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import apsw

apilevel = "2.0"
threadsafety = 1
paramstyle = "qmark"
sqlite_version: str = apsw.sqlite_lib_version()
sqlite_version_info: tuple[int, ...] = tuple(int(part) for part in sqlite_version.split("."))
Binary = memoryview
PARSE_DECLTYPES = 1
PARSE_COLNAMES = 2


class Error(Exception):
    """Root of the driver's errors, as DB-API names them."""

    sqlite_errorname = "SQLITE_ERROR"


class Warning(Exception):  # noqa: A001, N818 - the name is DB-API's
    """Never raised."""


class InterfaceError(Error):
    """Wrong use of the driver."""


class DatabaseError(Error):
    """The database complains."""


class DataError(DatabaseError):
    """A value does not fit."""


class OperationalError(DatabaseError):
    """The database cannot do it now."""


class IntegrityError(DatabaseError):
    """A constraint is broken."""


class InternalError(DatabaseError):
    """Never raised."""


class ProgrammingError(DatabaseError):
    """Never raised."""


class NotSupportedError(DatabaseError):
    """Never raised."""


_KINDS: dict[type[apsw.Error], tuple[type[Error], str]] = {
    apsw.ConstraintError: (IntegrityError, "SQLITE_CONSTRAINT"),
    apsw.FullError: (OperationalError, "SQLITE_FULL"),
    apsw.IOError: (OperationalError, "SQLITE_IOERR"),
    apsw.BusyError: (OperationalError, "SQLITE_BUSY"),
    apsw.CantOpenError: (OperationalError, "SQLITE_CANTOPEN"),
    apsw.CorruptError: (DatabaseError, "SQLITE_CORRUPT"),
    apsw.NotADBError: (DatabaseError, "SQLITE_NOTADB"),
    apsw.ReadOnlyError: (OperationalError, "SQLITE_READONLY"),
    apsw.NoMemError: (OperationalError, "SQLITE_NOMEM"),
}


def _translated(error: apsw.Error) -> Error:
    kind, name = _KINDS.get(type(error), (OperationalError, "SQLITE_ERROR"))
    translated = kind(str(error).removeprefix(f"{type(error).__name__}: "))
    translated.sqlite_errorname = name
    return translated


class Driver:
    """This module with a file system of choice; hand it to `SqliteDatabase` as its driver."""

    def __init__(self, vfs: str | None = None) -> None:
        self._vfs = vfs

    def __getattr__(self, name: str) -> Any:
        return globals()[name]

    def connect(self, database: str, **_options: Any) -> Connection:
        """Open a connection on the chosen file system."""
        return Connection(database, self._vfs)


class Connection:
    """One connection."""

    def __init__(self, database: str, vfs: str | None) -> None:
        try:
            self._apsw = apsw.Connection(database, vfs=vfs)
        except apsw.Error as error:
            raise _translated(error) from error
        self.isolation_level: str | None = ""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return bool(self._apsw.in_transaction)

    def cursor(self) -> Cursor:
        """Make a cursor."""
        return Cursor(self._apsw)

    def commit(self) -> None:
        """Commit if anything is open."""
        if self._apsw.in_transaction:
            self.cursor().execute("COMMIT")

    def rollback(self) -> None:
        """Roll back if anything is open."""
        if self._apsw.in_transaction:
            self.cursor().execute("ROLLBACK")

    def close(self) -> None:
        """Close it."""
        self._apsw.close()

    def create_function(self, name: str, n_arguments: int, function: Any, **options: Any) -> None:
        """Make a Python function callable from SQL."""
        self._apsw.create_scalar_function(name, function, n_arguments, **options)


class Cursor:
    """One cursor; rows are fetched when the statement runs."""

    arraysize = 1

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._rows: list[tuple[Any, ...]] = []
        self.description: Sequence[Any] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    def execute(self, text: str, parameters: Sequence[Any] = ()) -> Cursor:
        """Run one statement to its end."""
        self.description = None
        cursor = self._connection.cursor()

        def trace(running: apsw.Cursor, _text: str, _bindings: Any) -> bool:
            columns = running.get_description()
            self.description = [(name, None, None, None, None, None, None) for name, _ in columns] or None
            return True

        cursor.exec_trace = trace
        try:
            self._rows = list(cursor.execute(text, tuple(parameters)))
        except apsw.Error as error:
            raise _translated(error) from error
        changes = text.lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE", "REPLAC"}
        self.rowcount = self._connection.changes() if changes else -1
        self.lastrowid = self._connection.last_insert_rowid()
        return self

    def executemany(self, text: str, many: Iterable[Sequence[Any]]) -> Cursor:
        """Run one statement for each row of parameters."""
        total = 0
        for parameters in many:
            total += max(self.execute(text, parameters).rowcount, 0)
        self.rowcount = total
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        """Take the next row."""
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        """Take the next rows."""
        size = size or self.arraysize
        taken, self._rows = self._rows[:size], self._rows[size:]
        return taken

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Take all rows left."""
        taken, self._rows = self._rows, []
        return taken

    def close(self) -> None:
        """Forget the rows."""
        self._rows = []

    def setinputsizes(self, *_: Any) -> None:
        """Do nothing, as DB-API allows."""

    def setoutputsize(self, *_: Any) -> None:
        """Do nothing, as DB-API allows."""
