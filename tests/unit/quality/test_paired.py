"""Paired statistics against independent ways to the same numbers."""

from __future__ import annotations

import itertools
import math
from dataclasses import astuple

import numpy as np
import pytest
from scipy import optimize, stats

from assay.quality.paired import (
    clustered_difference,
    holm,
    mcnemar_worse,
    tango_interval,
    tango_p_value,
    tango_z,
)


@pytest.mark.parametrize(("wins", "losses"), [(0, 0), (0, 5), (5, 0), (12, 30), (30, 12), (200, 260)])
def test_the_exact_test_of_harm_is_the_binomial_test(wins: int, losses: int) -> None:
    n = wins + losses
    expected = stats.binomtest(losses, n, 0.5, alternative="greater").pvalue if n else 1.0
    assert mcnemar_worse(wins, losses) == pytest.approx(expected, rel=1e-12)


def _z_by_likelihood(wins: int, losses: int, n: int, against: float) -> float:
    """The score statistic with the restricted maximum found by a search instead of Tango's formula."""

    def minus_log_likelihood(q: float) -> float:
        p, rest = q + against, 1 - 2 * q - against
        terms = [(wins, p), (losses, q), (n - wins - losses, rest)]
        return -sum(k * math.log(max(chance, 1e-300)) for k, chance in terms if k)

    low, high = max(0.0, -against), (1 - against) / 2
    q = optimize.minimize_scalar(minus_log_likelihood, bounds=(low, high), method="bounded", options={"xatol": 1e-12}).x
    variance = (2 * q + against - against**2) / n
    return ((wins - losses) / n - against) / math.sqrt(variance)


@pytest.mark.parametrize(("wins", "losses", "n"), [(10, 14, 100), (3, 1, 40), (200, 260, 8000), (0, 9, 200)])
@pytest.mark.parametrize("against", [-0.05, -0.01, 0.02])
def test_the_score_statistic_stands_at_the_restricted_maximum_of_the_likelihood(
    wins: int, losses: int, n: int, against: float
) -> None:
    assert tango_z(wins, losses, n, against) == pytest.approx(_z_by_likelihood(wins, losses, n, against), abs=1e-4)


def test_the_interval_holds_exactly_the_differences_that_are_not_refused() -> None:
    for wins, losses, n in itertools.product((0, 4, 30), (0, 4, 30), (60, 500)):
        low, high = tango_interval(wins, losses, n)
        assert -1 <= low <= (wins - losses) / n <= high <= 1
        for edge, step in ((low, 1e-6), (high, -1e-6)):
            assert abs(tango_z(wins, losses, n, edge + step)) < 1.9600
            assert abs(tango_z(wins, losses, n, edge - step)) > 1.9599


def test_the_interval_covers_the_true_difference_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(1000):
        wins, losses, _ = rng.multinomial(300, [0.02, 0.05, 0.93])
        low, high = tango_interval(int(wins), int(losses), 300)
        covered += low <= -0.03 <= high
    assert 0.93 <= covered / 1000 <= 0.97


def test_the_non_inferiority_test_errs_about_as_often_as_it_may_at_the_very_margin() -> None:
    rng = np.random.default_rng(6)
    passed = 0
    for _ in range(2000):
        wins, losses, _ = rng.multinomial(4000, [0.025, 0.035, 0.94])
        passed += tango_p_value(int(wins), int(losses), 4000, 0.01) <= 0.05
    assert 0.035 <= passed / 2000 <= 0.065


def test_without_groups_the_clustered_test_is_the_paired_t_test() -> None:
    d = np.random.default_rng(1).normal(-0.02, 0.3, 80).clip(-1, 1)
    found = clustered_difference(d, None)
    expected = stats.ttest_1samp(d, 0.0, alternative="less")
    assert found.p_below == pytest.approx(expected.pvalue, rel=1e-9)
    interval = stats.ttest_1samp(d, 0.0).confidence_interval()
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-9)
    above = stats.ttest_1samp(d, -0.05, alternative="greater")
    assert clustered_difference(d, None, margin=0.05).p_above == pytest.approx(above.pvalue, rel=1e-9)


def test_items_of_one_object_count_as_one_when_they_say_the_same() -> None:
    d = np.random.default_rng(2).normal(0.0, 0.2, 30).clip(-1, 1)
    alone, tenfold = clustered_difference(d, None), clustered_difference(np.repeat(d, 10), np.repeat(np.arange(30), 10))
    assert astuple(tenfold) == pytest.approx(
        astuple(alone)
    )  # ten pictures of each object are no more evidence than one


def test_one_object_decides_nothing() -> None:
    found = clustered_difference(np.array([-0.5, -0.4]), np.array([7, 7]))
    assert (found.low, found.p_below, found.p_above) == (None, 1.0, 1.0)


def test_holm_is_the_closed_test_of_bonferroni() -> None:
    rng = np.random.default_rng(3)
    for _ in range(200):
        p = list(rng.choice([0.001, 0.01, 0.02, 0.03, 0.2, 0.7], size=4))
        sets = [s for r in range(1, 5) for s in itertools.combinations(range(4), r)]
        falls = {s: min(p[n] for n in s) <= 0.05 / len(s) for s in sets}
        expected = [all(falls[s] for s in sets if n in s) for n in range(4)]
        assert holm(p, 0.05) == expected
