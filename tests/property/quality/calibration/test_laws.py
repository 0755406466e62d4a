"""Laws of gold calibration that hold for every set of answers."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.calibration import (
    CalibrationSetup,
    ChangeFilter,
    GoldAnswers,
    PersonalChart,
    PersonClustering,
    PersonState,
    RowCounts,
    UnitHistogram,
    calibration_rows,
    chance_gold_wrong,
    clustered_rate,
    demo_policy_chart,
    effective_marks,
    locate_change,
    period_rate,
    person_report,
    pool_rho,
    put_back,
    rho_for,
)

CHART = demo_policy_chart(UnitHistogram.of([2, 5, 13, 13, 14, 20]))
SETUP = CalibrationSetup(CHART, PersonalChart(370.0, 0.1))
rates = st.floats(0.0, 0.9)


@st.composite
def gold_answers(draw: st.DrawFn, *, least: int = 0, most: int = 25) -> GoldAnswers:
    units = draw(st.lists(st.integers(0, 40), min_size=least, max_size=most))
    errors = [draw(st.integers(0, n)) for n in units]
    return GoldAnswers.of(units, errors)


people = st.lists(st.builds(PersonClustering, st.none() | st.floats(0.0, 0.9), st.integers(0, 500)), max_size=8)


@given(people=people, mix=st.randoms())
def test_the_pool_is_bounded_and_ignores_peoples_order(people: list[PersonClustering], mix: random.Random) -> None:
    shuffled = list(people)
    mix.shuffle(shuffled)
    pool = pool_rho(people)
    assert 0.0 <= pool <= 0.9
    assert pool_rho(shuffled) == pool
    for person in people:
        used = rho_for(person, pool)
        assert used.rho >= pool
        assert used.rho in {used.own, used.pool}


@given(answers=gold_answers(least=1), rho=rates)
def test_a_period_interval_holds_its_value_and_lies_in_the_unit_range(answers: GoldAnswers, rho: float) -> None:
    found = clustered_rate(answers, rho)
    assert found.low is not None
    assert found.high is not None
    assert found.value is not None
    assert 0.0 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1.0
    assert 0 < effective_marks(answers.n_units, rho) <= answers.total_units + 1e-9


@given(answers=gold_answers(least=1), rho=rates, more=rates)
def test_more_clustering_never_narrows_an_interval(answers: GoldAnswers, rho: float, more: float) -> None:
    calm, clustered = clustered_rate(answers, min(rho, more)), clustered_rate(answers, max(rho, more))
    assert calm.low is not None
    assert calm.high is not None
    assert clustered.low is not None
    assert clustered.high is not None
    assert clustered.low <= calm.low + 1e-12
    assert clustered.high >= calm.high - 1e-12


@given(answers=gold_answers(least=4), seed=st.integers(0, 2**32 - 1))
def test_a_period_ignores_the_order_of_its_images(answers: GoldAnswers, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(answers))
    shuffled = GoldAnswers(answers.n_units[order], answers.n_errors[order])
    first, second = period_rate(answers, 0.1), period_rate(shuffled, 0.1)
    assert (second.estimate.low, second.estimate.high) == pytest.approx((first.estimate.low, first.estimate.high))
    assert second.evidence.enough == first.evidence.enough


@given(answers=gold_answers(least=1), extra=st.integers(0, 24))
def test_one_more_error_never_lowers_a_rate(answers: GoldAnswers, extra: int) -> None:
    place = extra % len(answers)
    worse = answers.n_errors.copy()
    worse[place] = min(worse[place] + 1, answers.n_units[place])
    before, after = clustered_rate(answers, 0.1), clustered_rate(GoldAnswers(answers.n_units, worse), 0.1)
    for one, other in ((before.low, after.low), (before.value, after.value), (before.high, after.high)):
        assert one is not None
        assert other is not None
        assert other >= one - 1e-12


@settings(max_examples=30, deadline=None)
@given(answers=gold_answers(), split=st.integers(0, 25))
def test_folding_on_from_a_stored_state_equals_reporting_from_scratch(answers: GoldAnswers, split: int) -> None:
    state = PersonState.fresh(SETUP)
    for i, (n, e) in enumerate(zip(answers.n_units.tolist(), answers.n_errors.tolist(), strict=True)):
        if i == split:
            state = PersonState.from_bytes(state.to_bytes())
        state = state.fold(SETUP, n, e)
    report = person_report(answers, 0.1, SETUP)
    assert report.state.to_bytes() == state.to_bytes()
    assert {a.number for a in report.alarms} == {*state.policy.alarms, *state.personal.alarms}


@settings(max_examples=30, deadline=None)
@given(answers=gold_answers(least=1))
def test_the_filter_stays_a_distribution_and_its_interval_in_order(answers: GoldAnswers) -> None:
    state = ChangeFilter.fresh().fold_all(answers)
    now = state.now()
    assert state.joint.sum() == pytest.approx(1.0)
    assert (state.joint >= 0).all()
    assert now.low is not None
    assert now.value is not None
    assert now.high is not None
    assert 0.0 <= now.low <= now.value <= now.high <= 1.0
    assert 1.0 - 1e-9 <= state.images_since_jump() <= len(answers) + 1e-9
    assert 1 <= now.n_items <= len(answers)


@settings(max_examples=30, deadline=None)
@given(answers=gold_answers(least=1), offset=st.integers(0, 1000))
def test_what_goes_back_lies_in_order_before_the_alarm(answers: GoldAnswers, offset: int) -> None:
    change = locate_change(answers, 0.1, offset=offset)
    back = put_back(change)
    assert change.chances.sum() == pytest.approx(1.0)
    assert offset <= change.low <= change.early <= change.median <= change.high < back.alarm_at
    assert back.sample_after <= back.back_after
    assert back.alarm_at == offset + len(answers)


@given(m=st.integers(1, 40), r=st.integers(0, 39))
def test_one_more_contradiction_makes_gold_more_suspect(m: int, r: int) -> None:
    fewer = r % m
    # Both rates are clustered, so at a handful of contradictions the ratio may only be flat, never fall.
    assert chance_gold_wrong(fewer + 1, m) >= chance_gold_wrong(fewer, m)


@given(rows=st.lists(gold_answers(most=8), min_size=1, max_size=6))
def test_every_row_asked_for_is_answered_in_order(rows: list[GoldAnswers]) -> None:
    counts = [RowCounts.of(str(i), row.n_units, row.n_errors) for i, row in enumerate(rows)]
    found = calibration_rows(counts, 0.1)
    assert [row.name for row in found] == [str(i) for i in range(len(rows))]
    for row in found:
        assert row.evidence.enough == (row.estimate.n >= 30)
        assert row.evidence.enough or not row.amber
