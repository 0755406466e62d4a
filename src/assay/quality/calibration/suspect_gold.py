"""Gold that is probably wrong: good annotators contradict its signed answer in the same way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from scipy.special import expit, logit

from assay.kernel.estimate import Estimate
from assay.quality.calibration.betabinomial import log_chance
from assay.quality.errors import CalibrationSettingError

PRIOR: Final = 0.02
WRONG_RATE: Final = 0.90
WRONG_RHO: Final = 0.1
RIGHT_RATE: Final = 0.03
RIGHT_RHO: Final = 0.2
ASK_AT: Final = 0.5
STOP_AT: Final = 0.9
ASK_FROM_ANSWERS: Final = 3
AMBIGUOUS_FROM_ANSWERS: Final = 8
GOOD_UPPER_BOUND: Final = 0.10


@dataclass(frozen=True, slots=True)
class SuspectVerdict:
    """What r of m good annotators contradicting the gold in the same way mean.

    Attributes:
        chance_wrong: posterior chance that the signed answer is wrong.
        ask_expert: the item goes to an expert.
        stops_counting: the item counts for nobody until the expert has spoken.
        ambiguous: opinion is split (30 to 70 %): a clause is missing, and it stops counting too.
    """

    chance_wrong: float
    ask_expert: bool
    stops_counting: bool
    ambiguous: bool


def is_good_annotator(error_rate: Estimate) -> bool:
    """Say whether somebody may testify against gold: the upper bound of their error rate lies under 10 %.

    Measure that rate without the item in question, or one wrong item hides itself.
    """
    return error_rate.high is not None and error_rate.high < GOOD_UPPER_BOUND


def chance_gold_wrong(n_contradict: int, n_answers: int) -> float:
    """Give the posterior chance that gold is wrong when `n_contradict` of `n_answers` contradict it alike."""
    if not 0 <= n_contradict <= n_answers:
        raise CalibrationSettingError("n_contradict", n_contradict, allowed=f"between 0 and the {n_answers} answers")
    wrong = log_chance(n_contradict, n_answers, WRONG_RATE, WRONG_RHO)
    right = log_chance(n_contradict, n_answers, RIGHT_RATE, RIGHT_RHO)
    return float(expit(logit(PRIOR) + wrong - right))


def judge_gold_item(n_contradict: int, n_answers: int) -> SuspectVerdict:
    """Decide about one mark of one gold item.

    Args:
        n_contradict: good annotators with the same contradiction: same class, same place, same extra or missing mark.
        n_answers: good annotators who answered the item.
    """
    chance = chance_gold_wrong(n_contradict, n_answers)
    split = n_answers >= AMBIGUOUS_FROM_ANSWERS and 0.3 <= n_contradict / n_answers <= 0.7  # noqa: PLR2004 - as documented
    stops = n_answers >= ASK_FROM_ANSWERS and chance >= STOP_AT
    asks = n_answers >= ASK_FROM_ANSWERS and chance >= ASK_AT
    return SuspectVerdict(chance, asks, stops or split, split)


@lru_cache(maxsize=256)
def contradictions_to_ask(n_answers: int) -> int | None:
    """Give the fewest like contradictions at which an expert is asked; None when even all would not do."""
    if n_answers < ASK_FROM_ANSWERS:
        return None
    asks = [r for r in range(n_answers + 1) if chance_gold_wrong(r, n_answers) >= ASK_AT]
    return min(asks, default=None)


def chance_to_ask(n_answers: int, rate: float, rho: float = 0.0) -> float:
    """Give the chance that an expert is asked when each good annotator contradicts with this rate and correlation."""
    first = contradictions_to_ask(n_answers)
    if first is None:
        return 0.0
    counts = np.arange(first, n_answers + 1)
    return float(np.exp(log_chance(counts, n_answers, rate, rho)).sum())
