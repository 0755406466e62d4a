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
from assay.storage.lake import (
    PLAIN,
    STATISTICS,
    Dataset,
    Part,
    add_dataset,
    add_part,
    add_refusals,
    lake_counts,
    lake_datasets_of,
    parts_in,
    present,
    refusals,
)
from assay.storage.log import Head, check_log, newest_event, read_head, seal
from assay.storage.opening import open_house

__all__ = [
    "PLAIN",
    "STATISTICS",
    "BlobMissingError",
    "Blobs",
    "Consumer",
    "ConsumerRunner",
    "Dataset",
    "Event",
    "Head",
    "House",
    "HouseInUseError",
    "LogDamagedError",
    "Manifest",
    "Part",
    "Rx",
    "StoreAwayError",
    "TenantUnboundError",
    "Tx",
    "UnauditedWriteError",
    "WriteConflictError",
    "add_dataset",
    "add_part",
    "add_refusals",
    "backup",
    "check_backup",
    "check_log",
    "lake_counts",
    "lake_datasets_of",
    "newest_event",
    "open_house",
    "parts_in",
    "present",
    "read_head",
    "refusals",
    "restore",
    "seal",
]
