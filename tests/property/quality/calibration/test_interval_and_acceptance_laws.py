"""Laws of closed intervals and of acceptance plans."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from assay.quality.acceptance import AcceptancePlan, defect_rate_at_any_time, judge_batch, plan_acceptance, plan_power
from assay.quality.intervals import bootstrap_ratio, clopper_pearson, jeffreys, wilson


@given(n=st.integers(1, 5000), share=st.floats(0, 1), level=st.sampled_from([0.8, 0.95, 0.999]))
def test_closed_intervals_hold_the_rate_and_mirror_each_other(n: int, share: float, level: float) -> None:
    x = round(share * n)
    for interval in (wilson, jeffreys, clopper_pearson):
        low, high = interval(x, n, level=level)
        mirrored_low, mirrored_high = interval(n - x, n, level=level)
        assert 0.0 <= low <= x / n + 1e-12
        assert x / n - 1e-12 <= high <= 1.0
        assert (float(low), float(high)) == pytest.approx((1 - float(mirrored_high), 1 - float(mirrored_low)), abs=1e-9)


@given(n=st.integers(1, 2000), share=st.floats(0, 1))
def test_more_confidence_is_wider_and_more_successes_are_higher(n: int, share: float) -> None:
    x = min(round(share * n), n - 1)
    for interval in (wilson, jeffreys, clopper_pearson):
        low, high = interval(x, n)
        wide_low, wide_high = interval(x, n, level=0.99)
        next_low, next_high = interval(x + 1, n)
        assert wide_low <= low + 1e-12
        assert high <= wide_high + 1e-12
        assert next_low >= low - 1e-12
        assert next_high >= high - 1e-12


@settings(max_examples=25, deadline=None)
@given(
    items=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=30), seed=st.integers(0, 99)
)
def test_a_bootstrapped_share_holds_its_value_and_stays_in_range(items: list[tuple[int, int]], seed: int) -> None:
    above = np.array([min(pair) for pair in items])
    below = np.array([max(pair) for pair in items])
    assume(below.sum() > 0)
    found = bootstrap_ratio(above, below, rng=np.random.default_rng(seed), proportion=True, n_replicates=200)
    assert found.value == pytest.approx(above.sum() / below.sum())
    assert found.n_items == len(items)
    if found.low is not None and found.high is not None and found.value is not None:
        assert 0.0 <= found.low <= found.value <= found.high <= 1.0


plans = st.builds(
    plan_acceptance,
    st.integers(1, 120),
    target=st.sampled_from([0.02, 0.05, 0.2]),
    risk=st.sampled_from([0.01, 0.05, 0.2]),
)


@settings(max_examples=25, deadline=None)
@given(plan=plans)
@example(plan=plan_acceptance(15, target=0.02, risk=0.2))  # twelve clean ones leave a chance of just the risk
def test_a_plan_keeps_its_risk_and_accepts_worse_batches_ever_less(plan: AcceptancePlan) -> None:
    powers = [plan_power(plan, d) for d in range(plan.n_batch + 1)]
    accepted = np.array([p.accepted for p in powers])
    bad = int(round(plan.target * plan.n_batch, 9)) + 1
    assert accepted[0] == pytest.approx(1.0)
    assert (np.diff(accepted) <= 1e-9).all()
    assert accepted[bad:].max(initial=0.0) <= plan.risk + 1e-9
    for power in powers:
        assert power.accepted + power.sent_back <= 1 + 1e-9
        assert 0 < power.mean_read <= plan.looks[-1] + 1e-9


@settings(max_examples=60, deadline=None)
@given(plan=plans, read=st.floats(0, 1), share=st.floats(0, 0.5))
def test_a_verdict_is_open_exactly_when_it_names_more(plan: AcceptancePlan, read: float, share: float) -> None:
    n_read = round(read * plan.n_batch)
    verdict = judge_batch(plan, n_read, round(share * n_read))
    assert (verdict.more_at_best is None) == (verdict.decision in {"accept", "send back"})
    if verdict.more_at_best is not None:
        assert 0 < verdict.more_at_best <= plan.n_batch - n_read


@settings(max_examples=60, deadline=None)
@given(n_batch=st.integers(1, 300), read=st.floats(0, 1), share=st.floats(0, 1))
def test_the_any_time_interval_only_names_possible_batches(n_batch: int, read: float, share: float) -> None:
    n_read = round(read * n_batch)
    n_defects = round(share * n_read)
    assume(n_read > 0)
    rate = defect_rate_at_any_time(n_batch, n_read, n_defects)
    assert rate.low is not None
    assert rate.high is not None
    assert rate.low >= n_defects / n_batch - 1e-12 or rate.low == pytest.approx(n_defects / n_read)
    assert n_defects / n_read - 1e-12 <= rate.high <= 1 - (n_read - n_defects) / n_batch + 1e-12
    assert rate.low <= n_defects / n_read + 1e-12
