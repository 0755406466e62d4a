"""Consensus, reviews and adjudications as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from assay.annotations import Box


class Standing(StrEnum):
    """What the latest verdict says about a submission."""

    ACCEPTED = "accepted"
    IN_REVIEW = "in_review"
    FIXED = "fixed"
    REJECTED = "rejected"


class Verdict(StrEnum):
    """What a reviewer decides."""

    ACCEPT = "accept"
    FIX = "fix"
    REJECT = "reject"


REASON_CODES = ("missed", "spurious", "class", "placement", "attribute", "guideline", "other")


class ConsensusState(StrEnum):
    """How far an item is settled."""

    AGREED = "agreed"
    DISPUTED = "disputed"
    SETTLED = "settled"
    IN_REVIEW = "in_review"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class FusedMark:
    """A mark inferred from several people's.

    Attributes:
        confidence: posterior chance that the thing is there.
        n_votes: how many drew it.
        drawn_by: their answers' letters in order, such as ("A", "C").
        geometry: what the box does not say: that of the drawn mark which agrees best with what all of them say.
        attributes: of each, the value most of them gave.
    """

    label_class: str
    shape: str
    bbox: Box
    confidence: float
    n_votes: int
    drawn_by: tuple[str, ...]
    geometry: dict[str, Any] | None = None
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dispute:
    """One place on which the answers differ.

    Attributes:
        kind: existence, class or placement.
    """

    bbox: Box
    kind: str
    drawn_by: tuple[str, ...]
    label_classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Consensus:
    """The answer inferred for one item of one batch.

    Attributes:
        inputs: the submissions it was made from, in the order of their letters.
        mean_iou: pooled over pairs, unmatched marks counting 0; None with a single answer.
    """

    item_id: str
    batch_id: str
    task_id: str
    state: ConsensusState
    marks: tuple[FusedMark, ...]
    inputs: tuple[str, ...]
    mean_iou: float | None
    f1: float | None
    settled_by: str | None
    computed_at_us: int


@dataclass(frozen=True, slots=True)
class Review:
    """A submission for somebody else to look at."""

    id: str
    submission_id: str
    item_id: str
    author_id: str
    reason: str
    put_back_id: str | None
    state: str
    rank: int
    held_by: str | None
    held_until_us: int | None
    verdict: str | None
    reason_code: str | None
    note: str | None
    reviewer_id: str | None
    fixed_by: str | None
    created_at_us: int
    closed_at_us: int | None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Adjudication:
    """An item whose answers differ too much, for an expert to settle."""

    id: str
    item_id: str
    batch_id: str
    state: str
    mean_iou: float
    f1: float
    held_by: str | None
    held_until_us: int | None
    settled_by: str | None
    settlement_id: str | None
    note: str | None
    created_at_us: int
    settled_at_us: int | None


@dataclass(frozen=True, slots=True)
class PutBack:
    """A stretch of one person's work that went back."""

    id: str
    user_id: str
    alarm_id: str | None
    since_at_us: int
    sample_since_at_us: int
    n_review: int
    n_sampled: int
    why: str
    created_by: str
    created_at_us: int
    reversed_at_us: int | None
