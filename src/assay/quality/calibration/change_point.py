"""Since when a person's work has been worse, and which of it goes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from assay.quality.calibration.answers import GoldAnswers
from assay.quality.calibration.betabinomial import log_chance, shifted_odds
from assay.quality.calibration.personal_chart import BASELINES
from assay.quality.errors import CalibrationSettingError

FloatArray = NDArray[np.float64]

ODDS_RATIOS: Final = (1.5, 2.5, 4.0, 8.0)
_WORSE: Final[FloatArray] = shifted_odds(BASELINES[:, None], np.asarray(ODDS_RATIOS))
SAMPLE_SHARE: Final = 0.20


@dataclass(frozen=True, slots=True, eq=False)
class ChangePoint:
    """When errors rose, counted in gold images.

    A change at tau means that gold images 1 to tau were still as before and tau + 1 was the first worse one.

    Attributes:
        chances: (T,) P(change at tau) for tau = 0 to T - 1, sums to 1.
        offset: gold images before the stretch looked at; already added to the numbers below.
        median: half the chance lies at or before this gold image.
        early: one fifth of the chance lies at or before it (the 20 % quantile).
        low: lower end of the 90 % interval.
        high: upper end of the 90 % interval.
    """

    chances: FloatArray
    offset: int
    median: int
    early: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class PutBack:
    """What happens to the work before an alarm, counted in gold images.

    Work done after gold image `back_after` goes back for review. Work between `sample_after` and `back_after` becomes a
    batch of its own, judged by acceptance sampling. Older work stays. 0 means from the person's first work on.

    Attributes:
        sample_after: number of the gold image after which work is sampled; <= `back_after`.
        back_after: number of the gold image after which work goes back.
        alarm_at: number of the gold image that rang.
    """

    sample_after: int
    back_after: int
    alarm_at: int

    @property
    def samples(self) -> bool:
        """Whether there is a stretch to sample at all."""
        return self.sample_after < self.back_after


def locate_change(answers: GoldAnswers, rho: float, *, offset: int = 0) -> ChangePoint:
    """Weigh every gold image as the last good one before the errors rose.

    The rate before is integrated out over a grid, the rate after over four odds ratios; every tau weighs the same
    beforehand.

    Args:
        answers: gold answers up to and including the alarm, from the last restart of the chart on.
        rho: intra-image correlation; the pooled one.
        offset: gold images the person answered before this stretch.

    Raises:
        CalibrationSettingError: there is no answer.
    """
    if len(answers) == 0:
        raise CalibrationSettingError("answers", 0, allowed="at least one gold image to look back over")
    n, e = answers.n_units[:, None], answers.n_errors[:, None]
    before = np.cumsum(log_chance(e, n, BASELINES, rho), axis=0)
    before = np.concatenate([np.zeros((1, len(BASELINES))), before[:-1]])  # (T, P): images 1..tau
    after = log_chance(e[..., None], n[..., None], _WORSE, rho)
    after = np.cumsum(after[::-1], axis=0)[::-1]  # (T, P, R): images tau+1..T
    joint = before[:, :, None] + after
    chances = softmax(joint.reshape(len(answers), -1)).sum(axis=1)
    below = np.cumsum(chances)
    places = np.minimum(np.searchsorted(below, (0.05, SAMPLE_SHARE, 0.5, 0.95)), len(chances) - 1) + offset
    low, early, median, high = places.tolist()
    return ChangePoint(chances, offset, median, early, low, high)


def put_back(change: ChangePoint) -> PutBack:
    """Decide in two steps what goes back: all after the median, a sampled batch between the 20 % quantile and it."""
    return PutBack(change.early, change.median, change.offset + len(change.chances))
