"""The chart that rings when somebody changes against their own past: Shiryaev-Roberts, baseline integrated out."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from assay.quality.calibration.answers import GoldAnswers
from assay.quality.calibration.betabinomial import log_chance, shifted_odds
from assay.quality.calibration.policy_chart import ChartCurve
from assay.quality.errors import CalibrationSettingError, CalibrationStateError

FloatArray = NDArray[np.float64]

N_BASELINES: Final = 48
ODDS_RATIOS: Final = (2.0, 4.0)
# The run length is 1.3 to 1.6 times the threshold, so this gives about one false alarm in 2,000 gold images.
PRODUCTION_THRESHOLD: Final = 1_400.0
BASELINES: Final[FloatArray] = np.sin((np.arange(N_BASELINES) + 0.5) / N_BASELINES * np.pi / 4) ** 2  # (0, .5)
_WORSE: Final[FloatArray] = shifted_odds(BASELINES[:, None], np.asarray(ODDS_RATIOS))
_HEADER: Final = struct.Struct("<4sBdqqq")
_MAGIC: Final = b"ASR1"


@dataclass(frozen=True, slots=True)
class PersonalChart:
    """The design: how sure to be, and how strongly errors cluster.

    Attributes:
        threshold: alarm at a Shiryaev-Roberts value of this; false alarms are at least this many gold images apart.
        rho: intra-image correlation; use the pooled one of the project, not a default.
    """

    threshold: float
    rho: float

    def __post_init__(self) -> None:
        if not self.threshold > 1.0:
            raise CalibrationSettingError("threshold", self.threshold, allowed="above 1 gold image")
        if not 0.0 <= self.rho < 1.0:
            raise CalibrationSettingError("rho", self.rho, allowed="in [0, 1)")


@dataclass(frozen=True, slots=True, eq=False)
class PersonalState:
    """Where one person stands against their own past; a value, `fold` returns a new one.

    Attributes:
        log_evidence: (48, 2) ln of the Shiryaev-Roberts value for each baseline and odds ratio.
        log_weight: (48,) ln of how well each baseline explains everything since the restart.
        score: ln of their weighted mean; the chart's height. -inf before the first image.
        n_images: gold images folded in, in all.
        n_since: gold images since the last restart.
        alarms: numbers of the gold images (from 1) at which it rang.
    """

    log_evidence: FloatArray
    log_weight: FloatArray
    score: float
    n_images: int
    n_since: int
    alarms: tuple[int, ...]

    @classmethod
    def fresh(cls) -> PersonalState:
        """Start with nothing seen."""
        return cls._restarted(0, ())

    @classmethod
    def _restarted(cls, n_images: int, alarms: tuple[int, ...]) -> PersonalState:
        shape = (N_BASELINES, len(ODDS_RATIOS))
        return cls(np.full(shape, -np.inf), np.zeros(N_BASELINES), -np.inf, n_images, 0, alarms)

    @property
    def rings(self) -> bool:
        """Whether the last gold image folded in rang the chart."""
        return bool(self.alarms) and self.alarms[-1] == self.n_images

    def restarted(self) -> PersonalState:
        """Forget the past, keeping the count of images and the alarms."""
        return self._restarted(self.n_images, self.alarms)

    def fold(self, chart: PersonalChart, n_units: int, n_errors: int) -> PersonalState:
        """Take in one gold image; after an alarm the chart starts again with no past."""
        start = self.restarted() if self.rings else self
        same, ratio = _log_chances(n_units, n_errors, chart.rho)
        evidence = np.logaddexp(0.0, start.log_evidence) + ratio
        weight = start.log_weight + same
        weight -= weight.max()
        per_baseline = logsumexp(evidence, axis=1) - np.log(len(ODDS_RATIOS))
        score = float(logsumexp(weight + per_baseline) - logsumexp(weight))
        number = start.n_images + 1
        alarms = (*start.alarms, number) if score >= np.log(chart.threshold) else start.alarms
        return PersonalState(evidence, weight, score, number, start.n_since + 1, alarms)

    def to_bytes(self) -> bytes:
        """Write the state as little-endian bytes."""
        head = _HEADER.pack(_MAGIC, 1, self.score, self.n_images, self.n_since, len(self.alarms))
        parts = (self.log_evidence.astype("<f8"), self.log_weight.astype("<f8"), np.asarray(self.alarms, "<i8"))
        return head + b"".join(part.tobytes() for part in parts)

    @classmethod
    def from_bytes(cls, stored: bytes) -> PersonalState:
        """Read a state written by `to_bytes`.

        Raises:
            CalibrationStateError: the bytes are of another kind, version or length.
        """
        if len(stored) < _HEADER.size or stored[:5] != _MAGIC + b"\x01":
            raise CalibrationStateError(f"{len(stored)} bytes are no personal chart of version 1")
        _, _, score, n_images, n_since, n_alarms = _HEADER.unpack_from(stored)
        n_grid = N_BASELINES * (len(ODDS_RATIOS) + 1)
        if len(stored) != _HEADER.size + 8 * (n_grid + n_alarms):
            raise CalibrationStateError(f"a personal chart names {n_alarms} alarms in {len(stored)} bytes")
        grid = np.frombuffer(stored, "<f8", count=n_grid, offset=_HEADER.size).astype(np.float64)
        alarms = tuple(np.frombuffer(stored, "<i8", offset=_HEADER.size + 8 * n_grid).tolist())
        evidence = grid[:-N_BASELINES].reshape(N_BASELINES, len(ODDS_RATIOS))
        return cls(evidence, grid[-N_BASELINES:], score, n_images, n_since, alarms)


def personal_curve(chart: PersonalChart, answers: GoldAnswers) -> tuple[ChartCurve, PersonalState]:
    """Run the chart over answers from scratch, keeping every score; scores and limit are logarithms."""
    state = PersonalState.fresh()
    scores = np.empty(len(answers), np.float64)
    for i, (n, e) in enumerate(zip(answers.n_units.tolist(), answers.n_errors.tolist(), strict=True)):
        state = state.fold(chart, n, e)
        scores[i] = state.score
    return ChartCurve(scores, float(np.log(chart.threshold)), state.alarms), state


@lru_cache(maxsize=4096)
def _log_chances(n_units: int, n_errors: int, rho: float) -> tuple[FloatArray, FloatArray]:
    """Give ln BB under each baseline (48,), and ln BB(worse) - ln BB(baseline) (48, 2)."""
    same = log_chance(n_errors, n_units, BASELINES, rho)
    worse = log_chance(n_errors, n_units, _WORSE, rho)
    return same, worse - same[:, None]
