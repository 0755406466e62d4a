"""What a gold rate buys, against the measured table."""

from __future__ import annotations

import pytest

from assay.quality.calibration import UnitHistogram, design_policy_chart, gold_pool_needed, plan_gold
from assay.quality.errors import CalibrationSettingError

from .test_run_length import DENSE, SPARSE


@pytest.mark.parametrize(
    ("gold_rate", "dense", "sparse"), [(0.02, 523, 1138), (0.05, 209, 455), (0.10, 104, 227), (0.18, 58, 126)]
)
def test_tasks_that_pass_before_a_slip_is_caught_are_those_of_the_table(
    gold_rate: float, dense: float, sparse: float
) -> None:
    for histogram, tasks in ((DENSE, dense), (SPARSE, sparse)):
        plan = plan_gold(design_policy_chart(histogram, target=500), gold_rate=gold_rate)
        assert plan.tasks_to_catch == pytest.approx(tasks, rel=0.01)
        assert plan.tasks_to_catch == pytest.approx(plan.images_to_catch / gold_rate)


def test_false_alarms_are_stated_in_tasks() -> None:
    plan = plan_gold(design_policy_chart(DENSE, target=500), gold_rate=0.02)
    assert plan.tasks_between_false_alarms == pytest.approx(25_000, rel=0.01)
    rarer = plan_gold(design_policy_chart(DENSE, target=2000), gold_rate=0.02)
    assert rarer.tasks_between_false_alarms == pytest.approx(100_000, rel=0.01)
    assert rarer.tasks_to_catch == pytest.approx(689, rel=0.01)


def test_costs_follow_from_the_prices() -> None:
    plan = plan_gold(
        design_policy_chart(DENSE, target=500),
        gold_rate=0.05,
        task_price_micro=300_000,
        review_price_micro=100_000,
    )
    work = plan.tasks_to_catch * 0.95
    assert plan.gold_cost_micro == 15_000_000
    assert plan.slip_cost_micro == round(work * 100_000)
    assert plan.false_alarm_cost_micro == round(1000 / plan.tasks_between_false_alarms * work * 100_000)
    assert plan.bad_marks_to_catch == pytest.approx(work * DENSE.mean_units * 0.15)


def test_a_worse_slip_is_caught_sooner_and_clustering_delays_it() -> None:
    chart = design_policy_chart(SPARSE, target=500)
    usual = plan_gold(chart, gold_rate=0.05)
    assert plan_gold(chart, gold_rate=0.05, slip_to=0.5).tasks_to_catch < usual.tasks_to_catch
    assert plan_gold(chart, gold_rate=0.05, true_rho=0.3).tasks_to_catch > usual.tasks_to_catch


@pytest.mark.parametrize("gold_rate", [0.0, 1.0, -0.1])
def test_a_gold_rate_outside_zero_and_one_is_refused(gold_rate: float) -> None:
    with pytest.raises(CalibrationSettingError, match="gold_rate"):
        plan_gold(design_policy_chart(UnitHistogram(((2, 1),)), target=200), gold_rate=gold_rate)


def test_the_pool_outlives_three_months_and_the_busiest_person() -> None:
    assert gold_pool_needed(0.02, 100) == 50
    assert gold_pool_needed(0.05, 1000) == 150
    assert gold_pool_needed(0.02, 100, tasks_of_busiest=10_000) == 200
    assert gold_pool_needed(0.05, 100, tasks_of_busiest=10_000) == 500
