"""SQLite in WAL with full synchronisation: one process, one writing connection, one commit for a group of changes."""

from __future__ import annotations

import fcntl
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as driver
import sqlalchemy as sa

from assay.storage.errors import DiskFullError, HouseInUseError, StoreAwayError, UnsafeLibraryError
from assay.storage.turnstile import Turnstile

SAFE_VERSION = (3, 51, 3)
"""Older libraries can corrupt a WAL database when a checkpoint meets a commit."""
MAX_GROUP = 64
"""Changes in one commit; more would let the first wait too long."""


class _Group:
    """Changes that become durable by the same commit."""

    def __init__(self) -> None:
        self.n = 0
        self.done = threading.Event()
        self.error: Exception | None = None


class SqliteDatabase:
    """A database file that this process alone writes.

    A change runs under a savepoint on the one writing connection. Whoever leaves last, or fills the group, commits
    for all: there is no committing thread that could die and leave the others waiting.
    """

    name = "sqlite"

    def __init__(self, path: Path, *, n_readers: int = 16) -> None:
        if driver.sqlite_version_info < SAFE_VERSION:
            raise UnsafeLibraryError(driver.sqlite_version)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock_file = _lock(path)
        self.path = path
        self.engine = sa.create_engine(
            f"sqlite:///{path}", module=driver, poolclass=sa.QueuePool, pool_size=n_readers, max_overflow=0
        )
        sa.event.listen(self.engine, "connect", _prepare)
        self._turn = Turnstile()
        self._group: _Group | None = None
        self._writer = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._writer_cursor = self._writer.connection.cursor()
        self._sql("PRAGMA query_only=OFF")

    def _sql(self, text: str) -> None:
        self._writer_cursor.execute(text)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection whose first statement fixes the moment it sees."""
        with self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Run a change; returns after the group's commit."""
        self._turn.enter()
        group = None
        try:
            group = self._join()
            self._sql("SAVEPOINT change")
            try:
                yield self._writer
            except BaseException:
                self._sql("ROLLBACK TO change")
                raise
            finally:
                self._sql("RELEASE change")
            group.n += 1
        except driver.OperationalError as error:
            raise _translated(error) from error
        finally:
            if group is not None and (self._turn.n_waiting == 0 or group.n >= MAX_GROUP):
                self._commit(group)
            self._turn.leave()
        group.done.wait()
        if group.error is not None:
            raise _translated(group.error)

    def _join(self) -> _Group:
        if self._group is None:
            self._sql("BEGIN IMMEDIATE")
            self._group = _Group()
        return self._group

    def _commit(self, group: _Group) -> None:
        """Make the group durable; a database that can neither commit nor roll back ends the process."""
        self._group = None
        try:
            self._sql("COMMIT")
        except Exception as error:  # noqa: BLE001 - every waiter must learn of it, whatever it is
            group.error = error
            try:
                self._sql("ROLLBACK")
            except driver.OperationalError as second:
                if "no transaction" not in str(second):
                    sys.stderr.write(f"assay: the database can neither commit nor roll back: {second}\n")
                    sys.stderr.flush()
                    os._exit(70)
        finally:
            group.done.set()

    def close(self) -> None:
        """Fold the log into the file and give the lock back."""
        self._turn.enter()
        try:
            if self._group is not None:
                self._commit(self._group)
            self._writer_cursor.close()
            self._writer.close()
            self.engine.dispose()
        finally:
            self._turn.leave()
            os.close(self._lock_file)


def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver connection
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "temp_store=MEMORY",
        "cache_size=-65536",
        "wal_autocheckpoint=4000",
        "query_only=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _lock(path: Path) -> int:
    handle = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise HouseInUseError(str(path.parent)) from None
    return handle


def _translated(error: Exception) -> Exception:
    text = str(error)
    if "disk is full" in text:
        return DiskFullError()
    return StoreAwayError(text)
