"""SQLite in WAL with full synchronisation: one process, one writing connection, one commit for a group of changes."""

from __future__ import annotations

import fcntl
import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import exc

from assay.storage.blobs import sync_folder
from assay.storage.errors import (
    ConstraintBrokenError,
    HouseInUseError,
    OutcomeUnknownError,
    StoreAwayError,
    UnsafeLibraryError,
)
from assay.storage.faults import fault_of
from assay.storage.turnstile import Turnstile, TurnTimeoutError

SAFE_VERSION = (3, 51, 3)
"""Older libraries can corrupt a WAL database when a checkpoint meets a commit."""
MAX_GROUP = 64
"""Changes in one commit; more would let the first wait too long."""
MAX_GROUP_S = 0.05
"""Age at which a group is committed although others wait to join it."""
WAIT_S = 30.0
"""How long a change waits for its turn before the caller is told to try again."""
EXIT_CANNOT_STORE = 10

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL loses acknowledged changes at power loss; tests/e2e/test_power_loss.py shows it
    "foreign_keys=ON",
    "busy_timeout=10000",
    "temp_store=MEMORY",
    "wal_autocheckpoint=4000",
    "journal_size_limit=134217728",
    "trusted_schema=OFF",
    "recursive_triggers=ON",  # else INSERT OR REPLACE would delete an event without asking the trigger
)
READER_PRAGMAS = ("cache_size=-8192", "query_only=ON")
WRITER_PRAGMAS = ("cache_size=-65536", "query_only=OFF")


class _Group:
    """Changes that become durable by the same commit; lost until the commit has said otherwise."""

    def __init__(self) -> None:
        self.n = 0
        self.since_s = time.monotonic()
        self.done = threading.Event()
        self.error: Exception | None = OutcomeUnknownError()

    def is_full(self) -> bool:
        return self.n >= MAX_GROUP or time.monotonic() - self.since_s > MAX_GROUP_S


class SqliteDatabase:
    """A database file that this process alone writes.

    A change runs under a savepoint on the one writing connection. Whoever leaves with nobody behind, or fills the
    group, commits for all: there is no committing thread that could die and leave the others waiting.

    Args:
        path: the database file; made when absent.
        n_readers: connections for reading; more readers than that wait for one.
        driver: a DB-API module over SQLite; the bundled library unless a test watches the file system.
    """

    name = "sqlite"

    def __init__(self, path: Path, *, n_readers: int = 24, driver: Any = None) -> None:  # noqa: ANN401 - a DB-API module
        driver = driver or bundled_driver()
        if driver.sqlite_version_info < SAFE_VERSION:
            raise UnsafeLibraryError(driver.sqlite_version)
        self.path = path
        _make_folder(path.parent)
        self._lock_file = _lock(path)
        try:
            self._open(driver, n_readers)
        except BaseException:
            os.close(self._lock_file)
            raise

    def _open(self, driver: Any, n_readers: int) -> None:  # noqa: ANN401 - a DB-API module
        self.engine = sa.create_engine(
            sa.URL.create("sqlite", database=str(self.path)),
            module=driver,
            poolclass=sa.QueuePool,
            pool_size=n_readers + 1,
            max_overflow=0,
        )
        sa.event.listen(self.engine, "connect", _prepare)
        self._turn = Turnstile()
        self._group: _Group | None = None
        self._closed = False
        try:
            self._writer = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._raw = cast("Any", self._writer.connection.dbapi_connection)
            self._cursor = self._raw.cursor()
            _pragmas(self._cursor, WRITER_PRAGMAS)
        except exc.DBAPIError as error:
            fault = fault_of(error)
            raise (fault or error) from error

    def _sql(self, text: str) -> None:
        self._cursor.execute(text)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection whose first statement fixes the moment it sees."""
        try:
            connection = self.engine.connect()
        except exc.SQLAlchemyError as error:
            raise (fault_of(error) or error) from error
        with connection:
            connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def writing(self, *, urgent: bool = False) -> Iterator[sa.Connection]:
        """Run a change; returns after the group's commit."""
        group: _Group | None = None
        try:
            self._turn.enter(WAIT_S, urgent=urgent)
            group = self._join()
            self._sql("SAVEPOINT change")
            try:
                yield self._writer
                self._keep()
            except BaseException as error:
                self._undo(group, error)
                raise
        except TurnTimeoutError:
            raise StoreAwayError("others kept it busy") from None
        except Exception as error:
            raise (fault_of(error) or error) from error
        finally:
            if self._turn.mine:
                self._pass_on()
        group.done.wait()
        if group.error is not None:
            raise group.error

    def _join(self) -> _Group:
        if self._closed:
            raise StoreAwayError("it is closed")
        if self._group is None:
            self._sql("BEGIN IMMEDIATE")
            self._group = _Group()
        self._group.n += 1
        return self._group

    def _keep(self) -> None:
        try:
            self._sql("RELEASE change")
        except Exception as error:
            raise (fault_of(error) or StoreAwayError("it gave the whole transaction up")) from error

    def _undo(self, group: _Group, error: BaseException) -> None:
        """Take one change back; when the database has given up the whole transaction, the whole group is lost."""
        if self._raw.in_transaction:
            try:
                self._sql("ROLLBACK TO change")
                self._sql("RELEASE change")
            except Exception:  # noqa: BLE001, S110 - no savepoint is left: the transaction is taken back below
                pass
            else:
                return
        self._lose(group, error)

    def _pass_on(self) -> None:
        """Let the next change join the group, or commit it when it is full or nobody waits."""
        group = self._group
        if group is not None and not group.is_full() and self._turn.let_next_in():
            return
        try:
            if group is not None:
                self._commit(group)
        finally:
            self._turn.leave()

    def _commit(self, group: _Group) -> None:
        """Make the group durable and tell everybody in it how it went."""
        try:
            self._sql("COMMIT")
        except BaseException as error:
            self._lose(group, error)
            if not isinstance(error, Exception):
                raise
        else:
            group.error = None
            self._group = None
            group.done.set()

    def _lose(self, group: _Group, error: BaseException) -> None:
        """Take the group back and tell everybody; a database that cannot even do that ends the process."""
        if isinstance(error, Exception):
            group.error = fault_of(error) or StoreAwayError("a change in the same commit failed")
        self._group = None
        try:
            if self._raw.in_transaction:
                self._sql("ROLLBACK")
        except Exception as second:  # noqa: BLE001 - whatever it is, the connection is of no use any more
            if self._raw.in_transaction:
                sys.stderr.write(f"assay: the database can neither commit nor roll back: {second}\n")
                sys.stderr.flush()
                os._exit(EXIT_CANNOT_STORE)
        finally:
            group.done.set()

    @contextmanager
    def migrating(self) -> Iterator[sa.Connection]:
        """Change tables, all or nothing; rows may point nowhere in between, but not at the end."""
        self._turn.enter(WAIT_S)
        try:
            if self._group is not None:
                self._commit(self._group)
            self._sql("PRAGMA foreign_keys=OFF")  # has no effect inside a transaction
            self._sql("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._sql("PRAGMA foreign_key_check")
                loose = self._cursor.fetchall()
                if loose:
                    raise ConstraintBrokenError(f"{len(loose)} rows of {loose[0][0]} point nowhere after the migration")
                self._sql("COMMIT")
            finally:
                if self._raw.in_transaction:
                    self._sql("ROLLBACK")
                self._sql("PRAGMA foreign_keys=ON")
        except Exception as error:
            raise (fault_of(error) or error) from error
        finally:
            if self._turn.mine:
                self._turn.leave()

    def take_stock(self, tables: Iterable[str]) -> None:
        """Do nothing: plans here follow the indexes, not counts."""

    def close(self) -> None:
        """Fold the log into the file and give the lock back; a second time does nothing."""
        self._turn.enter(WAIT_S)
        try:
            if self._closed:
                return
            self._closed = True
            if self._group is not None:
                self._commit(self._group)
            self._cursor.close()
            self._writer.close()
            self.engine.dispose()
            os.close(self._lock_file)
        finally:
            self._turn.leave()


def bundled_driver() -> Any:  # noqa: ANN401 - a DB-API module
    """The SQLite library that comes with Assay, as a DB-API module."""
    import pysqlite3.dbapi2 as driver  # noqa: PLC0415 - a test may bring its own library

    return driver


def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver connection
    cursor = connection.cursor()
    _pragmas(cursor, (*PRAGMAS, *READER_PRAGMAS))
    cursor.close()


def _pragmas(cursor: Any, pragmas: tuple[str, ...]) -> None:  # noqa: ANN401 - a driver cursor
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
        cursor.fetchall()


def _make_folder(folder: Path) -> None:
    """Make the folder so that its very existence survives power loss."""
    folder = folder.absolute()
    missing = [p for p in (folder, *folder.parents) if not p.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        sync_folder(path.parent)


def _lock(path: Path) -> int:
    handle = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise HouseInUseError(str(path.parent)) from None
    return handle
