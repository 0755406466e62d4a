"""Gold that has become known: answered far faster than work of its kind, or right where work is not."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.kernel.estimate import Estimate
from assay.quality.errors import CalibrationSettingError
from assay.quality.intervals import difference

FloatArray = NDArray[np.float64]

ITEM_THRESHOLD: Final = 3.9
PERSON_THRESHOLD: Final = 3.1
MIN_ANSWERS: Final = 4
_WINSOR_AT: Final = 2.5
_MAD_TO_SD: Final = 1.4826
_ROUNDS: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class TimeModel:
    """How long ordinary work takes: a level for each person and a common slope on size, in natural logarithms.

    Attributes:
        level: (P,) ln seconds of each person at size 0; NaN for somebody without ordinary work.
        slope: ln seconds for each unit of ln(1 + marks).
        reach: residuals are pulled in to +- this before they are averaged.
        spread: standard deviation of ordinary residuals so pulled in.
    """

    level: FloatArray
    slope: float
    reach: float
    spread: float

    def residuals(self, seconds: ArrayLike, person: ArrayLike, n_marks: ArrayLike) -> FloatArray:
        """Give ln seconds minus what the person usually needs for as many marks, pulled in to +- `reach`."""
        size = np.log1p(np.asarray(n_marks, np.float64))
        raw = np.log(np.asarray(seconds, np.float64)) - self.level[np.asarray(person, np.int64)] - self.slope * size
        return np.asarray(np.clip(raw, -self.reach, self.reach), np.float64)


@dataclass(frozen=True, slots=True)
class LeakVerdict:
    """How much faster than usual.

    Attributes:
        z: standard errors by which the mean is faster than ordinary work; negative means slower.
        time_ratio: typical time as a share of the usual one; .5 is half the time.
        n_answers: answers it rests on.
        flagged: z is at or above the threshold.
    """

    z: float
    time_ratio: float
    n_answers: int
    flagged: bool


def fit_times(seconds: ArrayLike, person: ArrayLike, n_marks: ArrayLike) -> TimeModel:
    """Learn how long ordinary work (no gold) takes, by least squares within persons with outliers pulled in.

    Args:
        seconds: (N,) time spent, > 0.
        person: (N,) index of the person, from 0.
        n_marks: (N,) marks on the item.

    Raises:
        CalibrationSettingError: fewer than ten answers, or a time that is not positive.
    """
    spent, who = np.asarray(seconds, np.float64), np.asarray(person, np.int64)
    if len(spent) < 10 or not (spent > 0).all():  # noqa: PLR2004 - below ten there is no spread to speak of
        raise CalibrationSettingError("seconds", f"{len(spent)} times", allowed="at least ten, all above 0")
    y, size = np.log(spent), np.log1p(np.asarray(n_marks, np.float64))
    fitted = y.copy()
    for _ in range(_ROUNDS):
        level, slope = _within_persons(fitted, who, size)
        expected = level[who] + slope * size
        left = y - expected
        scale = _MAD_TO_SD * float(np.median(np.abs(left - np.median(left))))
        fitted = expected + np.clip(left, -_WINSOR_AT * scale, _WINSOR_AT * scale)
    reach = _WINSOR_AT * scale
    return TimeModel(level, slope, reach, float(np.clip(left, -reach, reach).std(ddof=1)))


def judge_leaked_item(residuals: ArrayLike, model: TimeModel) -> LeakVerdict:
    """Say whether the last answers to one gold item came suspiciously fast.

    Args:
        residuals: (m,) from `TimeModel.residuals`, of the item's last answers; 12 see half-time answers in nine of ten.
        model: of ordinary work.
    """
    return _verdict(np.asarray(residuals, np.float64), 0.0, 0.0, model, ITEM_THRESHOLD)


def judge_person_knowing_gold(gold: ArrayLike, work: ArrayLike, model: TimeModel) -> LeakVerdict:
    """Say whether one person is suspiciously fast on gold against their own ordinary work.

    Args:
        gold: (m,) residuals of their gold answers.
        work: (k,) residuals of their ordinary answers.
        model: of ordinary work.
    """
    usual = np.asarray(work, np.float64)
    if usual.size == 0:
        return LeakVerdict(0.0, 1.0, int(np.size(gold)), flagged=False)
    return _verdict(np.asarray(gold, np.float64), float(usual.mean()), 1 / usual.size, model, PERSON_THRESHOLD)


def right_only_on_gold(gold_accuracy: Estimate, work_accuracy: Estimate) -> bool:
    """Say whether somebody is surely better on gold than their agreement with others on work would have it."""
    gap = difference(gold_accuracy, work_accuracy)
    return gap.low is not None and gap.low > 0


def _verdict(fast: FloatArray, usual: float, extra: float, model: TimeModel, threshold: float) -> LeakVerdict:
    m = int(fast.size)
    if m < MIN_ANSWERS or model.spread == 0.0:
        return LeakVerdict(0.0, 1.0, m, flagged=False)
    gap = usual - float(fast.mean())
    z = gap / (model.spread * sqrt(1 / m + extra))
    return LeakVerdict(z, float(np.exp(-gap)), m, flagged=z >= threshold)


def _within_persons(y: FloatArray, who: NDArray[np.int64], size: FloatArray) -> tuple[FloatArray, float]:
    """Fit a level for each person and one slope; without any spread in size the slope is 0."""
    n = np.bincount(who).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_y, mean_size = np.bincount(who, y) / n, np.bincount(who, size) / n
    dy, dsize = y - mean_y[who], size - mean_size[who]
    spread = float(dsize @ dsize)
    slope = float(dsize @ dy) / spread if spread > 0 else 0.0
    return np.asarray(mean_y - slope * mean_size, np.float64), slope
