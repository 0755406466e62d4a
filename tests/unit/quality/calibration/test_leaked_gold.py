"""Leaked gold: times that are too good, and accuracy that is only good on gold."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from assay.kernel.estimate import Estimate
from assay.quality.calibration import (
    TimeModel,
    fit_times,
    judge_leaked_item,
    judge_person_knowing_gold,
    right_only_on_gold,
)
from assay.quality.errors import CalibrationSettingError
from assay.quality.intervals import rate_estimate

LEVELS = np.array([3.0, 3.5, 2.6])


def _seconds(rng: np.random.Generator, who: np.ndarray, size: np.ndarray) -> np.ndarray:
    return np.exp(LEVELS[who] + 0.8 * np.log1p(size) + 0.35 * rng.standard_t(5, who.shape))


def _model(seed: int = 0) -> tuple[TimeModel, np.random.Generator]:
    rng = np.random.default_rng(seed)
    who, size = rng.integers(0, 3, 3000), rng.integers(0, 30, 3000)
    return fit_times(_seconds(rng, who, size), who, size), rng


def test_people_and_size_are_told_apart() -> None:
    model, _ = _model()
    assert model.slope == pytest.approx(0.8, abs=0.03)
    assert model.level == pytest.approx(LEVELS, abs=0.08)
    usual = 0.35 * stats.t(5).ppf((np.arange(100_000) + 0.5) / 100_000)
    reach = 2.5 * 1.4826 * np.median(np.abs(usual))
    assert (model.reach, model.spread) == pytest.approx((reach, np.clip(usual, -reach, reach).std()), rel=0.03)


def test_usual_times_are_not_flagged_and_half_times_are() -> None:
    model, rng = _model()
    usual, fast = [], []
    for _ in range(400):
        who, size = rng.integers(0, 3, 12), rng.integers(0, 30, 12)
        spent = _seconds(rng, who, size)
        usual.append(judge_leaked_item(model.residuals(spent, who, size), model).flagged)
        fast.append(judge_leaked_item(model.residuals(spent / 2, who, size), model).flagged)
    assert np.mean(usual) == 0.0
    assert np.mean(fast) >= 0.9


def test_a_verdict_says_how_much_faster() -> None:
    model = TimeModel(np.zeros(1), 0.0, 1.2, 0.45)
    verdict = judge_leaked_item(np.full(12, np.log(0.5)), model)
    assert verdict.time_ratio == pytest.approx(0.5)
    assert verdict.z == pytest.approx(np.log(2) / (0.45 / np.sqrt(12)))
    assert verdict.flagged


def test_three_answers_are_too_few_to_flag() -> None:
    model = TimeModel(np.zeros(1), 0.0, 1.2, 0.45)
    assert not judge_leaked_item(np.full(3, -1.2), model).flagged


def test_one_absurdly_fast_answer_does_not_flag_an_item() -> None:
    model, _ = _model()
    who, size = np.zeros(12, int), np.full(12, 10)
    spent = np.exp(LEVELS[0] + 0.8 * np.log1p(size))
    spent[0] = 1e-6
    assert not judge_leaked_item(model.residuals(spent, who, size), model).flagged


def test_a_person_is_compared_with_their_own_work() -> None:
    model = TimeModel(np.zeros(1), 0.0, 1.2, 0.45)
    hasty = np.full(200, -0.4)
    assert not judge_person_knowing_gold(np.full(15, -0.4), hasty, model).flagged
    knowing = judge_person_knowing_gold(np.full(15, -0.4 - np.log(2)), hasty, model)
    assert knowing.flagged
    assert knowing.time_ratio == pytest.approx(0.5)
    assert not judge_person_knowing_gold(np.full(15, -1.0), [], model).flagged


def test_being_right_only_on_gold_needs_both_intervals() -> None:
    gold, work = rate_estimate(295, 300, 22), rate_estimate(240, 300, 22)
    assert right_only_on_gold(gold, work)
    assert not right_only_on_gold(gold, rate_estimate(292, 300, 22))
    assert not right_only_on_gold(gold, Estimate(0.5, None, None, 2, 1, "x"))


def test_a_person_with_one_size_of_image_has_no_slope() -> None:
    rng = np.random.default_rng(3)
    model = fit_times(rng.lognormal(3, 0.4, 40), np.zeros(40, int), np.full(40, 5))
    assert model.slope == 0.0


@pytest.mark.parametrize("seconds", [np.ones(9), np.r_[np.ones(19), 0.0]])
def test_too_few_or_impossible_times_are_refused(seconds: np.ndarray) -> None:
    with pytest.raises(CalibrationSettingError, match="seconds"):
        fit_times(seconds, np.zeros(len(seconds), int), np.ones(len(seconds)))
