"""How long a CUSUM chart runs before it alarms: an exact recursion, and the limit that gives a wanted run length."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.quality.calibration.betabinomial import log_chance
from assay.quality.errors import CalibrationSettingError

FloatArray = NDArray[np.float64]

CELLS = 400
_COARSE_CELLS = 120
_BRACKET = 0.02
_TOLERANCE = 5e-4
_SETTLE_STEPS = 400
_LARGEST_LIMIT = 60.0


@dataclass(frozen=True, slots=True)
class UnitHistogram:
    """How many units the gold images of a project have, the part of a chart's design that is data.

    Attributes:
        counts: (units, images) pairs with units ascending and images > 0; hashable, so that designs can be cached.
    """

    counts: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, n_units: ArrayLike) -> UnitHistogram:
        """Count images by their number of units; an empty image counts as one unit.

        Raises:
            CalibrationSettingError: there is no image.
        """
        units = np.maximum(np.asarray(n_units, np.int64), 1)
        if units.size == 0:
            raise CalibrationSettingError("n_units", [], allowed="at least one gold image")
        values, images = np.unique(units, return_counts=True)
        return cls(tuple(zip(values.tolist(), images.tolist(), strict=True)))

    @property
    def mean_units(self) -> float:
        """Mean units of an image."""
        return sum(n * images for n, images in self.counts) / sum(images for _, images in self.counts)

    def outcomes(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """List every (units, errors) an image can show, with the share of images that have these units."""
        total = sum(images for _, images in self.counts)
        units = np.concatenate([np.full(n + 1, n, np.float64) for n, _ in self.counts])
        errors = np.concatenate([np.arange(n + 1, dtype=np.float64) for n, _ in self.counts])
        share = np.concatenate([np.full(n + 1, images / total) for n, images in self.counts])
        return units, errors, share


def step_score(errors: ArrayLike, units: ArrayLike, p0: float, p1: float, rho: float) -> FloatArray:
    """Give ln P(errors | p1) - ln P(errors | p0) for an image."""
    return log_chance(errors, units, p1, rho) - log_chance(errors, units, p0, rho)


@dataclass(frozen=True, slots=True)
class RunLength:
    """Mean gold images to an alarm.

    Attributes:
        fresh: from a chart at 0.
        running: from a chart that has long been running without an alarm at rate p0.
    """

    fresh: float
    running: float


def solve_run_length(scores: ArrayLike, chances: ArrayLike, limit: float, *, cells: int = CELLS) -> float:
    """Give the mean number of steps of S <- max(0, S + s) from 0 until S >= limit.

    Args:
        scores: (K,) possible steps.
        chances: (K,) their probabilities, summing to 1.
        limit: the alarm limit, > 0.
        cells: grid points on [0, limit); mass between two is split linearly.

    Reference: Brook and Evans (1972), "An approach to the probability distribution of cusum run length".
    """
    stay = _stay_matrix(np.asarray(scores, np.float64), np.asarray(chances, np.float64), limit, cells)
    return float(_mean_steps(stay)[0])


def run_length(
    histogram: UnitHistogram,
    *,
    p0: float,
    p1: float,
    rho: float,
    limit: float,
    true_rate: float,
    true_rho: float | None = None,
) -> RunLength:
    """Give the mean gold images until the chart (p0, p1, rho, limit) alarms for a person of `true_rate`.

    Args:
        histogram: units of the project's gold images.
        p0: rate the chart accepts.
        p1: rate it looks for.
        rho: correlation it was designed for.
        limit: its alarm limit.
        true_rate: the person's rate in (0, 1).
        true_rho: the person's correlation; `rho` when left out.
    """
    real_rho = rho if true_rho is None else true_rho
    units, errors, share = histogram.outcomes()
    scores = step_score(errors, units, p0, p1, rho)
    quiet = _stay_matrix(scores, share * np.exp(log_chance(errors, units, p0, real_rho)), limit, CELLS)
    truth = _stay_matrix(scores, share * np.exp(log_chance(errors, units, true_rate, real_rho)), limit, CELLS)
    steps = _mean_steps(truth)
    settled = np.zeros(CELLS)
    settled[0] = 1.0
    for _ in range(_SETTLE_STEPS):
        settled = settled @ quiet
        settled /= settled.sum()
    return RunLength(fresh=float(steps[0]), running=float(settled @ steps))


@lru_cache(maxsize=64)
def solve_limit(histogram: UnitHistogram, p0: float, p1: float, rho: float, target: float) -> float:
    """Find the alarm limit at which a person exactly at `p0` rings once in `target` gold images.

    The smallest limit, to 1/2000, whose run length from a fresh chart reaches the target; found on a coarse grid first.
    Some tenths of a second; kept for 64 designs.
    """
    _check_design(p0, p1, rho, target)
    units, errors, share = histogram.outcomes()
    scores = step_score(errors, units, p0, p1, rho)
    chances = share * np.exp(log_chance(errors, units, p0, rho))

    def too_short(limit: float, cells: int) -> bool:
        return solve_run_length(scores, chances, limit, cells=cells) < target

    high = 1.0
    while too_short(high, _COARSE_CELLS):
        high *= 2
        if high > _LARGEST_LIMIT:
            raise CalibrationSettingError("target", target, allowed="a run length the limits p0 and p1 can reach")
    rough = _smallest(lambda limit: too_short(limit, _COARSE_CELLS), 0.0, high)
    low, high, reach = rough - _BRACKET, rough + _BRACKET, _BRACKET
    while too_short(high, CELLS):
        low, high, reach = high, high + 2 * reach, 2 * reach
    while low > 0 and not too_short(low, CELLS):
        low, high, reach = low - 2 * reach, low, 2 * reach
    return _smallest(lambda limit: too_short(limit, CELLS), max(low, 0.0), high)


def _smallest(too_small: Callable[[float], bool], low: float, high: float) -> float:
    """Bisect for the smallest number that is not too small, to `_TOLERANCE`."""
    while high - low > _TOLERANCE:
        middle = (low + high) / 2
        if too_small(middle):
            low = middle
        else:
            high = middle
    return high


def _check_design(p0: float, p1: float, rho: float, target: float) -> None:
    if not 0.0 < p0 < p1 < 1.0:
        raise CalibrationSettingError("p0, p1", (p0, p1), allowed="with 0 < p0 < p1 < 1")
    if not 0.0 <= rho < 1.0:
        raise CalibrationSettingError("rho", rho, allowed="in [0, 1)")
    if not 1.0 < target < 1e7:  # noqa: PLR2004 - beyond, the recursion's rounding shows
        raise CalibrationSettingError("target", target, allowed="between 1 and 10,000,000 gold images")


def _stay_matrix(scores: FloatArray, chances: FloatArray, limit: float, cells: int) -> FloatArray:
    """Give the (cells, cells) chances of moving between grid points without an alarm."""
    width = limit / cells
    moved = np.maximum(np.arange(cells)[:, None] * width + scores, 0.0)
    quiet = moved < limit
    place = np.where(quiet, moved / width, 0.0)
    lower = np.minimum(place.astype(np.int64), cells - 1)
    upper = np.minimum(lower + 1, cells - 1)  # the last cell keeps its mass: the limit itself is not reached
    share = place - lower
    mass = np.where(quiet, chances, 0.0)
    rows = np.arange(cells)[:, None] * cells
    flat = np.bincount((rows + lower).ravel(), (mass * (1 - share)).ravel(), cells * cells)
    flat = flat + np.bincount((rows + upper).ravel(), (mass * share).ravel(), cells * cells)
    return np.asarray(flat, np.float64).reshape(cells, cells)


def _mean_steps(stay: FloatArray) -> FloatArray:
    """Solve (I - Q) a = 1."""
    return np.asarray(np.linalg.solve(np.eye(len(stay)) - stay, np.ones(len(stay))), np.float64)
