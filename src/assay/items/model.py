"""Items: what is labelled, with the media they consist of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Medium:
    """One image of an item.

    Attributes:
        sha256: blob that is served; None when the bytes are only referenced.
        uri: where a referenced object lies; None when the bytes are stored.
        original_sha256: hash of the bytes as they came.
        width_px: of the upright picture.
        orientation: EXIF value that was applied once, at import.
    """

    item_id: str
    n: int
    sha256: str | None
    uri: str | None
    original_sha256: str
    thumb_sha256: str
    media_type: str
    width_px: int
    height_px: int
    orientation: int


@dataclass(frozen=True, slots=True)
class Item:
    """What is labelled.

    Attributes:
        name: file name as the source had it; hidden from annotators.
        origin: `real` or `synthetic`.
        group_id: the physical object, when known; never on both sides of a split.
        split: what the source said: train, val or test.
        generator: what made a synthetic item, such as `scene-v1`; None for real ones and where it is not known.
        seed: it was made with; the same generator with the same seed makes the same picture.
    """

    id: str
    name: str
    origin: str
    group_id: str | None
    split: str | None
    near_duplicate_of: str | None
    medium: Medium
    generator: str | None = None
    seed: int | None = None


class ImportState(StrEnum):
    """How far an import has got."""

    OPEN = "open"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Import:
    """A set of files to make items of.

    Attributes:
        kind: upload, folder or store.
        location: folder or object-store address; empty for uploads.
        labels: `as_author` keeps labels that come along, by an author "imported, quality unknown"; `ignore` does not.
        n_found: files there are; None until that is known.
        generator: what made synthetic pictures; None for real ones and where it is not known.
        seed: they were made with.
    """

    id: str
    kind: str
    name: str
    location: str
    labels: str
    origin: str
    state: ImportState
    created_by: str
    created_at_us: int
    n_found: int | None = None
    n_done: int = 0
    n_accepted: int = 0
    n_refused: int = 0
    n_duplicates: int = 0
    n_near_duplicates: int = 0
    n_marks: int = 0
    warnings: tuple[str, ...] = ()
    error: str | None = None
    started_at_us: int | None = None
    finished_at_us: int | None = None
    generator: str | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class NewItem:
    """A picture that was taken in, ready to be stored as an item."""

    name: str
    origin: str
    original_sha256: str
    sha256: str | None
    uri: str | None
    thumb_sha256: str
    media_type: str
    width_px: int
    height_px: int
    orientation: int
    size_bytes: int
    perceptual_hash: int
    capture: dict[str, Any] = field(default_factory=dict)
    private: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of one file: accepted, refused, duplicate, near_duplicate or warning."""

    name: str
    state: str
    code: str | None
    reason: str | None
    hint: str | None
    item_id: str | None
