"""The release folder: frozen tables whose every byte is accounted for, verifiable without Assay."""

from assay.formats.release.folder import sign_release, write_release
from assay.formats.release.freeze import freeze_release, image_path
from assay.formats.release.model import (
    ANNOTATIONS_SCHEMA,
    GOLD_SCHEMA,
    ITEMS_SCHEMA,
    SPLITS_SCHEMA,
    SUBMISSIONS_SCHEMA,
    Digest,
    Fault,
    FrozenRelease,
    Release,
    ReleaseDocuments,
    ReleaseTables,
    Signature,
    VerifyReport,
)
from assay.formats.release.read import read_release
from assay.formats.release.verify import verify_release

__all__ = [
    "ANNOTATIONS_SCHEMA",
    "GOLD_SCHEMA",
    "ITEMS_SCHEMA",
    "SPLITS_SCHEMA",
    "SUBMISSIONS_SCHEMA",
    "Digest",
    "Fault",
    "FrozenRelease",
    "Release",
    "ReleaseDocuments",
    "ReleaseTables",
    "Signature",
    "VerifyReport",
    "freeze_release",
    "image_path",
    "read_release",
    "sign_release",
    "verify_release",
    "write_release",
]
