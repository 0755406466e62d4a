"""What a release folder holds: the columns of its tables, its documents, signatures and the answer of a check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NewType

import pyarrow as pa

from assay.kernel import marks
from assay.kernel.clock import iso
from assay.kernel.marks import LabelSet

Digest = NewType("Digest", str)
"""The Merkle root over a release's frozen files, as 64 hex digits; what signatures are bound to."""

FORMAT = "assay-release/1"
SIGNATURES_FORMAT = "assay-release-signatures/1"

ITEMS, ANNOTATIONS, SUBMISSIONS, SPLITS, GOLD = (
    f"{name}.parquet" for name in ("items", "annotations", "submissions", "splits", "gold")
)
RELEASE, SCHEMA, GUIDELINE, GUIDELINE_MD, QUALITY, README = (
    "release.json",
    "schema.json",
    "guideline.json",
    "guideline.md",
    "quality.json",
    "README.txt",
)
MANIFEST, SUMS, SIGNATURES = "manifest.json", "SHA256SUMS", "signatures.json"
IMAGES = "images/"

ITEMS_SCHEMA = pa.schema(
    [
        *marks.ITEMS_SCHEMA,
        pa.field("sha256", pa.string(), nullable=False),  # of the picture as stored
        pa.field("image_path", pa.string()),  # where it lies when pictures are exported; null when held elsewhere
        pa.field("origin", pa.string(), nullable=False),  # real or synthetic
        pa.field("generator", pa.string()),  # what made a synthetic one
        pa.field("group_id", pa.string()),  # the physical object; one object lies in one split
        pa.field("captured_at_us", pa.int64()),  # UTC microseconds
    ]
)
ANNOTATIONS_SCHEMA = pa.schema(
    [
        *marks.MARKS_SCHEMA,
        pa.field("submission", pa.string()),  # null for marks made from several, such as a consensus
        pa.field("origin", pa.string(), nullable=False),  # person, model, consensus, adjudication, imported
        pa.field("guideline_version", pa.int32()),  # null for imported marks
        pa.field("schema_version", pa.int32()),
        pa.field("evidence", pa.string()),  # canonical JSON: on what the mark rests
    ]
)
SUBMISSIONS_SCHEMA = pa.schema(
    [
        pa.field("submission", pa.string(), nullable=False),
        pa.field("item", pa.string(), nullable=False),
        pa.field("author", pa.string(), nullable=False),  # a pseudonym
        pa.field("guideline_version", pa.int32(), nullable=False),
        pa.field("schema_version", pa.int32(), nullable=False),
        pa.field("submitted_at_us", pa.int64(), nullable=False),  # UTC microseconds
        pa.field("spent_s", pa.float64()),
        pa.field("verdict", pa.string()),  # of a review, where there was one
        pa.field("n_marks", pa.int32(), nullable=False),
    ]
)
SPLITS_SCHEMA = pa.schema(
    [
        pa.field("item", pa.string(), nullable=False),
        pa.field("split", pa.string(), nullable=False),
        pa.field("group_id", pa.string()),
    ]
)
GOLD_SCHEMA = pa.schema(
    [
        pa.field("item", pa.string(), nullable=False),
        pa.field("state", pa.string(), nullable=False),
        pa.field("signed_by", pa.string(), nullable=False),  # a pseudonym
        pa.field("signed_at_us", pa.int64(), nullable=False),
        pa.field("clauses", pa.list_(pa.string())),  # of the guideline, that the item tests
    ]
)


@dataclass(frozen=True, slots=True)
class ReleaseTables:
    """The rows of a release, in any order; freezing sorts them.

    Attributes:
        items: `ITEMS_SCHEMA`.
        annotations: `ANNOTATIONS_SCHEMA`; authors are pseudonyms.
        submissions: `SUBMISSIONS_SCHEMA`.
        splits: `SPLITS_SCHEMA`; agrees with the column `split` of the items.
        gold: `GOLD_SCHEMA`, or None when the release holds none.
    """

    items: pa.Table
    annotations: pa.Table
    submissions: pa.Table
    splits: pa.Table
    gold: pa.Table | None = None


@dataclass(frozen=True, slots=True)
class ReleaseDocuments:
    """The texts of a release.

    Attributes:
        schema: the label schema as JSON, with `classes` a list of objects with `name`, in order.
        guideline: the guideline as JSON, with its clauses.
        guideline_md: the guideline for people.
        quality: the measured quality as JSON.
    """

    schema: Mapping[str, Any]
    guideline: Mapping[str, Any]
    guideline_md: str
    quality: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FrozenRelease:
    """A release as bytes.

    Attributes:
        digest: what signatures are bound to.
        files: path to bytes of everything but pictures and signatures.
        images: paths of the pictures, for a folder that holds them.
    """

    digest: Digest
    files: Mapping[str, bytes]
    images: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """One person's word for one frozen release.

    Attributes:
        name: of the person, as printed.
        signed_at_us: UTC microseconds.
        meaning: such as `approved for training`.
        digest: of the release it stands for; it cannot be moved to another.
        extra: further fields that go with the record, such as a user id or a key's signature.
    """

    name: str
    signed_at_us: int
    meaning: str
    digest: Digest
    extra: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The record as it stands in signatures.json."""
        own = {"name": self.name, "signed_at": iso(self.signed_at_us), "signed_at_us": self.signed_at_us}
        return {**self.extra, **own, "meaning": self.meaning, "digest": self.digest}


@dataclass(frozen=True, slots=True)
class Fault:
    """One file that is not what was frozen.

    Attributes:
        file: its path in the folder.
        reason: what is wrong with it.
    """

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """The answer of a check.

    Attributes:
        ok: nothing is wrong. A release without signatures can be in order; `signatures` tells.
        digest: of the folder as it is; None when the list of its files cannot be read.
        faults: every file that is wrong, in the order of names.
        signatures: records bound to this digest, as they stand.
        n_files: files looked at.
        n_bytes: bytes looked at.
        with_images: whether the folder holds the pictures.
    """

    ok: bool
    digest: Digest | None
    faults: tuple[Fault, ...]
    signatures: tuple[Mapping[str, Any], ...]
    n_files: int
    n_bytes: int
    with_images: bool

    def to_json(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "ok": self.ok,
            "digest": self.digest,
            "faults": [{"file": fault.file, "reason": fault.reason} for fault in self.faults],
            "signatures": [dict(signature) for signature in self.signatures],
            "n_files": self.n_files,
            "n_bytes": self.n_bytes,
            "with_images": self.with_images,
        }


@dataclass(frozen=True, slots=True)
class Release:
    """A release read back.

    Attributes:
        digest: of the folder.
        facts: what was said of it when it was frozen.
        tables: its rows.
        documents: its texts.
        signatures: the records bound to it.
        label_set: items and accepted marks as any codec takes them.
    """

    digest: Digest
    facts: Mapping[str, Any]
    tables: ReleaseTables
    documents: ReleaseDocuments
    signatures: tuple[Mapping[str, Any], ...]
    label_set: LabelSet
