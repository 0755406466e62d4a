"""Reviews and adjudications as they travel."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from assay.wire.common import Box, Instant, Person, WireModel
from assay.wire.labels import Shape
from assay.wire.marks import ClientKey, MarkOut, Marks, Seconds

ReviewReason = Literal["sample", "put_back", "probe", "asked"]
ReasonCode = Literal["missed", "spurious", "class", "placement", "attribute", "guideline", "other"]


class ReviewClaimIn(WireModel):
    """Ask for the next answer to look at, of one person or of anybody."""

    user_id: str | None = None


class ReviewOut(WireModel):
    """An answer to look at; `author` is null where names are blind."""

    id: str
    reason: ReviewReason
    image_url: str
    width_px: int
    height_px: int
    marks: list[MarkOut]
    author: Person | None
    schema_version: int
    guideline_version: int
    n_open: int
    lease_until_at: Instant


class ReviewClaimOut(WireModel):
    """The next review, or null when there is none."""

    review: ReviewOut | None


class ReviewRow(WireModel):
    """A review in the list."""

    id: str
    reason: ReviewReason
    state: Literal["open", "closed", "cancelled"]
    item_id: str
    author: Person
    reviewer: Person | None
    verdict: Literal["accept", "fix", "reject"] | None
    reason_code: ReasonCode | None
    note: str | None
    created_at: Instant
    closed_at: Instant | None


class MarkNoteIn(WireModel):
    """What a reviewer or an expert says about one mark of an answer, by the mark's id."""

    mark_id: Annotated[str, Field(min_length=1, max_length=64)]
    text: Annotated[str, Field(min_length=1, max_length=500)]


class VerdictIn(WireModel):
    """A reviewer's decision; `reason_code` is required unless it accepts, `marks` are the corrected ones of a fix.

    `notes` are about single marks of the answer; the annotator reads them beside the note on the whole.
    """

    verdict: Literal["accept", "fix", "reject"]
    reason_code: ReasonCode | None = None
    note: Annotated[str, Field(max_length=2000)] | None = None
    notes: Annotated[list[MarkNoteIn], Field(max_length=500)] = Field(default_factory=list)
    marks: Marks = Field(default_factory=list)
    client_key: ClientKey
    seconds: Seconds = 0.0


class VerdictOut(WireModel):
    """The decision that is kept."""

    id: str
    verdict: Literal["accept", "fix", "reject"]


class AnswerOut(WireModel):
    """One person's answer in a dispute, by its letter."""

    label: str
    author: Person | None
    marks: list[MarkOut]


class ConsensusMark(WireModel):
    """A mark inferred from several people's."""

    id: str
    client_id: str
    label_class: str
    shape: Shape
    bbox: Box
    attributes: dict[str, Any]
    geometry: dict[str, Any] | None
    confidence: float
    n_votes: int


class DisputeOut(WireModel):
    """One place on which the answers differ."""

    bbox: Box
    kind: Literal["existence", "class", "placement"]
    drawn_by: list[str]
    label_classes: list[str]


class Alikeness(WireModel):
    """How alike the answers are, over all pairs."""

    mean_iou: float
    f1: float


class AdjudicationOut(WireModel):
    """An item whose answers differ too much."""

    id: str
    image_url: str
    width_px: int
    height_px: int
    agreement: Alikeness
    answers: list[AnswerOut]
    consensus: list[ConsensusMark]
    disputes: list[DisputeOut]
    schema_version: int
    guideline_version: int
    n_open: int
    lease_until_at: Instant


class AdjudicationClaimOut(WireModel):
    """The worst open dispute, or null when there is none."""

    adjudication: AdjudicationOut | None


class AdjudicationRow(WireModel):
    """A dispute in the list."""

    id: str
    state: Literal["open", "waiting", "settled", "cancelled"]
    item_id: str
    mean_iou: float
    f1: float
    settled_by: Person | None
    note: str | None
    created_at: Instant
    settled_at: Instant | None


class SettlementIn(WireModel):
    """The expert's answer; `notes` are about single marks of the answers it settles."""

    marks: Marks
    note: Annotated[str, Field(max_length=2000)] | None = None
    notes: Annotated[list[MarkNoteIn], Field(max_length=500)] = Field(default_factory=list)
    client_key: ClientKey
    seconds: Seconds = 0.0


class Settled(WireModel):
    """The dispute that was settled."""

    id: str
