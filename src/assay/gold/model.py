"""Gold answers, and what an annotator's answer is worth against them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from assay.annotations import Box


class GoldState(StrEnum):
    """Whether a gold item counts."""

    LIVE = "live"
    SUSPECT = "suspect"
    RETIRED = "retired"


class ErrorKind(StrEnum):
    """What became of a mark."""

    RIGHT = "right"
    MISSED = "missed"
    SPURIOUS = "spurious"
    MISCLASSIFIED = "misclassified"
    MISLOCALISED = "mislocalised"


ERROR_KINDS = (ErrorKind.MISSED, ErrorKind.SPURIOUS, ErrorKind.MISCLASSIFIED, ErrorKind.MISLOCALISED)


@dataclass(frozen=True, slots=True)
class GoldMark:
    """A mark of the signed answer.

    Attributes:
        clauses: numbers of the guideline clauses this mark tests.
        geometry: what the box does not say, as annotations have it; None for boxes and tags.
    """

    label_class: str
    shape: str
    bbox: Box
    clauses: tuple[str, ...] = ()
    geometry: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Gold:
    """One version of the signed answer to an item."""

    item_id: str
    version: int
    state: GoldState
    marks: tuple[GoldMark, ...]
    signed_by: str
    signed_at_us: int
    exposure_cap: int | None = None

    @property
    def clauses(self) -> tuple[str, ...]:
        """Every clause the item tests, in order."""
        return tuple(sorted({c for mark in self.marks for c in mark.clauses}))


@dataclass(frozen=True, slots=True)
class VerdictMark:
    """One mark's verdict.

    Attributes:
        gold: the signed mark; None for a spurious one.
        answer: the annotator's box and class; None for a missed one.
        iou: overlap of the two; None when there is only one.
    """

    kind: ErrorKind
    gold: GoldMark | None
    answer: tuple[str, Box] | None
    iou: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """An answer held against gold.

    Attributes:
        n_units: gold marks plus spurious marks; 1 for an empty item left empty.
        counts: errors by kind.
    """

    n_units: int
    counts: dict[ErrorKind, int]
    marks: tuple[VerdictMark, ...]

    @property
    def n_errors(self) -> int:
        """Missed, misclassified, mislocalised and spurious together."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class StoredScore:
    """A score in the books.

    Attributes:
        id: the verdict's public id, random.
        counts_for: whether it still counts; false once its gold was withdrawn.
    """

    id: str
    submission_id: str
    item_id: str
    gold_version: int
    user_id: str
    assignment_id: str
    is_practice: bool
    counts_for: bool
    answered_at_us: int
    seconds: float
    score: Score


@dataclass(frozen=True, slots=True)
class Contest:
    """An annotator's objection to a verdict, and the expert's ruling."""

    id: str
    score_id: str
    user_id: str
    text: str
    state: str
    ruling: str | None
    created_at_us: int


def verdict_to_json(mark: VerdictMark) -> dict[str, Any]:
    """The stored form of one mark's verdict."""
    gold = mark.gold
    return {
        "kind": mark.kind.value,
        "gold": None if gold is None else gold_mark_to_json(gold),
        "answer": None if mark.answer is None else {"label_class": mark.answer[0], "bbox": list(mark.answer[1])},
        "iou": mark.iou,
    }


def verdict_from_json(value: dict[str, Any]) -> VerdictMark:
    """What `verdict_to_json` gave."""
    answer = value["answer"]
    return VerdictMark(
        kind=ErrorKind(value["kind"]),
        gold=None if value["gold"] is None else gold_mark_from_json(value["gold"]),
        answer=None if answer is None else (answer["label_class"], _box(answer["bbox"])),
        iou=value["iou"],
    )


def gold_mark_to_json(mark: GoldMark) -> dict[str, Any]:
    """The stored form of one gold mark."""
    return {
        "label_class": mark.label_class,
        "shape": mark.shape,
        "bbox": list(mark.bbox),
        "clauses": list(mark.clauses),
        **({} if mark.geometry is None else {"geometry": mark.geometry}),
    }


def gold_mark_from_json(value: dict[str, Any]) -> GoldMark:
    """What `gold_mark_to_json` gave."""
    clauses = tuple(value["clauses"])
    return GoldMark(value["label_class"], value["shape"], _box(value["bbox"]), clauses, value.get("geometry"))


def _box(values: list[float]) -> Box:
    x_min, y_min, x_max, y_max = (float(v) for v in values)
    return x_min, y_min, x_max, y_max
