"""How many people an item needs: ask until the answer is sure, then stop; what stays unsure is settled."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.quality.consensus import Inferred
from assay.quality.errors import MarksMisshapenError, ThresholdInvalidError


class NextStep(IntEnum):
    """What to do with an item."""

    ENOUGH = 0
    ASK = 1  # one more person
    SETTLE = 2  # as many as are allowed have answered, and still it is unsure


@dataclass(frozen=True, slots=True)
class OverlapRule:
    """When to stop asking.

    Attributes:
        sure_from: chance that every decision on the item is right, from which nobody else is asked. It is the sureness
            of the least sure decision (`Inferred.sureness`), a posterior that leans on the skills given or found.
        least: people who answer every item, however sure; two, or one where a model's answer counts.
        most: people who answer at most.
    """

    sure_from: float = 0.8
    least: int = 2
    most: int = 5

    def __post_init__(self) -> None:
        if not 0 < self.sure_from <= 1:
            raise ThresholdInvalidError("sure_from", self.sure_from)
        if not 1 <= self.least <= self.most:
            raise ThresholdInvalidError("least", self.least, low=0, high=self.most)


def judge_overlap(fused: Inferred, n_answers: ArrayLike, rule: OverlapRule | None = None) -> NDArray[np.int8]:
    """Say for each item whether to stop, to ask one more person, or to have it settled.

    Args:
        fused: what the answers so far say.
        n_answers: (n_items,) people who answered each item.
        rule: when to stop.

    Returns:
        (n_items,) `NextStep`. An item nobody answered is asked; one that all left empty is as sure as its people are
        (`sureness` 1), so it stops at `least`.
    """
    chosen = rule or OverlapRule()
    answers = np.asarray(n_answers, np.int64)
    if answers.shape != (fused.clusters.n_items,):
        raise MarksMisshapenError(f"{answers.shape} counts of answers do not fit {fused.clusters.n_items} items.")
    sure = (fused.sureness >= chosen.sure_from) & (answers >= chosen.least)
    unsure = np.where(answers < chosen.most, NextStep.ASK, NextStep.SETTLE)
    return np.where(sure, NextStep.ENOUGH, unsure).astype(np.int8)
