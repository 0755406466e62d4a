"""What can go wrong with storage."""

from __future__ import annotations

from assay.kernel.errors import (
    ConflictError,
    CorruptError,
    InvalidInputError,
    NotFoundError,
    UnavailableError,
)


class TenantUnboundError(CorruptError):
    """A statement would have read or changed rows of every project."""

    code = "storage.tenant_unbound"

    def __init__(self, tables: list[str]) -> None:
        super().__init__(f"A statement on {', '.join(tables)} does not name the project.")


class UnauditedWriteError(CorruptError):
    """A change was about to be stored without an audit event."""

    code = "storage.unaudited_write"

    def __init__(self, why: str) -> None:
        super().__init__(f"The change {why!r} recorded no audit event and was not stored.")


class UnsafeLibraryError(UnavailableError):
    """The SQLite library is one that can corrupt a database in WAL mode."""

    code = "storage.unsafe_sqlite"

    def __init__(self, version: str) -> None:
        super().__init__(
            f"SQLite {version} can corrupt a database in WAL mode; 3.51.3 or newer is needed.",
            hint="Install the package's locked dependencies, or use PostgreSQL by its URL.",
        )


class HouseInUseError(ConflictError):
    """Another process already writes to this data folder."""

    code = "storage.in_use"

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"Another Assay process already writes to {folder}.",
            hint="Stop it first, or talk to it over HTTP with --server.",
        )


class StoreAwayError(UnavailableError):
    """The database did not take the change."""

    code = "storage.away"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The database did not take the change: {reason}.", hint="Nothing was stored; try again.")


class OutcomeUnknownError(UnavailableError):
    """Something broke at the very moment the change was made durable."""

    code = "storage.outcome_unknown"

    def __init__(self) -> None:
        super().__init__(
            "Storing the change was interrupted in its last step; it may be stored or not.",
            hint="Send it again with the same key: it will count once.",
        )


class StoreDamagedError(CorruptError):
    """The database says that its own file is damaged."""

    code = "storage.damaged"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The database is damaged: {reason}.", hint="Stop the server and restore a backup.")


class StoreUnfitError(UnavailableError):
    """The database server cannot keep what Assay promises."""

    code = "storage.unfit"


class ConstraintBrokenError(CorruptError):
    """A rule of the database refused the change; our own checks should have done so before."""

    code = "storage.constraint_broken"

    def __init__(self, rule: str) -> None:
        super().__init__(f"The change breaks a rule of the database and was not stored: {rule}.")


class ValueRefusedError(InvalidInputError):
    """A value does not fit its column: too long, too large, or not text."""

    code = "storage.value_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"A value cannot be stored: {reason}.", hint="Look for very long texts, huge numbers and broken characters."
        )


class ReplayChangedError(CorruptError):
    """A write whose key was used before tried to change something."""

    code = "storage.replay_changed"

    def __init__(self, why: str) -> None:
        super().__init__(f"The write {why!r} was done before under the same key and may change nothing now.")


class WriteConflictError(ConflictError):
    """Two changes met and the database let one of them through."""

    code = "storage.write_conflict"

    def __init__(self) -> None:
        super().__init__("Another change was made at the same moment.", hint="Reload and try again.")


class BlobMissingError(NotFoundError):
    """No blob has this hash."""

    code = "storage.blob_missing"

    def __init__(self, sha256: str) -> None:
        super().__init__(f"There is no blob {sha256[:12]}.")


class BlobDamagedError(CorruptError):
    """A blob's bytes do not have its hash."""

    code = "storage.blob_damaged"

    def __init__(self, sha256: str) -> None:
        super().__init__(f"The bytes of blob {sha256[:12]} do not have its hash.", hint="Restore it from a backup.")


class BlobsAwayError(UnavailableError):
    """The store of blobs did not answer."""

    code = "storage.blobs_away"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The store of image bytes did not answer: {reason}.", hint="Try again; nothing was lost.")


class UnknownDatabaseError(InvalidInputError):
    """The database URL is neither SQLite nor PostgreSQL."""

    code = "storage.unknown_database"

    def __init__(self, scheme: str) -> None:
        super().__init__(
            f"The database URL starts with {scheme!r}.", hint="Use sqlite:///path/file.db or postgresql://host/name."
        )


class BackupRefusedError(InvalidInputError):
    """A backup cannot be made or restored as asked."""

    code = "storage.backup_refused"


class BackupDamagedError(CorruptError):
    """A file of a backup is not what its manifest says."""

    code = "storage.backup_damaged"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} in the backup is missing or changed.", hint="Use another backup; nothing was restored."
        )


class DiskFullError(UnavailableError):
    """The disk has no room for the change."""

    code = "storage.disk_full"

    def __init__(self) -> None:
        super().__init__("The disk has no room for the change.", hint="Free some space; nothing was stored.")


class LogDamagedError(CorruptError):
    """The audit log does not hash to its head."""

    code = "storage.log_damaged"

    def __init__(self, seq: int, event_id: str) -> None:
        super().__init__(
            f"The audit log does not fit its own hashes at entry {seq} ({event_id}).",
            hint="Somebody changed it outside Assay, or the disk did; compare with a backup.",
        )
