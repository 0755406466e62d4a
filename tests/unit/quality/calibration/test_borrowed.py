"""Rates with strength borrowed from the team."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from assay.quality.calibration import borrowed_rate
from assay.quality.calibration.borrowed import team_prior
from assay.quality.errors import CalibrationSettingError
from assay.quality.intervals import jeffreys

SIZES, ERRORS = np.full(6, 40.0), np.array([4.0, 3, 2, 5, 3, 4])


def test_a_person_like_the_team_is_known_better_than_alone() -> None:
    found = borrowed_rate(0, np.full(6, 10.0), np.ones(6), n=10, n_items=10)
    low, high = jeffreys(1, 10)
    assert found.half_width is not None
    assert found.half_width < float(high - low) / 2
    assert found.method == "borrowed-from-team"


def test_the_quantiles_are_those_of_the_weighed_mixture() -> None:
    found = borrowed_rate(0, SIZES, ERRORS, n=40, n_items=9)
    a, b = team_prior(SIZES[1:], ERRORS[1:])
    parts = [stats.betabinom.pmf(4, 40, a, b) * 0.7, stats.betabinom.pmf(4, 40, 0.5, 0.5) * 0.3]
    share = parts[0] / sum(parts)
    for level, place in ((0.025, found.low), (0.5, found.value), (0.975, found.high)):
        below = share * stats.beta(a + 4, b + 36).cdf(place) + (1 - share) * stats.beta(4.5, 36.5).cdf(place)
        assert below == pytest.approx(level, abs=1e-9)


def test_the_odd_one_out_is_pulled_less_than_full_pooling_would() -> None:
    sizes, errors = np.full(6, 40.0), np.array([20.0, 3, 2, 3, 3, 2])
    found = borrowed_rate(0, sizes, errors, n=40, n_items=20)
    assert found.low is not None
    assert found.high is not None
    assert found.low > 0.3
    assert found.high > 0.5


def test_the_team_is_worth_at_most_twenty_marks() -> None:
    a, b = team_prior(np.full(5, 1000.0), np.full(5, 80.0))
    assert a + b == pytest.approx(20.0)
    assert a / (a + b) == pytest.approx(0.08, abs=0.001)


def test_without_peers_the_prior_is_jeffreys() -> None:
    assert team_prior(np.array([40.0]), np.array([2.0])) == (0.5, 0.5)
    found = borrowed_rate(0, [40.0], [4.0], n=40, n_items=9)
    low, high = jeffreys(4, 40)
    assert (found.low, found.high) == pytest.approx((float(low), float(high)))


def test_a_person_nobody_knows_is_refused() -> None:
    with pytest.raises(CalibrationSettingError, match="person is 6"):
        borrowed_rate(6, SIZES, ERRORS, n=0, n_items=0)
