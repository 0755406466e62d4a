"""Acceptance plans against enumeration of every order of a batch, scipy, and the published table."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from assay.quality.acceptance import (
    AcceptancePlan,
    defect_rate_at_any_time,
    judge_batch,
    plan_acceptance,
    plan_power,
    sample_defect_rate,
    smallest_clean_sample,
)
from assay.quality.errors import CalibrationSettingError


def _walk_every_order(plan: AcceptancePlan, n_defective: int) -> tuple[float, float, float]:
    """Accepted, sent back, mean read: over every set of places the defective images may take in the drawn order."""
    outcomes = []
    for places in combinations(range(plan.n_batch), n_defective):
        verdict, read = "undecided", plan.looks[-1]
        for n, accept, stop in zip(plan.looks, plan.accept_at, plan.stop_at, strict=True):
            found = sum(p < n for p in places)
            if found <= accept or found >= stop:
                verdict, read = ("accept" if found <= accept else "send back"), n
                break
        outcomes.append((verdict == "accept", verdict == "send back", read))
    accepted, sent, read = np.mean(outcomes, axis=0)
    return float(accepted), float(sent), float(read)


@pytest.mark.parametrize("n_defective", [0, 1, 2, 3, 5])
def test_the_recursion_equals_enumerating_every_order_of_a_small_batch(n_defective: int) -> None:
    plan = plan_acceptance(18, target=0.1, risk=0.2, cap=14, look_every=3)
    power = plan_power(plan, n_defective)
    expected = _walk_every_order(plan, n_defective)
    assert (power.accepted, power.sent_back, power.mean_read) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("n_batch", [1, 7, 20, 59, 100, 364, 1000, 5000])
@pytest.mark.parametrize("risk", [0.05, 0.1])
def test_a_batch_just_above_the_target_passes_no_more_often_than_the_risk(n_batch: int, risk: float) -> None:
    plan = plan_acceptance(n_batch, risk=risk)
    just_bad = int(0.05 * n_batch + 1e-9) + 1
    assert plan_power(plan, just_bad).accepted == pytest.approx(plan.risk, abs=1e-12)
    assert plan.risk <= risk


@pytest.mark.parametrize("n_batch", [1, 7, 20, 59, 100, 364, 1000])
def test_a_batch_without_defects_always_passes(n_batch: int) -> None:
    assert plan_power(plan_acceptance(n_batch), 0).accepted == pytest.approx(1.0)


def test_the_plans_read_and_accept_as_tabled() -> None:
    # Exact figures of the method's section 8 for batches of 1,000: reads and acceptance by true rate.
    plan = plan_acceptance(1000)
    read = [plan_power(plan, n).mean_read for n in (0, 10, 20, 30, 80, 150)]
    accepted = [plan_power(plan, n).accepted for n in (0, 10, 20, 30, 50)]
    assert read == pytest.approx([70, 109, 186, 291, 190, 41], abs=0.6)
    assert accepted == pytest.approx([1, 1, 0.97, 0.58, 0.055], abs=0.006)
    bounds = dict(zip(plan.looks, plan.accept_at, strict=True))
    assert [bounds[n] for n in (60, 70, 120, 170, 220, 320)] == [-1, 0, 1, 2, 4, 7]
    large = plan_acceptance(5000)
    assert plan_power(plan, 10).mean_read <= 0.11 * 1000
    assert plan_power(large, 50).mean_read <= 0.03 * 5000
    assert plan_power(large, 100).accepted > 0.95


def test_peeking_at_a_fixed_sample_bound_accepts_too_many_bad_batches() -> None:
    # What the sequential bounds are for: the exact one-sided 5 % bound, looked at after every ten images.
    looks = tuple(range(10, 401, 10))
    bounds = []
    for n in looks:
        passing = [d for d in range(n + 1) if stats.hypergeom.cdf(d, 1000, 51, n) <= 0.05]
        bounds.append(max(passing, default=-1))
    plan = plan_acceptance(1000)
    peeking = AcceptancePlan(1000, 0.05, looks, tuple(bounds), plan.stop_at, 0.05, 0.05, 1.0)
    assert plan_power(peeking, 51).accepted == pytest.approx(0.17, abs=0.01)


@pytest.mark.parametrize(("n_batch", "images"), [(364, 52), (1000, 56), (5000, 58)])
def test_the_smallest_clean_sample_is_the_hypergeometric_one(n_batch: int, images: int) -> None:
    assert smallest_clean_sample(n_batch) == images
    just_bad = int(0.05 * n_batch) + 1
    assert stats.hypergeom.pmf(0, n_batch, just_bad, images) <= 0.05
    assert stats.hypergeom.pmf(0, n_batch, just_bad, images - 1) > 0.05


@pytest.mark.parametrize(
    ("n_read", "n_defects", "decision"),
    [(60, 0, "review more"), (70, 0, "accept"), (70, 1, "review more"), (75, 0, "accept"), (120, 1, "accept"),
     (30, 6, "send back"), (400, 14, "undecided"), (400, 30, "send back"),
     (1000, 50, "accept"), (1000, 51, "send back")],
)  # fmt: skip
def test_a_batch_is_judged_by_the_bounds_of_its_plan(n_read: int, n_defects: int, decision: str) -> None:
    assert judge_batch(plan_acceptance(1000), n_read, n_defects).decision == decision


def test_an_open_batch_says_how_many_more_to_review() -> None:
    verdict = judge_batch(plan_acceptance(1000), 70, 1)
    assert verdict.decision == "review more"
    assert verdict.more_at_best == 40  # passes at 110 if no further defect turns up
    assert verdict.more_expected is not None
    assert 40 <= verdict.more_expected <= 330


def test_a_batch_undecided_at_the_end_of_its_plan_says_what_reading_on_would_take() -> None:
    plan = plan_acceptance(1000)
    verdict = judge_batch(plan, 400, 14)
    assert verdict.more_at_best is not None
    further = 400 + verdict.more_at_best
    assert judge_batch(plan, further, 14).decision == "accept"
    assert judge_batch(plan, further - 1, 14).more_at_best == 1
    rate = defect_rate_at_any_time(1000, further, 14)
    assert rate.high is not None
    assert rate.high <= 0.051
    assert judge_batch(plan, 600, 51).more_at_best is None


def test_the_fixed_sample_interval_covers_at_least_its_level_exactly() -> None:
    for total in range(41):
        held = 0.0
        for d in range(max(0, total - 25), min(total, 15) + 1):
            rate = sample_defect_rate(40, 15, d)
            assert rate.low is not None
            assert rate.high is not None
            held += stats.hypergeom.pmf(d, 40, total, 15) * (rate.low <= total / 40 <= rate.high)
        assert held >= 0.95


@pytest.mark.parametrize("total", [0, 1, 2, 4, 8])
def test_the_any_time_interval_misses_at_any_look_at_most_one_in_twenty(total: int) -> None:
    n_batch = 16
    held = np.ones((n_batch + 1, n_batch + 1), bool)
    for n in range(1, n_batch + 1):
        for found in range(max(0, total - (n_batch - n)), min(total, n) + 1):
            rate = defect_rate_at_any_time(n_batch, n, found)
            assert rate.low is not None
            assert rate.high is not None
            held[n, found] = rate.low - 1e-12 <= total / n_batch <= rate.high + 1e-12
    orders = [np.isin(np.arange(n_batch), places).cumsum() for places in combinations(range(n_batch), total)]
    always = held[np.arange(1, n_batch + 1), np.array(orders)].all(axis=1)
    assert always.mean() >= 0.95


def test_a_batch_read_to_the_end_is_known() -> None:
    rate = defect_rate_at_any_time(50, 50, 3)
    assert (rate.low, rate.value, rate.high) == (0.06, 0.06, 0.06)
    assert sample_defect_rate(50, 0, 0).value is None
    assert defect_rate_at_any_time(50, 0, 0).value is None


@pytest.mark.parametrize("wrong", [{"n_batch": 0}, {"n_batch": 10, "target": 1.0}, {"n_batch": 10, "risk": 0.0}])
def test_an_impossible_plan_is_refused_with_its_value(wrong: dict[str, float]) -> None:
    name, value = list(wrong.items())[-1]
    with pytest.raises(CalibrationSettingError, match=f"{name} is {value}"):
        plan_acceptance(**wrong)


def test_more_defects_than_images_read_are_refused() -> None:
    with pytest.raises(CalibrationSettingError, match="n_defects, n_read"):
        judge_batch(plan_acceptance(100), 5, 6)
    with pytest.raises(CalibrationSettingError, match="n_defective"):
        plan_power(plan_acceptance(100), 101)


def test_reading_on_keeps_to_the_risk_the_plan_was_asked_for() -> None:
    plan = plan_acceptance(63, target=0.2, risk=0.01)
    verdict = judge_batch(plan, 32, 2)  # a ratio of 20 would do at a risk of 5 %, not here
    assert verdict.decision == "undecided"
    assert verdict.more_at_best is not None
    assert verdict.more_at_best > 0
