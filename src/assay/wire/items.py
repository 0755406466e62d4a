"""Imports and items as they travel."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from assay.wire.common import Box, Instant, Person, WireModel
from assay.wire.labels import Shape
from assay.wire.marks import MarkOut
from assay.wire.production import WhyPrediction, WhyRelease


class ImportNew(WireModel):
    """A set of files to make items of; `location` names a folder or store the server may read.

    `generator` and `seed` say what made synthetic pictures; they stand with every item and in releases.
    """

    kind: Literal["upload", "folder", "store"]
    location: Annotated[str, Field(max_length=2000)] = ""
    labels: Literal["as_author", "ignore"] = "as_author"
    origin: Literal["real", "synthetic"] = "real"
    name: Annotated[str, Field(max_length=128)] = ""
    generator: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**53)] | None = None


class FileReceived(WireModel):
    """A file that was uploaded."""

    name: str
    size_bytes: int


class ImportOut(WireModel):
    """How far an import has got."""

    id: str
    kind: Literal["upload", "folder", "store"]
    name: str
    state: Literal["open", "running", "finished", "failed"]
    n_found: int | None
    n_done: int
    n_accepted: int
    n_refused: int
    n_duplicates: int
    n_near_duplicates: int
    n_marks: int
    started_at: Instant | None
    finished_at: Instant | None
    error: str | None
    warnings: list[str]


class ImportRow(WireModel):
    """What became of one file."""

    name: str
    state: Literal["accepted", "refused", "duplicate", "near_duplicate", "warning"]
    code: str | None
    reason: str | None
    hint: str | None
    item_id: str | None


class ItemOut(WireModel):
    """An item in the list."""

    id: str
    name: str
    width_px: int
    height_px: int
    origin: Literal["real", "synthetic"]
    state: Literal["new", "queued", "answered", "disputed", "in_review", "settled"]
    n_answers: int
    overlap: int
    is_gold: bool
    thumb_url: str
    image_url: str
    near_duplicate_of: str | None


class WhyMark(MarkOut):
    """A mark with everything that is known of how it came to be."""

    author: Person
    submission_id: str
    guideline_version: int
    schema_version: int
    seconds: float
    received_at: Instant
    origin: str


class MarkNote(WireModel):
    """What a reviewer says about one mark."""

    mark_id: str
    text: str


class WhyVerdict(WireModel):
    """A reviewer's decision on a submission."""

    submission_id: str
    verdict: str | None
    reason: str
    reason_code: str | None
    note: str | None
    notes: list[MarkNote]
    reviewer: Person | None
    at: Instant | None


class WhyInferred(WireModel):
    """A mark inferred from several people's; `drawn_by` holds the letters of their answers."""

    label_class: str
    shape: Shape
    bbox: Box
    confidence: float
    n_votes: int
    drawn_by: list[str]


class WhyConsensus(WireModel):
    """What was inferred in one batch, from the submissions in `inputs`; what an expert said who settled it."""

    batch_id: str
    state: Literal["agreed", "disputed", "settled", "in_review", "stale"]
    mean_iou: float | None
    f1: float | None
    inputs: list[str]
    settled_by: str | None
    note: str | None
    notes: list[MarkNote]
    marks: list[WhyInferred]


class WhyGoldMark(WireModel):
    """A mark of the signed answer and the clauses it tests."""

    label_class: str
    shape: Shape
    bbox: Box
    clauses: list[str]


class WhyGold(WireModel):
    """The signed answer."""

    version: int
    state: Literal["live", "suspect", "retired"]
    signed_by: Person
    marks: list[WhyGoldMark]


class WhyOut(WireModel):
    """Why the marks of an item are there, and what they cost.

    `amount` is the exact sum of what was booked for it, in `currency`; both null for those who may not see costs, or
    while there is no rate card.
    """

    item: ItemOut
    marks: list[WhyMark]
    verdicts: list[WhyVerdict]
    consensus: list[WhyConsensus]
    gold: WhyGold | None
    predictions: list[WhyPrediction]
    releases: list[WhyRelease]
    amount: str | None
    currency: str | None
