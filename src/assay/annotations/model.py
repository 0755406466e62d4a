"""Marks and the submissions that carry them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Box = tuple[float, float, float, float]


class Origin(StrEnum):
    """Where a submission came from."""

    PERSON = "person"
    IMPORTED = "imported"
    FIX = "fix"
    ADJUDICATION = "adjudication"
    PRACTICE = "practice"


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark as handed in.

    Attributes:
        bbox: x_min, y_min, x_max, y_max in px of the upright picture; pixel edges, half-open.
        geometry: what the box does not say, for other shapes; None for boxes and tags. Its keys are the columns of the
            marks table: `rotated`, `polygon`, `rle`, `points`.
        client_id: the page's own name for it; not stored.
        group: marks of one submission with the same number belong together.
        source: the suggestion it came from: `model`, `confidence`, and what a person mended (`edits`).
    """

    label_class: str
    shape: str
    bbox: Box
    attributes: dict[str, Any] = field(default_factory=dict)
    geometry: dict[str, Any] | None = None
    client_id: str = ""
    group: int | None = None
    source: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class StoredMark:
    """A mark with its id in the history."""

    id: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Submission:
    """Everything one author handed in for one item: never changed afterwards."""

    id: str
    item_id: str
    author_id: str
    origin: Origin
    assignment_id: str | None
    batch_id: str | None
    supersedes: str | None
    client_key: str
    n_marks: int
    seconds: float
    schema_version: int
    guideline_version: int
    digest: str
    received_at_us: int
