"""The nine questions before production, as they travel."""

from __future__ import annotations

from typing import Literal

from assay.wire.common import EstimateOut, Finite, WireModel


class QuestionOut(WireModel):
    """One question with its evidence; `answer` is "no evidence yet" where there is none."""

    key: Literal[
        "standard",
        "gold",
        "agreement",
        "versions",
        "approver",
        "retrain",
        "low_confidence",
        "live_quality",
        "cost",
    ]
    question: str
    state: Literal["yes", "partly", "none"]
    answer: str
    n: int
    unit: str
    page: str
    estimate: EstimateOut | None
    at_scale: str
    next_step: str


class ReadinessOut(WireModel):
    """All nine, and the same project at another scale."""

    title: str
    at_scale: str
    scale: Finite
    questions: list[QuestionOut]
