"""The item browser, classes, pairs of people and doubtful labels, as they travel."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from assay.wire.common import Box, EstimateOut, Evidence, Measured, Person, WireModel
from assay.wire.insights import Crop
from assay.wire.items import ItemOut


class BrowseMark(WireModel):
    """A mark on a thumbnail, in pixels of the full picture."""

    label_class: str
    bbox: Box


class BrowseRow(WireModel):
    """An item with the marks that stand for it now; `mean_iou` says how alike its answers are."""

    item: ItemOut
    marks: list[BrowseMark]
    source: Literal["gold", "consensus", "answer", "imported", "none"]
    mean_iou: float | None
    least_confidence: float | None


class BrowsePage(WireModel):
    """A slice of the items that fit; `n_matching` counts all of them, `at_least` says that there may be more."""

    rows: list[BrowseRow]
    next: str | None
    n_matching: int
    at_least: bool


class ItemIds(WireModel):
    """Every item that fits, in order: what a batch is made of."""

    ids: list[str]


class Spread(WireModel):
    """The middle of some values, and between which two 90 % of them lie."""

    median: float
    from_5: float
    to_95: float


class ClassSizes(WireModel):
    """How large the marks of a class are, in pixels."""

    width_px: Spread
    height_px: Spread


class ClassConfusion(WireModel):
    """What people drew where gold has this class."""

    label_class: str | None
    name: str
    n: int


class ClassPerson(WireModel):
    """Errors of one person on gold marks of a class."""

    user: Person
    error: Measured


class WorstMark(WireModel):
    """A place where this class is least sure: of `n_answers` people, `n_votes` drew it."""

    crop: Crop
    confidence: float
    n_votes: int
    n_answers: int
    state: str


class ClassPage(WireModel):
    """Everything about one class."""

    label_class: str
    name: str
    title: str
    n_items: int
    n_marks: int
    agreement: Measured | None
    error: Measured
    sizes: ClassSizes | None
    confusion: list[ClassConfusion]
    people: list[ClassPerson]
    worst: list[WorstMark]


class PairRow(WireModel):
    """How alike two people's marks are on the images both answered."""

    first: Person
    second: Person
    f1: EstimateOut
    evidence: Evidence
    n_first: int
    n_second: int
    n_both: int


class Pairs(WireModel):
    """Every pair of people who share an image."""

    people: list[Person]
    rows: list[PairRow]


DoubtKind = Literal[
    "overlooked", "swapped", "badly_placed", "unsupported", "duplicate", "two_classes", "odd_size", "odd_shape",
    "odd_position", "no_extent", "rule_broken",
]  # fmt: skip
DoubtState = Literal["open", "confirmed", "dismissed"]


class Doubt(WireModel):
    """A label that is probably wrong: where, why, and what was decided about it."""

    id: str
    kind: DoubtKind
    score: float
    why: str
    label_class: str | None
    suggested_class: str | None
    crop: Crop
    state: DoubtState
    decided_by: Person | None


class DoubtPage(WireModel):
    """Doubtful labels, those that most speaks for first; `counts` holds how many are open, by kind."""

    rows: list[Doubt]
    next: str | None
    counts: dict[str, int]
    n_items: int


class DoubtVerdict(WireModel):
    """What somebody says about a doubtful label; a confirmed one sends the answers on its image back to review."""

    state: DoubtState
    why: Annotated[str, Field(max_length=500)] = ""
