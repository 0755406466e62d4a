"""A person's state and report: folding one answer at a time equals reporting on all of them."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality.calibration import (
    CalibrationSetup,
    ChangeFilter,
    GoldAnswers,
    PersonalChart,
    PersonState,
    UnitHistogram,
    clustered_rate,
    demo_policy_chart,
    period_rate,
    person_report,
    policy_curve,
)
from assay.quality.errors import CalibrationStateError, GoldAnswersError

CHART = demo_policy_chart(UnitHistogram.of([12, 13, 14]))
DEMO = CalibrationSetup(CHART)
BOTH = CalibrationSetup(CHART, PersonalChart(370.0, 0.1))
SLIPS = GoldAnswers.of([13] * 40, [1, 0] * 10 + [4, 3] * 10)
CAREFUL = GoldAnswers.of([13] * 36, [1, 0, 0] * 12)


def _folded(answers: GoldAnswers, setup: CalibrationSetup) -> PersonState:
    state = PersonState.fresh(setup)
    for n, e in zip(answers.n_units.tolist(), answers.n_errors.tolist(), strict=True):
        state = state.fold(setup, n, e)
    return state


@pytest.mark.parametrize("setup", [DEMO, BOTH])
def test_folding_one_by_one_equals_the_report_from_scratch(setup: CalibrationSetup) -> None:
    report = person_report(SLIPS, 0.1, setup)
    assert report.state.to_bytes() == _folded(SLIPS, setup).to_bytes()
    assert report.now == report.state.filter.now()


def test_a_slip_rings_and_names_what_goes_back() -> None:
    report = person_report(SLIPS, 0.1, DEMO)
    first = report.alarms[0]
    assert report.flagged
    assert first.chart == "policy"
    assert 20 < first.number <= 35
    assert first.change.low <= 20 <= first.change.high
    assert first.put_back.sample_after <= first.put_back.back_after < first.number == first.put_back.alarm_at
    assert report.policy.alarms[0] == first.number
    assert report.personal is None


def test_a_careful_person_is_not_flagged_and_has_enough_evidence() -> None:
    report = person_report(CAREFUL, 0.1, DEMO)
    assert not report.flagged
    assert report.period == period_rate(CAREFUL, 0.1)
    assert report.period.evidence.enough
    assert report.now_evidence.enough
    assert report.last_images == clustered_rate(CAREFUL[-10:], report.period.rho.rho)
    assert len(report.curve.value) == len(report.policy.scores) == 36


def test_right_after_a_change_the_current_figure_waits() -> None:
    report = person_report(SLIPS, 0.1, DEMO)
    number = report.alarms[0].number
    early = person_report(SLIPS[:number], 0.1, DEMO)
    if number - early.alarms[0].change.median < 8:
        assert early.now_evidence.unit == "gold images since the change"
    assert not early.now_evidence.enough or number - early.alarms[0].change.median >= 8


def test_an_alarm_of_either_chart_restarts_both() -> None:
    state = PersonState.fresh(BOTH)
    for n, e in [(13, 0)] * 60 + [(13, 4)] * 30:
        state = state.fold(BOTH, n, e)
        if state.rings:
            break
    assert state.rings
    after = state.fold(BOTH, 13, 1)
    fresh = PersonState.fresh(BOTH).fold(BOTH, 13, 1)
    assert after.policy.score == fresh.policy.score
    assert after.personal.score == pytest.approx(fresh.personal.score)
    assert after.filter.n_images == state.filter.n_images + 1


def test_a_second_alarm_looks_back_only_to_the_first() -> None:
    answers = GoldAnswers.of([13] * 80, [0] * 20 + [4] * 60)
    report = person_report(answers, 0.1, DEMO)
    assert len(report.alarms) >= 2
    for before, after in zip(report.alarms[:-1], report.alarms[1:], strict=True):
        assert after.change.offset == before.number
        assert before.number <= after.change.low


def test_with_the_personal_chart_off_the_policy_chart_runs_as_alone() -> None:
    alone, _ = policy_curve(CHART, SLIPS)
    report = person_report(SLIPS, 0.1, DEMO)
    assert report.policy.scores == pytest.approx(alone.scores)
    assert report.policy.alarms == alone.alarms


def test_both_charts_are_shown_when_both_are_on() -> None:
    report = person_report(SLIPS, 0.1, BOTH)
    assert report.personal is not None
    assert report.personal.limit == pytest.approx(np.log(370.0))
    assert len(report.personal.scores) == len(SLIPS)


def test_nobody_answered_yet_gives_an_empty_report() -> None:
    report = person_report(GoldAnswers.of([], []), 0.1, BOTH)
    assert report.period.estimate.value is None
    assert report.now.value is None
    assert report.now_evidence.why == "0 gold images, needs 10"
    assert report.alarms == ()


def test_an_empty_image_is_folded_as_one_right_unit() -> None:
    assert PersonState.fresh(DEMO).fold(DEMO, 0, 0).filter.n_marks == 1
    with pytest.raises(GoldAnswersError):
        PersonState.fresh(DEMO).fold(DEMO, 0, 1)


def test_the_stored_state_comes_back_bit_for_bit_and_folds_on() -> None:
    state = _folded(SLIPS, BOTH)
    back = PersonState.from_bytes(state.to_bytes())
    assert back.to_bytes() == state.to_bytes()
    assert back.fold(BOTH, 13, 2).to_bytes() == state.fold(BOTH, 13, 2).to_bytes()


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        ChangeFilter.fresh().to_bytes(),
        PersonState.fresh(DEMO).to_bytes()[:-1],
        PersonState.fresh(DEMO).to_bytes() + b"x",
    ],
)
def test_bytes_of_something_else_are_refused(stored: bytes) -> None:
    with pytest.raises(CalibrationStateError):
        PersonState.from_bytes(stored)
