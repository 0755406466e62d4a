"""What a gold rate buys: how much work passes before a slip is caught, how many false alarms, what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final

from assay.quality.calibration.policy_chart import PolicyChart
from assay.quality.errors import CalibrationSettingError

SMALLEST_POOL: Final = 50
POOL_MONTHS: Final = 3


@dataclass(frozen=True, slots=True)
class GoldPlan:
    """The answer for one person on one chart; means, from the exact recursion.

    Attributes:
        gold_rate: share of a person's tasks that are gold.
        slip_to: error rate the person is assumed to slip to.
        images_to_catch: gold images from the slip to the alarm.
        tasks_to_catch: tasks, gold among them, that pass meanwhile.
        bad_marks_to_catch: wrong marks among their work meanwhile, at `slip_to`.
        images_between_false_alarms: gold images between alarms of a person exactly at the accepted rate.
        tasks_between_false_alarms: the same in tasks.
        gold_cost_micro: what the gold tasks cost in every 1,000 tasks, in millionths of the currency.
        slip_cost_micro: reviewing the work that goes back after one slip.
        false_alarm_cost_micro: reviewing as much again for each false alarm, spread over 1,000 tasks.
    """

    gold_rate: float
    slip_to: float
    images_to_catch: float
    tasks_to_catch: float
    bad_marks_to_catch: float
    images_between_false_alarms: float
    tasks_between_false_alarms: float
    gold_cost_micro: int
    slip_cost_micro: int
    false_alarm_cost_micro: int


def plan_gold(
    chart: PolicyChart,
    *,
    gold_rate: float,
    slip_to: float | None = None,
    true_rho: float | None = None,
    task_price_micro: int = 0,
    review_price_micro: int = 0,
) -> GoldPlan:
    """Say what to expect at a gold rate.

    Args:
        chart: the policy chart, with its limits and run length.
        gold_rate: share of tasks that are gold, in (0, 1).
        slip_to: error rate after the slip; the chart's `p1` when left out.
        true_rho: clustering to assume; the chart's own when left out.
        task_price_micro: what one task costs, in millionths of the currency.
        review_price_micro: what reviewing one task costs. Rounding is half to even.
    """
    if not 0.0 < gold_rate < 1.0:
        raise CalibrationSettingError("gold_rate", gold_rate, allowed="above 0 and below 1")
    slip = chart.p1 if slip_to is None else slip_to
    delay = chart.run_length(slip, true_rho).fresh
    quiet = chart.run_length(chart.p0, true_rho).fresh
    tasks, tasks_quiet = delay / gold_rate, quiet / gold_rate
    work = tasks * (1 - gold_rate)
    slip_cost = work * review_price_micro
    return GoldPlan(
        gold_rate=gold_rate,
        slip_to=slip,
        images_to_catch=delay,
        tasks_to_catch=tasks,
        bad_marks_to_catch=work * chart.histogram.mean_units * slip,
        images_between_false_alarms=quiet,
        tasks_between_false_alarms=tasks_quiet,
        gold_cost_micro=round(1000 * gold_rate * task_price_micro),
        slip_cost_micro=round(slip_cost),
        false_alarm_cost_micro=round(1000 / tasks_quiet * slip_cost),
    )


def gold_pool_needed(gold_rate: float, tasks_per_person_month: int, *, tasks_of_busiest: int | None = None) -> int:
    """Count the gold items a project needs so that nobody meets one twice and the pool outlives three months.

    Args:
        gold_rate: share of tasks that are gold.
        tasks_per_person_month: what one person does in a month.
        tasks_of_busiest: all the tasks the busiest person will do, when known.
    """
    monthly = ceil(round(gold_rate * tasks_per_person_month * POOL_MONTHS, 6))
    whole = 0 if tasks_of_busiest is None else ceil(round(gold_rate * tasks_of_busiest, 6))
    return max(SMALLEST_POOL, monthly, whole)
