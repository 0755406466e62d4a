"""What a diagnosis rests on and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.kernel.estimate import Estimate

Floats = NDArray[np.float64]


class Cause(StrEnum):
    """Why quality fell."""

    NONE = "none"
    COVARIATE = "covariate"
    CONCEPT = "concept"
    LABELS = "labels"
    ECHO = "echo"


@dataclass(frozen=True, slots=True)
class Archive:
    """The time capsule: items frozen with their answers of that time; disagreements in [0, 1], one an item.

    Attributes:
        model_gold: (N,) between the model and gold.
        annotators_gold: (N,) between the annotators' answer then and gold.
        model_annotators: (N,) between the model and the annotators' answer then.
    """

    model_gold: Floats
    annotators_gold: Floats
    model_annotators: Floats


@dataclass(frozen=True, slots=True)
class Packet:
    """What experts said, blind, on current and archived items; disagreements in [0, 1], one an item.

    Attributes:
        now_model_experts: (n,) on current items, between the model and the experts.
        now_annotators_experts: (n,) on the same, between the annotators and the experts.
        now_model_annotators: (n,) on the same, between the model and the annotators.
        then_model_experts: (m,) on archived items, between the model and the experts of today.
        then_model_gold: (m,) on the same, between the model and gold.
        then_changed: (m,) on the same, 1 where the experts of today say something else than gold.
        expert_wrong, expert_n: how often the same experts miss gold that did not change, from their calibration.
        observed_model_annotators: (M,) on everything current, between model and annotators; None to take the packet.
        drift_noticed: whether a watch noticed that these pictures differ; None when nobody watched.
    """

    now_model_experts: Floats
    now_annotators_experts: Floats
    now_model_annotators: Floats
    then_model_experts: Floats
    then_model_gold: Floats
    then_changed: Floats
    expert_wrong: int
    expert_n: int
    observed_model_annotators: Floats | None = None
    drift_noticed: bool | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """One possible cause.

    Attributes:
        size: its part of the change, as a share of answers; positive is worse.
        p: one-sided.
        significant: by the rule of `diagnose`.
        test: how p was made.
    """

    cause: Cause
    size: Estimate
    p: float
    significant: bool
    test: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The answer.

    Attributes:
        cause: the largest significant effect; echo before all others.
        also: other significant causes.
        observed: change of the disagreement between model and annotators, what a dashboard shows.
        effects: concept, covariate, labels, echo; concept + covariate + the label part make up `observed` exactly.
        label_part: what is left of the observed change when concept and covariate are taken off.
        action: what follows, in a sentence.
        starts_retraining: whether retraining is part of it.
        words: evidence, one sentence each.
    """

    cause: Cause
    also: tuple[Cause, ...]
    observed: Estimate
    effects: tuple[Effect, ...]
    label_part: float
    action: str
    starts_retraining: bool
    words: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The documented JSON shape."""
        return {
            "cause": self.cause.value,
            "also": [c.value for c in self.also],
            "observed": self.observed.to_json(),
            "effects": [
                {
                    "cause": e.cause.value,
                    "size": e.size.to_json(),
                    "p": e.p,
                    "significant": e.significant,
                    "test": e.test,
                }
                for e in self.effects
            ],
            "label_part": self.label_part,
            "action": self.action,
            "starts_retraining": self.starts_retraining,
            "words": list(self.words),
        }
