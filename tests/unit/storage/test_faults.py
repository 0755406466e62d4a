"""Driver errors become ours: the same mistake gives the same error on both databases, our own bugs stay visible."""

from __future__ import annotations

import psycopg
import psycopg.errors
import pysqlite3.dbapi2 as pysqlite
import pytest
from sqlalchemy import exc

from assay.kernel.errors import AssayError
from assay.storage import StoreAwayError, WriteConflictError
from assay.storage.errors import ConstraintBrokenError, DiskFullError, StoreDamagedError, ValueRefusedError
from assay.storage.faults import fault_of


def sqlite_error(kind: str, name: str, text: str) -> Exception:
    error: Exception = getattr(pysqlite, kind)(text)
    error.sqlite_errorname = name  # type: ignore[attr-defined]
    return error


SQLITE = [
    ("IntegrityError", "SQLITE_CONSTRAINT", "UNIQUE constraint failed: t.a", WriteConflictError),
    ("IntegrityError", "SQLITE_CONSTRAINT_PRIMARYKEY", "UNIQUE constraint failed: t.a", WriteConflictError),
    ("IntegrityError", "SQLITE_CONSTRAINT", "FOREIGN KEY constraint failed", ConstraintBrokenError),
    ("IntegrityError", "SQLITE_CONSTRAINT_TRIGGER", "events are never changed", ConstraintBrokenError),
    ("OperationalError", "SQLITE_FULL", "database or disk is full", DiskFullError),
    ("OperationalError", "SQLITE_BUSY", "database is locked", StoreAwayError),
    ("OperationalError", "SQLITE_IOERR_FSYNC", "disk I/O error", StoreAwayError),
    ("DatabaseError", "SQLITE_CORRUPT", "database disk image is malformed", StoreDamagedError),
    ("DataError", "SQLITE_TOOBIG", "string or blob too big", ValueRefusedError),
    ("OperationalError", "SQLITE_ERROR", "no such table: t", None),
]
POSTGRES = [
    ("23505", WriteConflictError),
    ("40001", WriteConflictError),
    ("40P01", WriteConflictError),
    ("55P03", WriteConflictError),
    ("23503", ConstraintBrokenError),
    ("P0001", ConstraintBrokenError),
    ("22001", ValueRefusedError),
    ("22003", ValueRefusedError),
    ("53100", DiskFullError),
    ("53300", StoreAwayError),
    ("57P01", StoreAwayError),
    ("08006", StoreAwayError),
    ("XX001", StoreDamagedError),
    ("42P01", None),
]


@pytest.mark.parametrize(("kind", "name", "text", "expected"), SQLITE)
def test_sqlite_errors_by_their_code(kind: str, name: str, text: str, expected: type[AssayError] | None) -> None:
    raw = sqlite_error(kind, name, text)
    for error in (raw, exc.DBAPIError("SELECT secret", None, raw)):
        fault = fault_of(error)
        assert type(fault) is (expected or type(None))
        assert "secret" not in str(fault)


@pytest.mark.parametrize(("state", "expected"), POSTGRES)
def test_postgres_errors_by_their_state(state: str, expected: type[AssayError] | None) -> None:
    raw = psycopg.errors.lookup(state)("detail with values")
    fault = fault_of(exc.DBAPIError("SELECT secret", None, raw))
    assert type(fault) is (expected or type(None))
    assert "values" not in str(fault)


def test_a_broken_connection_has_no_state_and_is_away() -> None:
    assert isinstance(fault_of(psycopg.OperationalError("server closed the connection")), StoreAwayError)


def test_a_full_pool_is_away() -> None:
    assert isinstance(fault_of(exc.TimeoutError("QueuePool limit")), StoreAwayError)


def test_our_own_errors_and_bugs_pass_through() -> None:
    own = WriteConflictError()
    assert fault_of(own) is own
    assert fault_of(KeyError("x")) is None
    assert fault_of(exc.ArgumentError("wrong")) is None
