"""Suspect gold against the exact table of the method."""

from __future__ import annotations

import pytest
from scipy import stats

from assay.kernel.estimate import Estimate
from assay.quality.calibration import (
    chance_gold_wrong,
    chance_to_ask,
    contradictions_to_ask,
    is_good_annotator,
    judge_gold_item,
)
from assay.quality.errors import CalibrationSettingError


def test_the_posterior_is_bayes_rule_on_two_beta_binomials() -> None:
    wrong, right = stats.betabinom.pmf(4, 5, 8.1, 0.9), stats.betabinom.pmf(4, 5, 0.12, 3.88)
    assert chance_gold_wrong(4, 5) == pytest.approx(0.02 * wrong / (0.02 * wrong + 0.98 * right))


@pytest.mark.parametrize(
    ("m", "first", "power", "false"),
    [
        (3, 3, (0.75, 0.46, 0.26), (0.002, 0.016)),
        (5, 4, (0.89, 0.64, 0.38), (0.003, 0.022)),
        (8, 6, (0.92, 0.66, 0.38), (0.002, 0.020)),
        (12, 9, (0.91, 0.63, 0.33), (0.001, 0.017)),
        (20, 14, (0.95, 0.70, 0.37), (0.001, 0.019)),
    ],
)
def test_thresholds_powers_and_false_questions_are_those_of_the_table(
    m: int, first: int, power: tuple[float, ...], false: tuple[float, float]
) -> None:
    assert contradictions_to_ask(m) == first
    assert [chance_to_ask(m, seen, 0.1) for seen in (0.9, 0.75, 0.6)] == pytest.approx(list(power), abs=0.011)
    assert (chance_to_ask(m, 0.03, 0.2), chance_to_ask(m, 0.06, 0.4)) == pytest.approx(false, abs=0.0006)


def test_two_answers_are_too_few_to_ask_anybody() -> None:
    assert contradictions_to_ask(2) is None
    assert chance_to_ask(2, 0.9) == 0.0
    assert not judge_gold_item(2, 2).ask_expert


def test_all_of_many_stop_the_item_and_a_few_of_many_do_nothing() -> None:
    all_of_them, a_few = judge_gold_item(8, 8), judge_gold_item(1, 8)
    assert all_of_them.ask_expert
    assert all_of_them.stops_counting
    assert not all_of_them.ambiguous
    assert (a_few.ask_expert, a_few.stops_counting, a_few.ambiguous) == (False, False, False)


def test_a_split_opinion_is_an_ambiguous_mark_that_stops_counting() -> None:
    split = judge_gold_item(4, 8)
    assert split.ambiguous
    assert split.stops_counting


def test_only_people_surely_under_ten_percent_may_testify() -> None:
    assert is_good_annotator(Estimate(0.05, 0.02, 0.09, 300, 22, "x"))
    assert not is_good_annotator(Estimate(0.05, 0.02, 0.11, 300, 22, "x"))
    assert not is_good_annotator(Estimate(0.05, None, None, 3, 1, "x"))


def test_more_contradictions_than_answers_are_refused() -> None:
    with pytest.raises(CalibrationSettingError, match="n_contradict is 6"):
        chance_gold_wrong(6, 5)
