"""Database, blobs, audit log and event table; everything is read and written through a `House`."""

from assay.storage.backup import Manifest, backup, check_backup, restore
from assay.storage.blobs import Blobs
from assay.storage.consumers import Consumer, ConsumerRunner
from assay.storage.errors import (
    BlobMissingError,
    HouseInUseError,
    LogDamagedError,
    StoreAwayError,
    TenantUnboundError,
    UnauditedWriteError,
    WriteConflictError,
)
from assay.storage.events import Event
from assay.storage.house import House, Rx, Tx
from assay.storage.log import Head, check_log, newest_event, read_head, seal
from assay.storage.opening import open_house

__all__ = [
    "BlobMissingError",
    "Blobs",
    "Consumer",
    "ConsumerRunner",
    "Event",
    "Head",
    "House",
    "HouseInUseError",
    "LogDamagedError",
    "Manifest",
    "Rx",
    "StoreAwayError",
    "TenantUnboundError",
    "Tx",
    "UnauditedWriteError",
    "WriteConflictError",
    "backup",
    "check_backup",
    "check_log",
    "newest_event",
    "open_house",
    "read_head",
    "restore",
    "seal",
]
