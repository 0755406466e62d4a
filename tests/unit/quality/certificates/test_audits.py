"""The chart over audits: exact run lengths against a simulation, and when it rings."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality.certificates import AuditChart, audit_run_length, design_audit_chart, watch_audits
from assay.quality.errors import CertificateSettingError


def _simulated(chart: AuditChart, rate: float, n: int) -> float:
    rng = np.random.default_rng(4)
    score, steps, alive = np.zeros(n), np.zeros(n), np.ones(n, bool)
    while alive.any():
        step = np.where(rng.random(n) < rate, chart.if_wrong, chart.if_right)
        score = np.where(alive, np.maximum(0, score + step), score)
        steps += alive
        alive &= score < chart.limit
    return float(steps.mean())


@pytest.mark.parametrize("rate", [0.1, 0.2])
def test_the_run_length_is_the_one_a_simulation_gives(rate: float) -> None:
    chart = design_audit_chart(0.05)
    assert audit_run_length(chart, rate) == pytest.approx(_simulated(chart, rate, 4000), rel=0.05)


def test_good_work_rings_once_in_two_thousand_audits_and_bad_work_within_a_hundred() -> None:
    chart = design_audit_chart(0.05)
    assert audit_run_length(chart, chart.p0) >= 2000
    assert audit_run_length(chart, chart.p1) < 100


def test_the_first_alarm_stays_and_says_since_when() -> None:
    chart = design_audit_chart(0.05)
    state = watch_audits(chart, [False] * 30 + [True] * 10 + [False] * 500)
    assert state.alarm_at is not None
    assert 30 <= state.alarm_at < 40
    assert state.began_at == 30
    assert (state.n, state.n_wrong, state.score) == (540, 10, 0.0)


def test_right_audits_never_ring() -> None:
    state = watch_audits(design_audit_chart(0.02), [False] * 5000)
    assert (state.alarm_at, state.score) == (None, 0.0)


@pytest.mark.parametrize(("target", "run_length"), [(0.5, 2000.0), (0.0, 2000.0), (0.05, 3.0)])
def test_a_chart_that_cannot_be_is_refused(target: float, run_length: float) -> None:
    with pytest.raises(CertificateSettingError):
        design_audit_chart(target, run_length=run_length)
