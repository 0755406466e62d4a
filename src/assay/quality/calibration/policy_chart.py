"""The chart that rings when somebody's errors on gold are outside policy: a beta-binomial CUSUM per gold image."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assay.quality.calibration.answers import GoldAnswers
from assay.quality.calibration.run_length import RunLength, UnitHistogram, run_length, solve_limit, step_score
from assay.quality.errors import CalibrationStateError

FloatArray = NDArray[np.float64]

ACCEPTED_RATE: Final = 0.05
REJECTED_RATE: Final = 0.15
DESIGN_RHO: Final = 0.10
PRODUCTION_RUN_LENGTH: Final = 2_000.0
DEMO_RUN_LENGTH: Final = 1_000.0
_HEADER: Final = struct.Struct("<4sBdqq")
_MAGIC: Final = b"APC1"


@dataclass(frozen=True, slots=True)
class PolicyChart:
    """A chart with its limit solved: what is accepted, what is looked for, and how seldom it rings for nothing.

    Attributes:
        p0: error rate that is still accepted.
        p1: error rate the chart is tuned to find.
        rho: intra-image correlation it is designed for.
        target: gold images between false alarms of a person exactly at `p0`.
        limit: alarm limit of the cumulative score.
        histogram: units of the gold images it was solved on.
    """

    p0: float
    p1: float
    rho: float
    target: float
    limit: float
    histogram: UnitHistogram

    def step(self, n_units: int, n_errors: int) -> float:
        """Give the score of one gold image: above 0 when it looks more like `p1` than like `p0`."""
        return _step(n_units, n_errors, self.p0, self.p1, self.rho)

    def run_length(self, true_rate: float, true_rho: float | None = None) -> RunLength:
        """Give the mean gold images to an alarm for a person of this rate (and correlation, by default as designed)."""
        return run_length(
            self.histogram,
            p0=self.p0,
            p1=self.p1,
            rho=self.rho,
            limit=self.limit,
            true_rate=true_rate,
            true_rho=true_rho,
        )


def design_policy_chart(
    histogram: UnitHistogram,
    *,
    p0: float = ACCEPTED_RATE,
    p1: float = REJECTED_RATE,
    rho: float = DESIGN_RHO,
    target: float = PRODUCTION_RUN_LENGTH,
) -> PolicyChart:
    """Solve the chart's limit for the project's gold images; cached, below a second the first time.

    Args:
        histogram: units of the project's gold images.
        p0: error rate still accepted.
        p1: error rate to find; 0 < p0 < p1 < 1.
        rho: correlation to design for. .10 keeps a promise of 500 images within 380 to 880 whatever it really is.
        target: gold images between false alarms of a person exactly at `p0`.
    """
    return PolicyChart(p0, p1, rho, target, solve_limit(histogram, p0, p1, rho, target), histogram)


def demo_policy_chart(histogram: UnitHistogram) -> PolicyChart:
    """Give the demo's flag rule: limits 5 and 15 %, correlation .10, one false alarm in 1,000 gold images."""
    return design_policy_chart(histogram, target=DEMO_RUN_LENGTH)


@dataclass(frozen=True, slots=True)
class PolicyState:
    """Where one person stands on a policy chart; a value, `fold` returns a new one.

    Attributes:
        score: cumulative score, >= 0; at an alarm the value that crossed. The next fold restarts at 0.
        n_images: gold images folded in.
        alarms: numbers of the gold images (from 1) at which it rang.
    """

    score: float = 0.0
    n_images: int = 0
    alarms: tuple[int, ...] = ()

    @property
    def rings(self) -> bool:
        """Whether the last gold image folded in rang the chart."""
        return bool(self.alarms) and self.alarms[-1] == self.n_images

    def restarted(self) -> PolicyState:
        """Go back to 0, keeping the count of images and the alarms."""
        return PolicyState(0.0, self.n_images, self.alarms)

    def fold(self, chart: PolicyChart, n_units: int, n_errors: int) -> PolicyState:
        """Take in one gold image."""
        start = 0.0 if self.rings else self.score
        score = max(0.0, start + chart.step(n_units, n_errors))
        number = self.n_images + 1
        alarms = (*self.alarms, number) if score >= chart.limit else self.alarms
        return PolicyState(score, number, alarms)

    def to_bytes(self) -> bytes:
        """Write the state as little-endian bytes."""
        head = _HEADER.pack(_MAGIC, 1, self.score, self.n_images, len(self.alarms))
        return head + np.asarray(self.alarms, "<i8").tobytes()

    @classmethod
    def from_bytes(cls, stored: bytes) -> PolicyState:
        """Read a state written by `to_bytes`.

        Raises:
            CalibrationStateError: the bytes are of another kind, version or length.
        """
        if len(stored) < _HEADER.size or stored[:5] != _MAGIC + b"\x01":
            raise CalibrationStateError(f"{len(stored)} bytes are no policy chart of version 1")
        _, _, score, n_images, n_alarms = _HEADER.unpack_from(stored)
        if len(stored) != _HEADER.size + 8 * n_alarms:
            raise CalibrationStateError(f"a policy chart names {n_alarms} alarms in {len(stored)} bytes")
        return cls(score, n_images, tuple(np.frombuffer(stored, "<i8", offset=_HEADER.size).tolist()))


@dataclass(frozen=True, slots=True, eq=False)
class ChartCurve:
    """A chart over all gold images of a person.

    Attributes:
        scores: (T,) score after each gold image; at an alarm the value that crossed.
        limit: the alarm line.
        alarms: numbers of the gold images (from 1) at which it rang; after each the chart restarts.
    """

    scores: FloatArray
    limit: float
    alarms: tuple[int, ...]


def policy_curve(chart: PolicyChart, answers: GoldAnswers) -> tuple[ChartCurve, PolicyState]:
    """Run the chart over answers from scratch, keeping every score; also gives the final state."""
    state = PolicyState()
    scores = np.empty(len(answers), np.float64)
    for i, (n, e) in enumerate(zip(answers.n_units.tolist(), answers.n_errors.tolist(), strict=True)):
        state = state.fold(chart, n, e)
        scores[i] = state.score
    return ChartCurve(scores, chart.limit, state.alarms), state


@lru_cache(maxsize=65_536)
def _step(n_units: int, n_errors: int, p0: float, p1: float, rho: float) -> float:
    return float(step_score(n_errors, n_units, p0, p1, rho))
