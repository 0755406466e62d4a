"""Watches the audits of labels that were taken without a person: a CUSUM chart that says when to stop."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from assay.quality.calibration.run_length import solve_run_length
from assay.quality.errors import CertificateSettingError

ACCEPTED: Final = 0.8
"""Share of the target that the chart takes for good work."""
LOOKED_FOR: Final = 2.0
"""Times the target that it looks for."""
RUN_LENGTH: Final = 2000.0
"""Audits between false alarms while errors are at the accepted rate."""
_LARGEST_LIMIT: Final = 12.0
_HALVINGS: Final = 12
DESIGN_CELLS: Final = 150


@dataclass(frozen=True, slots=True)
class AuditChart:
    """A Bernoulli CUSUM: S <- max(0, S + s), alarm when S >= limit.

    Attributes:
        p0: error rate it accepts.
        p1: error rate it looks for.
        limit: log likelihood ratio at which it rings.
    """

    p0: float
    p1: float
    limit: float

    @property
    def if_wrong(self) -> float:
        """Step for a wrong label, above 0."""
        return math.log(self.p1 / self.p0)

    @property
    def if_right(self) -> float:
        """Step for a right label, below 0."""
        return math.log1p(-self.p1) - math.log1p(-self.p0)


@dataclass(frozen=True, slots=True)
class AuditState:
    """Where a chart stands.

    Attributes:
        score: the sum now, from 0 on.
        alarm_at: which audit rang, from 0; None while none did.
        began_at: since which audit errors seem to be more: the last time the sum left 0 before the alarm.
        n: audits.
        n_wrong: of these, wrong.
    """

    score: float
    alarm_at: int | None
    began_at: int | None
    n: int
    n_wrong: int


@lru_cache(maxsize=64)
def design_audit_chart(target: float, *, run_length: float = RUN_LENGTH) -> AuditChart:
    """A chart for labels certified at `target`: accepts .8 of it, looks for twice of it.

    Its limit is the smallest (to some thousandths) with `run_length` audits between false alarms at the accepted rate.

    Raises:
        CertificateSettingError: a target outside (0, .5), or a run length below 10.
    """
    if not 0 < target < 0.5:  # noqa: PLR2004 - twice the target is a rate too
        raise CertificateSettingError("target", target, allowed="a share between 0 and .5")
    if run_length < 10:  # noqa: PLR2004 - a chart that rings all the time
        raise CertificateSettingError("run_length", run_length, allowed="at least 10 audits")
    p0, p1 = ACCEPTED * target, LOOKED_FOR * target
    low, high = 0.0, _LARGEST_LIMIT
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if audit_run_length(AuditChart(p0, p1, middle), p0, cells=DESIGN_CELLS) < run_length:
            low = middle
        else:
            high = middle
    return AuditChart(p0, p1, high)


def audit_run_length(chart: AuditChart, true_rate: float, *, cells: int = 400) -> float:
    """Mean audits from a fresh chart to an alarm when labels are wrong at `true_rate`, in (0, 1)."""
    steps, chances = [chart.if_wrong, chart.if_right], [true_rate, 1 - true_rate]
    return solve_run_length(np.array(steps), np.array(chances), chart.limit, cells=cells)


def watch_audits(chart: AuditChart, wrong: Sequence[bool]) -> AuditState:
    """Fold audits in the order they were drawn; the first alarm stays."""
    score, since, alarm, began = 0.0, 0, None, None
    for place, bad in enumerate(wrong):
        if score == 0.0:
            since = place
        score = max(0.0, score + (chart.if_wrong if bad else chart.if_right))
        if alarm is None and score >= chart.limit:
            alarm, began = place, since
    return AuditState(score, alarm, began, len(wrong), sum(wrong))
