"""Items: what is labelled, with the media they consist of."""

from __future__ import annotations

from dataclasses import dataclass


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
    """

    id: str
    name: str
    origin: str
    group_id: str | None
    split: str | None
    near_duplicate_of: str | None
    medium: Medium
