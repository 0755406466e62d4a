"""Intervals against scipy, exact enumeration and published examples."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from scipy import stats

from assay.kernel.estimate import Estimate
from assay.quality.intervals import (
    MAX_BOOTSTRAP_ROWS,
    bootstrap_estimate,
    bootstrap_ratio,
    bootstrap_sums,
    clopper_pearson,
    difference,
    jeffreys,
    mean_over_images,
    rate_estimate,
    wilson,
)

COUNTS = [(0, 1), (1, 1), (0, 30), (3, 30), (15, 30), (30, 30), (7, 100), (4999, 5000)]


@pytest.mark.parametrize(("x", "n"), COUNTS)
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_wilson_and_clopper_pearson_equal_scipys(x: int, n: int, level: float) -> None:
    for method, ours in (("wilson", wilson), ("exact", clopper_pearson)):
        expected = stats.binomtest(x, n).proportion_ci(level, method=method)
        low, high = ours(x, n, level=level)
        assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize(("x", "n"), COUNTS)
def test_jeffreys_is_the_beta_interval_with_honest_ends(x: int, n: int) -> None:
    low, high = jeffreys(x, n)
    expected = stats.beta(x + 0.5, n - x + 0.5).ppf([0.025, 0.975])
    assert float(low) == pytest.approx(0.0 if x == 0 else expected[0], abs=1e-12)
    assert float(high) == pytest.approx(1.0 if x == n else expected[1], abs=1e-12)


def test_nothing_counted_bounds_nothing() -> None:
    assert [float(end) for end in wilson(0, 0)] == [0.0, 1.0]
    assert rate_estimate(0, 0, 0).value is None


def test_an_effective_number_widens_the_interval_and_keeps_the_counts() -> None:
    plain, clustered = rate_estimate(10, 300, 22), rate_estimate(10, 300, 22, n_eff=79.0)
    assert clustered.half_width is not None
    assert plain.half_width is not None
    assert clustered.half_width > 1.5 * plain.half_width
    assert (clustered.n, clustered.n_items, clustered.value) == (300, 22, pytest.approx(10 / 300))


def _exact_coverage(ends: tuple[np.ndarray, np.ndarray], n: int, rates: np.ndarray) -> np.ndarray:
    """The chance that the interval of a binomial count holds the rate, by enumeration."""
    chances = stats.binom.pmf(np.arange(n + 1)[:, None], n, rates)
    held = (ends[0][:, None] <= rates) & (rates <= ends[1][:, None])
    return (chances * held).sum(axis=0)


@pytest.mark.parametrize(("n", "at_wilson", "worst"), [(30, 0.953, 0.922), (100, 0.951, 0.928), (300, 0.950, 0.938)])
def test_closed_intervals_cover_94_to_96_percent_averaged_over_drawn_rates(
    n: int, at_wilson: float, worst: float
) -> None:
    rates = np.linspace(0.03, 0.5, 4001)
    counts = np.arange(n + 1)
    by_wilson = _exact_coverage(wilson(counts, n), n, rates)
    by_jeffreys = _exact_coverage(jeffreys(counts, n), n, rates)
    assert by_wilson.mean() == pytest.approx(at_wilson, abs=0.001)
    assert by_jeffreys.mean() == pytest.approx(0.949, abs=0.002)
    # At one fixed rate whole numbers swing: nobody may promise 94 to 96 % there.
    assert by_wilson.min() == pytest.approx(worst, abs=0.01)


def test_clopper_pearson_never_covers_less_than_its_level() -> None:
    rates = np.linspace(0.001, 0.999, 3001)
    assert _exact_coverage(clopper_pearson(np.arange(31), 30), 30, rates).min() >= 0.95


def test_a_mean_over_images_has_students_interval() -> None:
    values = np.random.default_rng(1).normal(0.8, 0.1, 25)
    found = mean_over_images(values, n=310)
    expected = stats.t.interval(0.95, 24, loc=values.mean(), scale=stats.sem(values))
    assert (found.low, found.high) == pytest.approx(expected)
    assert (found.n, found.n_items) == (310, 25)


def test_one_image_gives_a_mean_without_an_interval_and_none_gives_nothing() -> None:
    assert mean_over_images([0.7]) == Estimate(0.7, None, None, 1, 1, "t-over-images")
    assert mean_over_images([]).value is None


def test_a_difference_equals_newcombes_published_example() -> None:
    # Newcombe (1998), Statistics in Medicine 17, 873-890, table II, (a) 56/70 - 48/80, method 10.
    gap = difference(rate_estimate(56, 70, 70), rate_estimate(48, 80, 80))
    assert gap.value == pytest.approx(0.2)
    assert (gap.low, gap.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_a_difference_without_intervals_is_only_a_value() -> None:
    point = Estimate(0.5, None, None, 1, 1, "x")
    assert difference(point, rate_estimate(1, 4, 4)).low is None
    assert difference(rate_estimate(0, 0, 0), point).value is None


def test_bootstrap_sums_have_the_moments_of_resampling_items() -> None:
    table = np.random.default_rng(2).poisson([3, 10], size=(200, 2)).astype(float)
    sums = bootstrap_sums(table, rng=np.random.default_rng(3), n_replicates=20_000)
    assert sums.mean(axis=0) == pytest.approx(table.sum(axis=0), rel=0.01)
    assert np.cov(sums.T) == pytest.approx(200 * np.cov(table.T, ddof=0), rel=0.06, abs=20)


def test_bootstrap_of_a_ratio_equals_drawing_items_one_by_one() -> None:
    draw = np.random.default_rng(4)
    below = draw.integers(1, 30, 300)
    above = draw.binomial(below, 0.8)
    found = bootstrap_ratio(above, below, rng=np.random.default_rng(5), n_replicates=20_000)
    picks = draw.integers(0, 300, (20_000, 300))
    low, high = np.quantile(above[picks].sum(1) / below[picks].sum(1), [0.025, 0.975])
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.0012)
    assert (found.n, found.n_items) == (below.sum(), 300)


def test_the_same_seed_gives_the_same_interval() -> None:
    table = np.random.default_rng(6).random((50, 2))
    first, second = (bootstrap_ratio(table[:, 0], table[:, 1], rng=np.random.default_rng(7)) for _ in range(2))
    assert first == second


def test_many_items_keep_the_spread_of_a_ratio_and_need_no_more_memory() -> None:
    draw = np.random.default_rng(8)
    below = draw.integers(1, 30, 1_000_000).astype(float)
    above = draw.binomial(below.astype(int), draw.beta(8, 2, below.size)).astype(float)
    ratio = above.sum() / below.sum()
    expected = 1.96 * np.sqrt(((above - ratio * below) ** 2).sum()) / below.sum()
    tracemalloc.start()
    found = bootstrap_ratio(above, below, rng=np.random.default_rng(9))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(below) > MAX_BOOTSTRAP_ROWS
    assert found.half_width == pytest.approx(expected, rel=0.1)
    assert peak < 150e6


def test_few_items_get_wider_ends_than_plain_percentiles() -> None:
    below = np.full(6, 10.0)
    above = np.array([5.0, 7, 9, 6, 8, 10])
    found = bootstrap_ratio(above, below, rng=np.random.default_rng(10), n_replicates=4000)
    sums = bootstrap_sums(np.column_stack([above, below]), rng=np.random.default_rng(10), n_replicates=4000)
    low, high = np.quantile(sums[:, 0] / sums[:, 1], [0.025, 0.975])
    assert found.low is not None
    assert found.high is not None
    assert found.low < low
    assert found.high > high


def test_a_share_that_is_all_right_is_not_called_certain() -> None:
    plain = bootstrap_ratio(np.full(5, 3), np.full(5, 3), rng=np.random.default_rng(0))
    honest = bootstrap_ratio(np.full(5, 3), np.full(5, 3), rng=np.random.default_rng(0), proportion=True)
    assert plain.low == 1.0
    assert honest.low == pytest.approx(float(wilson(5, 5)[0]))
    assert honest.n == 15


@pytest.mark.parametrize("proportion", [True, False])
def test_a_ratio_over_nothing_has_no_value(*, proportion: bool) -> None:
    rng = np.random.default_rng(0)
    assert bootstrap_ratio([], [], rng=rng, proportion=proportion).value is None
    assert bootstrap_ratio([0.0, 0.0], [0.0, 0.0], rng=rng, proportion=proportion).value is None


def test_one_item_gives_a_ratio_without_an_interval() -> None:
    found = bootstrap_ratio([3], [4], rng=np.random.default_rng(0))
    assert (found.value, found.low, found.n, found.n_items) == (0.75, None, 4, 1)


def test_a_statistic_that_often_does_not_exist_has_no_interval() -> None:
    table = np.array([[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]])
    found = bootstrap_estimate(table, lambda s: s[:, 0] / s[:, 1], rng=np.random.default_rng(0), n=1)
    assert (found.value, found.low, found.high) == (1.0, None, None)
