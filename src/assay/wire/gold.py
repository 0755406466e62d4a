"""Gold, verdicts and contests as they travel."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from assay.wire.common import Box, Instant, Person, WireModel
from assay.wire.labels import Shape

ErrorKind = Literal["right", "missed", "spurious", "misclassified", "mislocalised"]


class GoldMark(WireModel):
    """A mark of the signed answer, with the guideline clauses it tests."""

    label_class: Annotated[str, Field(min_length=1, max_length=64)]
    shape: Shape = "bbox"
    bbox: Box
    clauses: Annotated[list[str], Field(max_length=50)] = Field(default_factory=list)
    geometry: dict[str, Any] | None = None


class GoldNew(WireModel):
    """An answer to sign."""

    item_id: str
    marks: Annotated[list[GoldMark], Field(max_length=20_000)]
    why: Annotated[str, Field(min_length=1, max_length=2000)]
    exposure_cap: Annotated[int, Field(ge=1, le=100_000)] | None = None


class GoldRow(WireModel):
    """A gold item in the list."""

    item_id: str
    image_url: str
    thumb_url: str
    version: int
    state: Literal["live", "suspect", "retired"]
    signed_by: Person
    signed_at: Instant
    n_marks: int
    clauses: list[str]
    n_answers: int
    n_wrong: int


class GoldOut(GoldRow):
    """A gold item with its answer."""

    marks: list[GoldMark]


class GoldRetire(WireModel):
    """Why a gold item is shown no more; `withdraw` when its answer was wrong, so that verdicts count no more."""

    why: Annotated[str, Field(min_length=1, max_length=2000)]
    withdraw: bool = False


class AnswerMark(WireModel):
    """What the annotator drew."""

    label_class: str
    bbox: Box


class VerdictMark(WireModel):
    """One mark's verdict."""

    kind: ErrorKind
    gold: GoldMark | None
    answer: AnswerMark | None
    iou: float | None


class ContestState(WireModel):
    """How an objection stands."""

    state: Literal["open", "upheld", "declined"]
    text: str
    ruling: str | None


class GoldVerdict(WireModel):
    """An answer held against gold."""

    id: str
    image_url: str
    width_px: int
    height_px: int
    answered_at: Instant
    n_units: int
    n_errors: int
    marks: list[VerdictMark]
    contest: ContestState | None


class PracticeVerdict(WireModel):
    """What a practice answer was worth; null when the picture was not gold."""

    is_gold: bool
    verdict: GoldVerdict | None


class ContestNew(WireModel):
    """An objection to a verdict on one's own answer."""

    verdict_id: str
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class ContestMade(WireModel):
    """The objection's id."""

    id: str


class ContestRow(WireModel):
    """An objection for an expert to rule on."""

    id: str
    verdict: GoldVerdict
    user: Person
    text: str
    state: Literal["open", "upheld", "declined"]
    ruling: str | None
    created_at: Instant


class RulingIn(WireModel):
    """The expert's decision."""

    upheld: bool
    text: Annotated[str, Field(min_length=1, max_length=2000)]
