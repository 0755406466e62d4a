"""Requests for a new training as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assay.kernel.estimate import Estimate


class RetrainingState(StrEnum):
    """Where a request stands.

    `waiting` begins by itself once there is a release to train on; `open` is for a person to decide; `started` and
    `dismissed` are its last.
    """

    WAITING = "waiting"
    OPEN = "open"
    STARTED = "started"
    DISMISSED = "dismissed"


UNDECIDED = (RetrainingState.WAITING, RetrainingState.OPEN)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A rule of the policy that fired.

    Attributes:
        cause: `covariate` or `concept`.
        drop: the fall of quality from which on the rule acts, as a share.
        act: `propose` or `start`.
        size: the cause's part of the fall, as the diagnosis measured it.
    """

    cause: str
    drop: float
    act: str
    size: Estimate


@dataclass(frozen=True, slots=True)
class Retraining:
    """A request for a new training.

    Attributes:
        diagnosis_id: what it rests on; there is one request for each at most.
        rulebook_version: the policy whose rule fired.
        reason: in words: cause, size, rule.
        note: what it waits for, or why it was dismissed.
        run_id: the training it became.
        decided_by: who started or dismissed it.
    """

    id: str
    diagnosis_id: str
    trigger: Trigger
    rulebook_version: int
    reason: str
    state: RetrainingState
    note: str
    run_id: str | None
    created_at_us: int
    decided_by: str | None = None
    decided_at_us: int | None = None

    @property
    def subject(self) -> str:
        """What events name."""
        return f"retraining/{self.id}"
