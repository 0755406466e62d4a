"""The change filter against summing over every history of jumps, and its stored form."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import stats

from assay.quality.calibration import ChangeFilter, GoldAnswers, rate_curve
from assay.quality.calibration.change_filter import JUMP_PRIOR, RATES, RHO_GRID, RHO_PRIOR, THETA_EDGES
from assay.quality.errors import CalibrationSettingError, CalibrationStateError

IMAGES = [(13, 1), (2, 0), (9, 4), (45, 11)]  # the last has more units than the cached table


def _chance(n: int, e: int, rho: float) -> np.ndarray:
    if rho == 0.0:
        return stats.binom.pmf(e, n, RATES)
    strength = (1 - rho) / rho
    return stats.betabinom.pmf(e, n, RATES * strength, (1 - RATES) * strength)


def _sum_over_histories(jump_rate: float) -> tuple[np.ndarray, float]:
    """Posterior over (rho, rate) and expected images since the last jump: every pattern of jumps, one by one."""
    joint, age = np.zeros((len(RHO_GRID), len(RATES))), 0.0
    for jumps in product([False, True], repeat=len(IMAGES) - 1):
        chance = np.prod([jump_rate if jump else 1 - jump_rate for jump in jumps])
        last = max((i + 1 for i, jump in enumerate(jumps) if jump), default=0)
        starts = [0, *(i + 1 for i, jump in enumerate(jumps) if jump)]
        for k, rho in enumerate(RHO_GRID):
            weight = chance * RHO_PRIOR[k]
            for start, stop in zip(starts, [*starts[1:], len(IMAGES)], strict=True):
                run = JUMP_PRIOR * np.prod([_chance(n, e, rho) for n, e in IMAGES[start:stop]], axis=0)
                weight = weight * (run if stop == len(IMAGES) else run.sum())
            joint[k] += weight
            age += weight.sum() * (len(IMAGES) - last)
    return joint / joint.sum(), age / joint.sum()


@pytest.mark.parametrize("jump_rate", [0.01, 0.3])
def test_the_filter_equals_summing_over_every_history_of_jumps(jump_rate: float) -> None:
    state = ChangeFilter.fresh(jump_rate)
    for n, e in IMAGES:
        state = state.fold(n, e)
    joint, age = _sum_over_histories(jump_rate)
    assert state.joint == pytest.approx(joint, rel=1e-9, abs=1e-14)
    assert state.images_since_jump() == pytest.approx(age)


def test_the_priors_are_the_stated_ones() -> None:
    assert RHO_PRIOR.sum() == pytest.approx(1.0)
    assert RHO_PRIOR @ np.array(RHO_GRID) == pytest.approx(0.1)
    mixed = 0.7 * stats.beta(1, 6).cdf(0.2) + 0.3 * stats.beta(0.5, 0.5).cdf(0.2)
    assert JUMP_PRIOR[RATES < 0.2].sum() == pytest.approx(mixed, abs=0.01)
    assert JUMP_PRIOR.sum() == pytest.approx(1.0)


def test_a_filter_that_never_jumps_gives_the_plain_beta_posterior() -> None:
    state = ChangeFilter.fresh(0.0)
    for _ in range(60):
        state = state.fold(1, 0).fold(1, 0).fold(1, 0).fold(1, 1)
    # Single marks tell nothing about rho, and 240 marks drown the prior.
    low, middle, high = state.quantiles((0.025, 0.5, 0.975))
    expected = stats.beta(60.5, 180.5).ppf([0.025, 0.5, 0.975])
    assert (low, middle, high) == pytest.approx(tuple(expected), abs=0.004)
    assert state.images_since_jump() == pytest.approx(240)


def test_nothing_seen_is_nothing_measured() -> None:
    assert ChangeFilter.fresh().now().value is None


def test_now_follows_a_change_and_says_on_how_little_it_rests() -> None:
    steady = ChangeFilter.fresh().fold_all(GoldAnswers.of([13] * 60, [1, 0, 1] * 20))
    changed = steady.fold_all(GoldAnswers.of([13] * 12, [4] * 12))
    before, after = steady.now(), changed.now()
    assert before.high is not None
    assert after.low is not None
    assert before.high < after.low
    assert after.n_items < 20 < before.n_items
    assert after.n == pytest.approx(13 * after.n_items, rel=0.1)


def test_the_interval_holds_the_median_and_the_chance_above_agrees_with_it() -> None:
    state = ChangeFilter.fresh().fold_all(GoldAnswers.of([13] * 20, [2] * 20))
    low, value, high = state.quantiles((0.025, 0.5, 0.975))
    assert low < value < high
    assert state.chance_above(float(value)) == pytest.approx(0.5)
    assert state.chance_above(float(high)) == pytest.approx(0.025)
    assert (state.chance_above(0.0), state.chance_above(1.0)) == (1.0, 0.0)


def test_strong_clustering_is_noticed() -> None:
    whole = ChangeFilter.fresh().fold_all(GoldAnswers.of([13] * 40, [0, 0, 0, 13] * 10))
    apart = ChangeFilter.fresh().fold_all(GoldAnswers.of([13] * 40, [3] * 40))
    assert whole.rho_mean() > 0.4
    assert apart.rho_mean() < 0.03


def test_a_correlation_long_ruled_out_can_come_back() -> None:
    state = ChangeFilter.fresh().fold_all(GoldAnswers.of([20] * 600, [5] * 600))
    assert state.joint.sum(axis=1)[-1] >= 0
    state = state.fold_all(GoldAnswers.of([20] * 60, [0, 20] * 30))
    assert state.rho_mean() > 0.3


def test_an_image_with_a_hundred_thousand_marks_does_no_harm() -> None:
    state = ChangeFilter.fresh().fold(100_000, 5_000).fold(100_000, 99_000)
    assert state.joint.sum() == pytest.approx(1.0)
    assert np.isfinite(state.joint).all()


def test_the_stored_state_comes_back_bit_for_bit() -> None:
    state = ChangeFilter.fresh().fold_all(GoldAnswers.of([13, 2, 9], [1, 0, 4]))
    back = ChangeFilter.from_bytes(state.to_bytes())
    assert back.to_bytes() == state.to_bytes()
    assert back.fold(13, 2).now() == state.fold(13, 2).now()


@pytest.mark.parametrize("stored", [b"", b"APC1" + bytes(60), ChangeFilter.fresh().to_bytes()[:-1]])
def test_bytes_of_something_else_are_refused(stored: bytes) -> None:
    with pytest.raises(CalibrationStateError, match="no change filter"):
        ChangeFilter.from_bytes(stored)


def test_a_jump_rate_of_one_is_refused() -> None:
    with pytest.raises(CalibrationSettingError, match=r"jump_rate is 1\.0"):
        ChangeFilter.fresh(1.0)


def test_the_curve_ends_where_now_is() -> None:
    answers = GoldAnswers.of([13, 2, 9, 14], [1, 0, 4, 0])
    curve, state = rate_curve(answers)
    now = state.now()
    assert (curve.value[-1], curve.low[-1], curve.high[-1]) == (now.value, now.low, now.high)
    assert len(curve.value) == 4
    assert (curve.low < curve.value).all()
    assert len(THETA_EDGES) == len(RATES) + 1
