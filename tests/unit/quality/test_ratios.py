"""Shares of sums over items: the interval from sums alone covers what it says, and knows its limits."""

from __future__ import annotations

import numpy as np
import pytest

from assay.kernel.estimate import Estimate
from assay.quality.ratios import ratio_of_sums, share_over_items


def of(x: np.ndarray, y: np.ndarray) -> Estimate:
    products = int((x * x).sum()), int((x * y).sum()), int((y * y).sum())
    return ratio_of_sums(int(x.sum()), int(y.sum()), products, n=int(y.sum()), n_items=int((y > 0).sum()))


def clustered(rng: np.random.Generator, n_items: int, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Errors that come in clumps: rates by item from a Beta with correlation .1, 1 to 12 marks an item."""
    marks = rng.integers(1, 13, n_items)
    return rng.binomial(marks, rng.beta(9 * rate, 9 * (1 - rate), n_items)), marks


@pytest.mark.parametrize("n_items", [100, 1_000])
def test_intervals_cover_rates_that_are_drawn(n_items: int) -> None:
    rng, covered = np.random.default_rng(n_items), 0
    for _ in range(1_500):
        rate = float(rng.uniform(0.05, 0.95))
        found = of(*clustered(rng, n_items, rate))
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= rate <= found.high
    assert 0.935 <= covered / 1_500 <= 0.965


def test_the_interval_is_that_of_the_bootstrap_over_items() -> None:
    rng = np.random.default_rng(7)
    x, y = clustered(rng, 800, 0.3)
    mine, theirs = of(x, y), share_over_items(x, y, np.random.default_rng(1))
    assert mine.value == theirs.value
    assert mine.low == pytest.approx(theirs.low, abs=0.004)
    assert mine.high == pytest.approx(theirs.high, abs=0.004)


def test_items_that_all_say_the_same_leave_wilsons_doubt() -> None:
    everything = of(np.full(50, 4), np.full(50, 4))
    assert everything.value == everything.high == 1.0
    assert everything.low == pytest.approx(0.929, abs=0.001)
    half = of(np.full(50, 2), np.full(50, 4))
    assert half.low is not None
    assert half.low < 0.5


def test_nothing_gives_no_value_and_one_item_no_interval() -> None:
    assert ratio_of_sums(0, 0, (0, 0, 0), n=0, n_items=0).value is None
    one = of(np.array([1]), np.array([2]))
    assert (one.value, one.low, one.high) == (0.5, None, None)


def test_sums_of_any_size_lose_no_digit() -> None:
    top, bottom = 10**40 // 3, 10**40
    products = (10**70, 2 * 10**70, 5 * 10**70)
    found = ratio_of_sums(top, bottom, products, n=1, n_items=10**9)
    assert found.value == pytest.approx(1 / 3, abs=1e-15)
    assert found.low is not None
    assert found.low < 1 / 3
