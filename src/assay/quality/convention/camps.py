"""Do people fall into two camps: the best division along one line, and who surely belongs to which side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from assay.quality.convention.evidence import Flags, Floats

SURE: Final = 0.90  # chance from which a person's side is named
_LEAST_SPREAD: Final = 0.15  # deviation inside a camp is at least this share of the gap between camps
_N_SIMULATED: Final = 20_000


@dataclass(frozen=True, eq=False)
class Camps:
    """Two camps along one line.

    Attributes:
        high: (n,) whether the person is nearer to the camp with the higher values.
        chance_high: (n,) posterior chance of that.
        low_mean: mean of the low camp, weighted by precision.
        high_mean: mean of the high camp.
        gap_error: standard error of the difference of the two means.
        clearness: gap in units of the unweighted deviation inside camps.
    """

    high: Flags
    chance_high: Floats
    low_mean: float
    high_mean: float
    gap_error: float
    clearness: float

    @property
    def gap(self) -> float:
        """How far apart the camps are."""
        return self.high_mean - self.low_mean

    @property
    def smaller(self) -> int:
        """People in the smaller camp."""
        return int(min(self.high.sum(), (~self.high).sum()))

    @property
    def is_clear(self) -> bool:
        """Whether the gap is wider than the 99 % point for as many values of one normal distribution."""
        return self.clearness > clearness_point(len(self.high))


def divide(values: Floats, errors: Floats) -> Camps:
    """Divide people, at least two, into two camps.

    The cut leaves the least weighted sum of squares inside camps. A person's side follows from two normals with the
    camps' means and a deviation made of the person's own error and of the spread inside camps.

    Args:
        values: (n,) an effect for each person.
        errors: (n,) its standard error.
    """
    order = np.argsort(values, kind="stable")
    v, variance = values[order], errors[order] ** 2
    floor = float(np.median(variance)) * 0.25 + 1e-18  # nobody outweighs all others by a lucky small error
    w = 1.0 / (variance + floor)
    total, first, second = np.cumsum(w), np.cumsum(w * v), np.cumsum(w * v * v)
    inside = (second - first**2 / total)[:-1]
    rest = total[-1] - total[:-1]
    inside = inside + (second[-1] - second[:-1]) - (first[-1] - first[:-1]) ** 2 / rest
    cut = int(np.argmin(inside)) + 1
    low, high = slice(0, cut), slice(cut, None)
    means = [float(np.average(v[side], weights=w[side])) for side in (low, high)]
    gap = means[1] - means[0]
    off = np.concatenate([v[low] - means[0], v[high] - means[1]])
    spread = max(float(np.average(off**2 - variance, weights=w)), (_LEAST_SPREAD * gap) ** 2)
    deviation = np.sqrt(variance + spread)
    odds = ((v - means[0]) ** 2 - (v - means[1]) ** 2) / (2 * deviation**2)
    chance, is_high = np.empty(len(v)), np.zeros(len(v), bool)
    chance[order], is_high[order[high]] = expit(odds), True
    errors_of_means = [1.0 / (1.0 / (variance[side] + spread)).sum() for side in (low, high)]
    return Camps(is_high, chance, means[0], means[1], float(np.sqrt(sum(errors_of_means))), clearness(values[None])[0])


def clearness(values: NDArray[np.float64]) -> Floats:
    """(n_rows,) gap of the means of the best two camps over the deviation inside them; values (n_rows, n_people)."""
    v = np.sort(values, axis=1)
    n = v.shape[1]
    if n <= 2:  # noqa: PLR2004 - two people always make two camps
        return np.zeros(len(v))
    counts = np.arange(1, n)
    first, second = np.cumsum(v, axis=1), np.cumsum(v * v, axis=1)
    left, right = first[:, :-1] / counts, (first[:, -1:] - first[:, :-1]) / (n - counts)
    inside = second[:, -1:] - counts * left**2 - (n - counts) * right**2
    best = inside.argmin(axis=1)
    rows = np.arange(len(v))
    within = np.sqrt(np.maximum(inside[rows, best], 1e-300) / (n - 2))
    return np.asarray((right - left)[rows, best] / within, np.float64)


@lru_cache(maxsize=256)
def clearness_point(n_people: int) -> float:
    """The 99 % point of `clearness` for values of one normal distribution; simulated with a fixed seed."""
    rng = np.random.default_rng(1_000_003 + n_people)
    n_rows = max(2_000, min(_N_SIMULATED, 2_000_000 // max(n_people, 1)))
    return float(np.quantile(clearness(rng.normal(size=(n_rows, n_people))), 0.99))
