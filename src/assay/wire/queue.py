"""Batches, claims and submissions as they travel."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from assay.wire.common import Instant, WireModel
from assay.wire.gold import PracticeVerdict
from assay.wire.marks import ClientKey, MarkIn, Marks, Seconds


class BatchPolicy(WireModel):
    """How a batch is worked on."""

    overlap: int
    gold_rate: float
    gold_everyone: bool
    review_share: float
    priority: int
    agreement_threshold: float
    match_iou: float
    tight_iou: float
    lease_s: float
    blind: bool


class BatchPolicyChange(WireModel):
    """What differs from the project's policy."""

    overlap: int | None = None
    gold_rate: float | None = None
    gold_everyone: bool | None = None
    review_share: float | None = None
    priority: int | None = None
    agreement_threshold: float | None = None
    match_iou: float | None = None
    tight_iou: float | None = None
    lease_s: float | None = None
    blind: bool | None = None


class BatchNew(WireModel):
    """Items to label: those in no batch yet, or named ones."""

    name: Annotated[str, Field(min_length=1, max_length=128)]
    items: Literal["unbatched"] | Annotated[list[str], Field(min_length=1, max_length=1_000_000)]
    practice: bool = False
    policy: BatchPolicyChange = Field(default_factory=BatchPolicyChange)
    seed: int | None = None


class BatchOut(WireModel):
    """A batch and how far it has got."""

    id: str
    name: str
    state: Literal["open", "closed"]
    practice: bool
    n_tasks: int
    n_answers_wanted: int
    n_answers: int
    policy: BatchPolicy
    created_at: Instant


class DraftOut(WireModel):
    """Unfinished work on the server; `revision` is what the next save is based on."""

    marks: list[MarkIn]
    seconds: float
    revision: int
    saved_at: Instant


class Sitting(WireModel):
    """What this person has done today, towards a round number."""

    n_done: int
    n_goal: int


class AssignmentOut(WireModel):
    """One person's share of a task. Its id is random and nothing in it depends on what kind of task it is."""

    id: str
    image_url: str
    width_px: int
    height_px: int
    schema_version: int
    guideline_version: int
    lease_until_at: Instant
    state: Literal["leased", "submitted", "lapsed", "skipped", "returned"]
    draft: DraftOut | None
    practice: bool
    sitting: Sitting


class ClaimIn(WireModel):
    """Ask for the next task, or for the next picture of the practice round.

    `resume` gives back what the person still holds; without it they are given another task beside it, up to eight.
    """

    practice: bool = False
    resume: bool = True


class ClaimOut(WireModel):
    """The next assignment, or why there is none."""

    assignment: AssignmentOut | None
    reason: Literal["none", "paused", "empty"]


class DraftIn(WireModel):
    """Unfinished work to keep; `revision` is the one it was based on, 0 at first."""

    marks: Marks
    seconds: Seconds
    revision: Annotated[int, Field(ge=0)]


class DraftSaved(WireModel):
    """The draft's new revision."""

    revision: int
    saved_at: Instant


class LeaseOut(WireModel):
    """Until when the assignment is held."""

    lease_until_at: Instant


class SubmissionIn(WireModel):
    """The work on an assignment."""

    client_key: ClientKey
    marks: Marks
    seconds: Seconds
    schema_version: int
    guideline_version: int


class SubmissionOut(WireModel):
    """The receipt; for practice, with what was right."""

    submission_id: str
    received_at: Instant
    practice: PracticeVerdict | None


class SkipIn(WireModel):
    """Why the assignment is given back."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class MyAssignment(WireModel):
    """A row of one's own history; gold and work alike."""

    id: str
    state: Literal["leased", "submitted", "lapsed", "skipped", "returned"]
    submitted_at: Instant | None
    n_marks: int | None
    verdict: Literal["none", "accepted", "fixed", "rejected"]
    reason: str | None
