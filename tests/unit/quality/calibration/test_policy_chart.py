"""The policy chart: its steps, its restart, its stored form."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from assay.quality.calibration import (
    GoldAnswers,
    PolicyState,
    UnitHistogram,
    demo_policy_chart,
    policy_curve,
)
from assay.quality.errors import CalibrationStateError

HISTOGRAM = UnitHistogram.of([12, 13, 14, 15])
CHART = demo_policy_chart(HISTOGRAM)


def test_the_demo_rule_is_five_against_fifteen_percent_once_in_a_thousand() -> None:
    assert (CHART.p0, CHART.p1, CHART.rho, CHART.target) == (0.05, 0.15, 0.10, 1000)
    assert CHART.run_length(0.05).fresh == pytest.approx(1000, rel=0.01)


def test_a_step_is_the_log_ratio_of_two_beta_binomials() -> None:
    logs = [stats.betabinom.logpmf(3, 13, p * 9, (1 - p) * 9) for p in (0.15, 0.05)]
    assert CHART.step(13, 3) == pytest.approx(logs[0] - logs[1])
    assert CHART.step(13, 0) < 0 < CHART.step(13, 3)


def test_the_chart_never_falls_below_zero_and_restarts_at_zero_after_an_alarm() -> None:
    errors = [0, 0, 9, 9, 9, 0, 9, 9, 9, 0]
    curve, state = policy_curve(CHART, GoldAnswers.of([13] * 10, errors))
    score, expected, alarms = 0.0, [], []
    for number, e in enumerate(errors, start=1):
        score = max(0.0, score + CHART.step(13, e))
        expected.append(score)
        if score >= CHART.limit:
            alarms.append(number)
            score = 0.0
    assert curve.scores.tolist() == pytest.approx(expected)
    assert curve.alarms == state.alarms == tuple(alarms)
    assert len(alarms) >= 2
    assert curve.limit == CHART.limit
    assert curve.scores.min() == 0.0


def test_ringing_is_about_the_last_image_only() -> None:
    state = PolicyState()
    while not state.rings:
        state = state.fold(CHART, 13, 9)
    assert state.score >= CHART.limit
    after = state.fold(CHART, 13, 0)
    assert (after.rings, after.score, after.alarms) == (False, 0.0, state.alarms)


def test_the_stored_state_comes_back() -> None:
    state = PolicyState(1.25, 40, (7, 31))
    assert PolicyState.from_bytes(state.to_bytes()) == state
    assert PolicyState.from_bytes(PolicyState().to_bytes()) == PolicyState()


@pytest.mark.parametrize("stored", [b"", b"ACF1" + bytes(40), PolicyState(1.0, 4, (3,)).to_bytes()[:-8]])
def test_bytes_of_something_else_are_refused(stored: bytes) -> None:
    with pytest.raises(CalibrationStateError):
        PolicyState.from_bytes(stored)


def test_a_careful_person_rings_far_more_seldom_than_promised() -> None:
    assert CHART.run_length(0.03).fresh > 7 * CHART.run_length(0.05).fresh
    delays = [CHART.run_length(p).fresh for p in (0.11, 0.15, 0.20, 0.50)]
    assert np.all(np.diff(delays) < 0)
