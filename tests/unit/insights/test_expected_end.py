"""When the rest of the work will be in: a prediction that keeps its word on simulated streams of answers."""

from __future__ import annotations

import numpy as np
import pytest

from assay.insights.overview import MIN_ANSWERS, WINDOW_S, expected_end
from assay.kernel.clock import SECOND_US

NOW = 1_700_000_000 * SECOND_US


def test_nothing_is_foretold_without_pace_or_without_need() -> None:
    recent = [NOW - n * SECOND_US for n in range(1, MIN_ANSWERS)]
    assert expected_end(recent, 100, NOW) is None
    assert expected_end([], 100, NOW) is None
    steady = [NOW - n * SECOND_US for n in range(100)]
    assert expected_end(steady, 0, NOW) is None
    assert expected_end(steady, -3, NOW) is None
    old = [NOW - (WINDOW_S + n) * SECOND_US for n in range(1, 100)]
    assert expected_end(old, 100, NOW) is None, "nothing moved in the last half hour"


def test_the_value_goes_on_at_the_pace_of_the_window() -> None:
    steady = [NOW - n * 10 * SECOND_US for n in range(180)]  # six a minute for half an hour
    found = expected_end(steady, 600, NOW)
    assert found is not None
    value, low, high = found
    assert (value - NOW) / SECOND_US == pytest.approx(6000, rel=0.02)
    assert low < value < high


def test_the_interval_narrows_as_more_is_known_and_widens_with_what_is_left() -> None:
    def width(n: int, left: int) -> float:
        found = expected_end([NOW - i * 1000 * SECOND_US // n for i in range(n)], left, NOW)
        assert found is not None
        return (found[2] - found[1]) / (found[0] - NOW)

    assert width(1000, 500) < width(100, 500) < width(20, 500)
    assert width(100, 5) > width(100, 50) > width(100, 5000), "a few answers more come less evenly than many"


@pytest.mark.parametrize(("pace", "left"), [(0.02, 5), (0.02, 300), (0.2, 20), (1.0, 2000)])
def test_the_true_end_lies_in_the_interval_as_often_as_it_says(pace: float, left: int) -> None:
    """2,000 Poisson streams a case; 95 % within three standard errors, or more where counts are few."""
    rng = np.random.default_rng(7)
    inside = told = 0
    for _ in range(2000):
        n = rng.poisson(pace * 2 * WINDOW_S)
        received = np.sort(rng.uniform(NOW - 2 * WINDOW_S * SECOND_US, NOW, n)).astype(np.int64)
        found = expected_end(received.tolist(), left, NOW)
        if found is None:
            continue
        end = NOW + rng.gamma(left) / pace * SECOND_US
        told += 1
        inside += found[1] <= end <= found[2]
    assert told > 1900
    assert 0.95 - 3 * np.sqrt(0.95 * 0.05 / told) <= inside / told <= 0.985
