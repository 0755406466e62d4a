"""Requests for a new training as they travel."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from assay.wire.common import EstimateOut, Instant, Person, WireModel


class RetrainingOut(WireModel):
    """A training that a rule of the policy asks for, because a diagnosis named a cause of falling quality.

    `waiting` begins by itself once there is a signed release that the model in use has not learned from; `open` is for
    a person to decide. `size` is the cause's own part of the fall, `drop` what the policy asks for.
    """

    id: str
    diagnosis_id: str
    cause: Literal["covariate", "concept"]
    act: Literal["propose", "start"]
    size: EstimateOut
    drop: float
    policy_version: int
    reason: str
    state: Literal["waiting", "open", "started", "dismissed"]
    note: str
    run_id: str | None
    created_at: Instant
    decided_by: Person | None
    decided_at: Instant | None


class RetrainingStart(WireModel):
    """Train as the model in use was trained; on the newest signed release that is new to it, if none is named."""

    release: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class RetrainingDismiss(WireModel):
    """Why no training is wanted."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]
