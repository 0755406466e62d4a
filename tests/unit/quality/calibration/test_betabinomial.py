"""Beta-binomial chances against scipy and their moments."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from assay.quality.calibration.betabinomial import design_effect, log_chance, shifted_odds


@pytest.mark.parametrize("rho", [0.005, 0.05, 0.2, 0.55, 0.9])
@pytest.mark.parametrize("rate", [0.001, 0.05, 0.5, 0.97])
@pytest.mark.parametrize("n", [1, 4, 30, 400])
def test_chances_equal_scipys_beta_binomial(rho: float, rate: float, n: int) -> None:
    strength = (1 - rho) / rho
    expected = stats.betabinom.logpmf(np.arange(n + 1), n, rate * strength, (1 - rate) * strength)
    assert log_chance(np.arange(n + 1), n, rate, rho) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("rate", [0.001, 0.05, 0.5])
def test_without_clustering_chances_are_binomial_and_nearly_so_just_above(rate: float) -> None:
    counts = np.arange(14)
    binomial = stats.binom.logpmf(counts, 13, rate)
    assert log_chance(counts, 13, rate, 0.0) == pytest.approx(binomial, abs=1e-12)
    assert log_chance(counts[:8], 13, rate, 2e-6) == pytest.approx(binomial[:8], abs=0.05)


def test_clustering_inflates_the_variance_by_the_design_effect() -> None:
    n, rate, rho = 13, 0.11, 0.2
    counts = np.arange(n + 1)
    chance = np.exp(log_chance(counts, n, rate, rho))
    variance = (chance * counts**2).sum() - (chance * counts).sum() ** 2
    assert chance.sum() == pytest.approx(1.0)
    assert variance == pytest.approx(n * rate * (1 - rate) * float(design_effect(n, rho)))


def test_shifted_odds_multiply_the_odds() -> None:
    rate = np.array([0.01, 0.05, 0.3])
    worse = shifted_odds(rate, 4.0)
    assert worse / (1 - worse) == pytest.approx(4 * rate / (1 - rate))
