"""The personal chart against its definition, summed over every possible change."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from assay.quality.calibration import GoldAnswers, PersonalChart, PersonalState, personal_curve
from assay.quality.calibration.personal_chart import BASELINES, ODDS_RATIOS
from assay.quality.errors import CalibrationSettingError, CalibrationStateError

IMAGES = [(13, 1), (9, 0), (14, 3), (12, 6)]


def _chance(n: int, e: int, rate: np.ndarray, rho: float) -> np.ndarray:
    strength = (1 - rho) / rho
    return stats.betabinom.pmf(e, n, rate * strength, (1 - rate) * strength)


def _by_definition(rho: float) -> list[float]:
    """Sum over every change point of the likelihood ratio, baselines weighed by how they explain all the answers."""
    scores = []
    for last in range(1, len(IMAGES) + 1):
        explains = np.prod([_chance(n, e, BASELINES, rho) for n, e in IMAGES[:last]], axis=0)
        per_ratio = []
        for ratio in ODDS_RATIOS:
            worse = ratio * BASELINES / (1 - BASELINES + ratio * BASELINES)
            ratios = [
                np.prod([_chance(n, e, worse, rho) / _chance(n, e, BASELINES, rho) for n, e in IMAGES[k:last]], axis=0)
                for k in range(last)
            ]
            per_ratio.append(np.sum(ratios, axis=0))
        scores.append(float((explains * np.mean(per_ratio, axis=0)).sum() / explains.sum()))
    return scores


@pytest.mark.parametrize("rho", [0.05, 0.2])
def test_the_recursion_equals_the_sum_over_every_change(rho: float) -> None:
    units, errors = zip(*IMAGES, strict=True)
    curve, _ = personal_curve(PersonalChart(1e6, rho), GoldAnswers.of(units, errors))
    assert np.exp(curve.scores).tolist() == pytest.approx(_by_definition(rho))
    assert curve.limit == pytest.approx(np.log(1e6))


def test_baselines_lie_between_zero_and_a_half() -> None:
    assert len(BASELINES) == 48
    assert 0 < BASELINES.min() < BASELINES.max() < 0.5
    assert ODDS_RATIOS == (2.0, 4.0)


def test_it_rings_at_a_change_and_not_for_a_person_who_was_always_bad() -> None:
    changed = GoldAnswers.of([13] * 80, [1, 0] * 30 + [4] * 20)
    always = GoldAnswers.of([13] * 80, [4, 3] * 40)
    chart = PersonalChart(370.0, 0.05)
    assert personal_curve(chart, changed)[0].alarms
    assert min(personal_curve(chart, changed)[0].alarms) > 60
    assert personal_curve(chart, always)[0].alarms == ()


def test_after_an_alarm_it_starts_with_no_past() -> None:
    chart = PersonalChart(370.0, 0.05)
    state = PersonalState.fresh()
    for n, e in [(13, 0)] * 60 + [(13, 6)] * 40:
        state = state.fold(chart, n, e)
        if state.rings:
            break
    assert state.rings
    fresh = PersonalState.fresh().fold(chart, 13, 2)
    again = state.fold(chart, 13, 2)
    assert again.score == pytest.approx(fresh.score)
    assert (again.n_since, again.n_images, again.alarms) == (1, state.n_images + 1, state.alarms)


def test_thousands_of_errors_do_not_overflow() -> None:
    _, state = personal_curve(PersonalChart(1e9, 0.01), GoldAnswers.of([1000] * 300, [0] * 150 + [900] * 150))
    assert np.isfinite(state.score)


def test_the_stored_state_comes_back_bit_for_bit() -> None:
    chart = PersonalChart(370.0, 0.1)
    state = PersonalState.fresh().fold(chart, 13, 2).fold(chart, 4, 0)
    back = PersonalState.from_bytes(state.to_bytes())
    assert back.to_bytes() == state.to_bytes()
    assert back.fold(chart, 9, 3).score == state.fold(chart, 9, 3).score
    fresh = PersonalState.from_bytes(PersonalState.fresh().to_bytes())
    assert fresh.score == -np.inf


@pytest.mark.parametrize("stored", [b"", b"ACF1" + bytes(60), PersonalState.fresh().to_bytes()[:-8]])
def test_bytes_of_something_else_are_refused(stored: bytes) -> None:
    with pytest.raises(CalibrationStateError):
        PersonalState.from_bytes(stored)


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(CalibrationSettingError, match="threshold"):
        PersonalChart(1.0, 0.1)
    with pytest.raises(CalibrationSettingError, match="rho"):
        PersonalChart(370.0, 1.0)
