"""The change point against writing out every product, and what goes back."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from assay.quality.calibration import GoldAnswers, PutBack, locate_change, put_back
from assay.quality.calibration.change_point import ODDS_RATIOS
from assay.quality.calibration.personal_chart import BASELINES
from assay.quality.errors import CalibrationSettingError


def _chance(n: int, e: int, rate: np.ndarray, rho: float) -> np.ndarray:
    strength = (1 - rho) / rho
    return stats.betabinom.pmf(e, n, rate * strength, (1 - rate) * strength)


def test_the_weights_equal_the_written_out_products() -> None:
    images, rho = [(13, 1), (9, 0), (14, 4), (12, 5), (3, 1)], 0.1
    weights = np.zeros(len(images))
    for tau in range(len(images)):
        for ratio in ODDS_RATIOS:
            worse = ratio * BASELINES / (1 - BASELINES + ratio * BASELINES)
            good = np.prod([_chance(n, e, BASELINES, rho) for n, e in images[:tau]], axis=0)
            bad = np.prod([_chance(n, e, worse, rho) for n, e in images[tau:]], axis=0)
            weights[tau] += (good * bad).sum()
    units, errors = zip(*images, strict=True)
    found = locate_change(GoldAnswers.of(units, errors), rho)
    assert found.chances == pytest.approx(weights / weights.sum())


def test_a_clear_change_is_found_where_it_was() -> None:
    change = locate_change(GoldAnswers.of([13] * 60, [1, 0] * 25 + [6] * 10), 0.05)
    assert 46 <= change.low <= change.early <= change.median <= change.high <= 54
    assert abs(change.median - 50) <= 1


def test_quantiles_are_those_of_the_weights() -> None:
    change = locate_change(GoldAnswers.of([13] * 20, [0] * 12 + [3] * 8), 0.1)
    below = np.cumsum(change.chances)
    for place, share in ((change.low, 0.05), (change.early, 0.2), (change.median, 0.5), (change.high, 0.95)):
        assert below[place] >= share
        assert place == 0 or below[place - 1] < share


def test_an_offset_counts_the_images_before_the_stretch() -> None:
    answers = GoldAnswers.of([13] * 20, [0] * 12 + [3] * 8)
    plain, later = locate_change(answers, 0.1), locate_change(answers, 0.1, offset=100)
    assert (later.low, later.early, later.median, later.high) == tuple(
        100 + x for x in (plain.low, plain.early, plain.median, plain.high)
    )
    assert put_back(later).alarm_at == 120


def test_work_goes_back_in_two_steps() -> None:
    change = locate_change(GoldAnswers.of([13] * 40, [1, 0] * 15 + [3] * 10), 0.1)
    back = put_back(change)
    assert back == PutBack(change.early, change.median, 40)
    assert back.sample_after <= back.back_after < back.alarm_at
    assert back.samples == (change.early < change.median)


def test_a_single_bad_image_can_only_have_been_bad_from_the_start() -> None:
    change = locate_change(GoldAnswers.of([13], [9]), 0.1)
    assert (change.low, change.median, change.high) == (0, 0, 0)
    assert not put_back(change).samples


def test_no_answer_is_refused() -> None:
    with pytest.raises(CalibrationSettingError, match="answers"):
        locate_change(GoldAnswers.of([], []), 0.1)
