"""How good a person is now: an exact grid posterior of an error rate that may jump before every gold image."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assay.kernel.estimate import Estimate, nothing_measured
from assay.quality.calibration.answers import GoldAnswers
from assay.quality.calibration.betabinomial import log_chance
from assay.quality.errors import CalibrationSettingError, CalibrationStateError

FloatArray = NDArray[np.float64]

METHOD: Final = "change-filter"
N_RATES: Final = 240
RHO_GRID: Final = (0.0, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.13, 0.16, 0.2, 0.25, 0.32, 0.42, 0.55)
RHO_PRIOR_MEAN: Final = 0.1
JUMP_RATE: Final = 0.01
_TABLED_UNITS: Final = 30
_BISECTIONS: Final = 60
_RHO_FLOOR: Final = 1e-12
_HEADER: Final = struct.Struct("<4sBdqq")
_MAGIC: Final = b"ACF1"

THETA_EDGES: Final[FloatArray] = np.linspace(0.0, np.pi / 2, N_RATES + 1)
RATES: Final[FloatArray] = np.sin((THETA_EDGES[:-1] + THETA_EDGES[1:]) / 2) ** 2


def _jump_prior() -> FloatArray:
    """Where a rate lands after a jump: .7 Beta(1, 6) + .3 Beta(1/2, 1/2), the second so that a spammer is believed."""
    theta = (THETA_EDGES[:-1] + THETA_EDGES[1:]) / 2
    usual = (1 - RATES) ** 5 * np.sin(2 * theta)  # Beta(1, 6) in theta, up to a constant
    return np.asarray(0.7 * usual / usual.sum() + 0.3 / N_RATES, np.float64)


def _rho_prior() -> FloatArray:
    """Fall off exponentially along the grid, as fast as gives the mean `RHO_PRIOR_MEAN`."""
    grid = np.asarray(RHO_GRID)
    slow, fast = 0.0, 100.0
    for _ in range(_BISECTIONS):
        w = np.exp(-(slow + fast) / 2 * grid)
        w /= w.sum()
        if float(w @ grid) > RHO_PRIOR_MEAN:
            slow = (slow + fast) / 2
        else:
            fast = (slow + fast) / 2
    return w


JUMP_PRIOR: Final[FloatArray] = _jump_prior()
RHO_PRIOR: Final[FloatArray] = _rho_prior()


@dataclass(frozen=True, slots=True, eq=False)
class ChangeFilter:
    """What is believed about one person's (or one series') current error rate.

    A value: `fold` returns a new one. About 54 kB, and some 50 microseconds a fold.

    Attributes:
        joint: (14, 240) posterior over correlation and rate, sums to 1.
        age: (14, 240) `joint` times the expected number of gold images since the rate was last drawn anew, given
            that cell; the same recursion carries it exactly.
        jump_rate: chance that the rate is drawn anew before a gold image.
        n_images: gold images folded in.
        n_marks: their units.
    """

    joint: FloatArray
    age: FloatArray
    jump_rate: float
    n_images: int
    n_marks: int

    @classmethod
    def fresh(cls, jump_rate: float = JUMP_RATE) -> ChangeFilter:
        """Start with nothing seen.

        Args:
            jump_rate: in [0, 1); smaller is narrower for steady people and slower after a change.
        """
        if not 0.0 <= jump_rate < 1.0:
            raise CalibrationSettingError("jump_rate", jump_rate, allowed="in [0, 1)")
        joint = RHO_PRIOR[:, None] * JUMP_PRIOR
        return cls(joint, np.zeros_like(joint), jump_rate, 0, 0)

    def fold(self, n_units: int, n_errors: int) -> ChangeFilter:
        """Take in one gold image with `n_errors` of `n_units` wrong."""
        h = self.jump_rate if self.n_images else 0.0
        likelihood = _likelihood(n_units, n_errors)
        weights = np.maximum(self.joint.sum(axis=1), _RHO_FLOOR)  # a correlation once ruled out may come back
        joint = ((1 - h) * self.joint + h * weights[:, None] * JUMP_PRIOR) * likelihood
        age = (1 - h) * self.age * likelihood + joint  # one image older, or drawn anew and one image old
        total = float(joint.sum())
        return ChangeFilter(joint / total, age / total, self.jump_rate, self.n_images + 1, self.n_marks + n_units)

    def fold_all(self, answers: GoldAnswers) -> ChangeFilter:
        """Take in every answer in order."""
        state = self
        for n, e in zip(answers.n_units.tolist(), answers.n_errors.tolist(), strict=True):
            state = state.fold(n, e)
        return state

    def quantiles(self, levels: tuple[float, ...]) -> FloatArray:
        """Give error rates below which the posterior has these shares, by interpolation in theta."""
        below = np.concatenate([[0.0], np.cumsum(self.joint.sum(axis=0))])
        theta = np.interp(np.asarray(levels) * below[-1], below, THETA_EDGES)
        return np.asarray(np.sin(theta) ** 2, np.float64)

    def now(self) -> Estimate:
        """Measure the current error rate: posterior median with 95 % interval.

        `n_items` counts the images the figure still rests on, `n` their units at the person's average: the expected
        images since the rate last jumped. It falls when somebody changes, and stays near 1 / jump_rate at most.
        """
        if self.n_images == 0:
            return nothing_measured(METHOD)
        low, value, high = self.quantiles((0.025, 0.5, 0.975)).tolist()
        images = self.images_since_jump()
        n = max(1, round(images * self.n_marks / self.n_images))
        return Estimate(value, low, high, n, max(1, round(images)), METHOD)

    def images_since_jump(self) -> float:
        """Give the expected number of gold images since the rate last jumped; all of them if it never did."""
        return float(self.age.sum())

    def chance_above(self, limit: float) -> float:
        """Give P(current error rate > limit)."""
        below = np.concatenate([[0.0], np.cumsum(self.joint.sum(axis=0))])
        theta = np.arcsin(np.sqrt(min(max(limit, 0.0), 1.0)))
        return 1.0 - float(np.interp(theta, THETA_EDGES, below)) / float(below[-1])

    def rho_mean(self) -> float:
        """Give the posterior mean of the intra-image correlation."""
        return float(self.joint.sum(axis=1) @ np.asarray(RHO_GRID))

    def to_bytes(self) -> bytes:
        """Write the state as little-endian bytes that `from_bytes` reads back bit for bit."""
        head = _HEADER.pack(_MAGIC, 1, self.jump_rate, self.n_images, self.n_marks)
        return head + self.joint.astype("<f8").tobytes() + self.age.astype("<f8").tobytes()

    @classmethod
    def from_bytes(cls, stored: bytes) -> ChangeFilter:
        """Read a state written by `to_bytes`.

        Raises:
            CalibrationStateError: the bytes are of another kind, version or length.
        """
        shape = (2, len(RHO_GRID), N_RATES)
        if len(stored) != _HEADER.size + 8 * shape[0] * shape[1] * shape[2] or stored[:5] != _MAGIC + b"\x01":
            raise CalibrationStateError(f"{len(stored)} bytes are no change filter of version 1")
        _, _, jump_rate, n_images, n_marks = _HEADER.unpack_from(stored)
        joint, age = np.frombuffer(stored, "<f8", offset=_HEADER.size).reshape(shape).astype(np.float64)
        return cls(joint, age, jump_rate, n_images, n_marks)


@dataclass(frozen=True, slots=True, eq=False)
class RateCurve:
    """The current rate after each gold image, for a chart.

    Attributes:
        value: (T,) posterior medians.
        low: (T,) lower ends of the 95 % intervals.
        high: (T,) upper ends.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray


def rate_curve(answers: GoldAnswers, jump_rate: float = JUMP_RATE) -> tuple[RateCurve, ChangeFilter]:
    """Fold answers from scratch, keeping the current rate after each; also gives the final state."""
    state = ChangeFilter.fresh(jump_rate)
    points = np.empty((len(answers), 3), np.float64)
    for i, (n, e) in enumerate(zip(answers.n_units.tolist(), answers.n_errors.tolist(), strict=True)):
        state = state.fold(n, e)
        points[i] = state.quantiles((0.5, 0.025, 0.975))
    return RateCurve(points[:, 0].copy(), points[:, 1].copy(), points[:, 2].copy()), state


def _likelihood(n_units: int, n_errors: int) -> FloatArray:
    """Give the (14, 240) chance of the count, scaled so that the largest is 1."""
    if n_units <= _TABLED_UNITS:
        return _tabled_likelihood(n_units, n_errors)
    return _direct_likelihood(n_units, n_errors)


def _direct_likelihood(n_units: int, n_errors: int) -> FloatArray:
    logs = log_chance(n_errors, n_units, RATES, np.asarray(RHO_GRID)[:, None])
    return np.asarray(np.exp(logs - logs.max()), np.float64)


@lru_cache(maxsize=512)
def _tabled_likelihood(n_units: int, n_errors: int) -> FloatArray:
    table = _direct_likelihood(n_units, n_errors)
    table.flags.writeable = False
    return table
