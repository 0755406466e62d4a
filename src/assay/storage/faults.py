"""Turns what a database driver throws into our own errors: the same mistake gives the same error on both databases."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import exc

from assay.kernel.errors import AssayError
from assay.storage.errors import (
    ConstraintBrokenError,
    DiskFullError,
    StoreAwayError,
    StoreDamagedError,
    ValueRefusedError,
    WriteConflictError,
)

_POSTGRES: tuple[tuple[tuple[str, ...], Callable[[str], AssayError]], ...] = (
    # Serialization failure, deadlock, lock not to be had, unique and exclusion violation: true a moment ago.
    (("40001", "40P01", "55P03", "23505", "23P01"), lambda _: WriteConflictError()),
    (("53100",), lambda _: DiskFullError()),
    (("XX001", "XX002"), StoreDamagedError),
    (("23", "P0001"), ConstraintBrokenError),  # P0001: raised by one of our triggers
    (("22",), ValueRefusedError),
    # Connection, resources, operator intervention, system error, internal error.
    (("08", "53", "57", "58", "XX"), StoreAwayError),
)
"""SQLSTATE prefixes and what they mean to us; the first that fits counts."""

_DAMAGED = {"SQLITE_CORRUPT", "SQLITE_NOTADB"}
_AWAY = {
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_IOERR",
    "SQLITE_CANTOPEN",
    "SQLITE_READONLY",
    "SQLITE_NOMEM",
    "SQLITE_INTERRUPT",
    "SQLITE_PROTOCOL",
    "SQLITE_PERM",
}


def fault_of(error: BaseException) -> AssayError | None:
    """The error of ours that `error` stands for; None for a mistake in our own code, which should surface as it is."""
    if isinstance(error, AssayError):
        return error
    if isinstance(error, exc.TimeoutError):
        return StoreAwayError("every connection is in use")
    if isinstance(error, (OverflowError, UnicodeEncodeError)):
        return ValueRefusedError(type(error).__name__)
    return _driver_fault(error.orig if isinstance(error, exc.DBAPIError) else error)


def _driver_fault(original: BaseException | None) -> AssayError | None:
    kinds = {kind.__name__ for kind in type(original).__mro__}
    if "Error" not in kinds:  # the root of every DB-API driver's errors
        return None
    name = getattr(original, "sqlite_errorname", None)
    if name is not None:
        return _sqlite_fault(str(name), kinds, str(original))
    state = getattr(original, "sqlstate", None)
    if state is not None:
        return _postgres_fault(str(state))
    return _nameless_fault(kinds)


def _sqlite_fault(name: str, kinds: set[str], text: str) -> AssayError | None:
    base = "_".join(name.split("_")[:2])  # an extended code names its base first
    if base == "SQLITE_CONSTRAINT":
        return WriteConflictError() if text.startswith("UNIQUE") else ConstraintBrokenError(text)
    if base == "SQLITE_FULL":
        return DiskFullError()
    if base in _DAMAGED:
        return StoreDamagedError(text)
    if base in _AWAY:
        return StoreAwayError(text)
    if base in {"SQLITE_TOOBIG", "SQLITE_MISMATCH"} or "DataError" in kinds:
        return ValueRefusedError(text)
    return None


def _postgres_fault(state: str) -> AssayError | None:
    for prefixes, fault in _POSTGRES:
        if state.startswith(prefixes):
            return fault(f"SQLSTATE {state}")
    return None


def _nameless_fault(kinds: set[str]) -> AssayError | None:
    """A driver's own complaint, without a code from the database."""
    if "IntegrityError" in kinds:
        return WriteConflictError()
    if "DataError" in kinds:
        return ValueRefusedError("the driver cannot write it")
    if kinds & {"OperationalError", "InterfaceError"}:
        return StoreAwayError("the connection broke")
    return None
