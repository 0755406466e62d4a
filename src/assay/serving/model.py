"""Predictions of production that people look at, and what they found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from assay.kernel.estimate import Estimate


class Reason(StrEnum):
    """Why somebody looks at a prediction."""

    RANDOM = "random"  # drawn blindly: these alone tell the quality of production
    LOW = "low"  # less confident than the policy asks, or without a confidence
    ALWAYS = "always"  # the policy wants a person to see every label of a class in it


@dataclass(frozen=True, slots=True)
class ClassCount:
    """Marks of one class in a judged prediction: gold and too many, and how many of them are wrong."""

    n_units: int
    n_errors: int


@dataclass(frozen=True, slots=True)
class Judged:
    """What people's answer says of a prediction.

    Attributes:
        n_units: marks of the answer and marks too many; 1 for an item both left empty.
        n_errors: missed, too many, misnamed and badly placed.
    """

    n_units: int
    n_errors: int
    by_class: Mapping[str, ClassCount] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """A prediction that is to be looked at.

    Attributes:
        reason: why; a random draw comes before the others, for it must not depend on what the model said.
        confidence: as it arrived; None when the model said none.
        threshold: the policy's at that moment.
        rulebook_version: of the policy.
        context: facts of the serving side, such as line or camera; they become slices.
        batch_id: the batch it went into the queue with; None while it waits or when its item was there already.
        judged: None until people's answer to its item stands.
    """

    prediction_id: str
    version_id: str
    item_id: str
    reason: Reason
    confidence: float | None
    threshold: float
    rulebook_version: int
    context: Mapping[str, str]
    predicted_at_us: int
    drawn_at_us: int
    queued: bool = False
    batch_id: str | None = None
    judged: Judged | None = None
    judged_at_us: int | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What became of predictions that arrived.

    Attributes:
        n_new: of them not seen before.
        n_random: drawn for the quality figure.
        n_low: sent to people because the model was unsure or the policy wants it.
    """

    prediction_ids: tuple[str, ...]
    n_new: int
    n_random: int
    n_low: int


@dataclass(frozen=True, slots=True)
class QualityPoint:
    """How good production was in one stretch of time, by the random share alone.

    Attributes:
        wrong: share of marks that were wrong.
        right_items: share of images without any error.
        n_waiting: drawn and not looked at yet.
    """

    start_us: int
    end_us: int
    wrong: Estimate
    right_items: Estimate
    n_waiting: int


@dataclass(frozen=True, slots=True)
class Quality:
    """Production quality over time, with its classes and slices over the whole stretch.

    Attributes:
        by_version: share of wrong marks of each model version.
        slices: by `name:value`.
    """

    points: tuple[QualityPoint, ...]
    overall: QualityPoint
    by_class: Mapping[str, Estimate]
    slices: Mapping[str, Estimate]
    by_version: Mapping[str, Estimate]
