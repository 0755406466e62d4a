"""Kappa and alpha equal a count of pairs one by one, and keep their laws."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assay.quality import alpha_from_counts, cohen_kappa, fleiss_kappa, krippendorff_alpha
from assay.quality.errors import AlphaUndefinedError, UnknownNameError, VotesInvalidError

tables = arrays(np.int64, st.tuples(st.integers(1, 9), st.integers(2, 5)), elements=st.integers(-1, 4))


def distance(a: float, b: float, values: list[float], level: str) -> float:
    low, high = min(a, b), max(a, b)
    if level == "ordinal":
        between = sum(low <= v <= high for v in values) - (values.count(a) + values.count(b)) / 2
        return 0.0 if a == b else between**2
    if level == "ratio":
        return ((a - b) / (a + b)) ** 2 if a + b else 0.0
    return (a - b) ** 2 if level == "interval" else float(a != b)


def alpha_by_pairs(table: np.ndarray, level: str) -> float | None:
    """Krippendorff's definition, one pair of judgements at a time."""
    units = [[float(v) for v in row if v >= 0] for row in table]
    units = [unit for unit in units if len(unit) > 1]
    values = [v for unit in units for v in unit]
    n = len(values)
    seen = sum(distance(a, b, values, level) / (len(unit) - 1) for unit in units for a, b in permutations(unit, 2))
    chance = sum(distance(a, b, values, level) for a, b in permutations(values, 2))
    return None if chance == 0 else 1 - (n - 1) * seen / chance


@given(table=tables, level=st.sampled_from(["nominal", "ordinal", "interval", "ratio"]))
def test_alpha_is_the_disagreement_of_pairs_over_that_of_chance(table: np.ndarray, level: str) -> None:
    wanted = alpha_by_pairs(table, level)
    values = np.where(table < 0, np.nan, table)
    if wanted is None:
        with pytest.raises(AlphaUndefinedError):
            krippendorff_alpha(values, level=level)
        return
    assert krippendorff_alpha(values, level=level).value == pytest.approx(wanted, abs=1e-12)


@given(table=tables)
def test_alpha_ignores_the_order_of_people_items_and_names(table: np.ndarray) -> None:
    values = np.where(table < 0, np.nan, table)
    assume(alpha_by_pairs(table, "nominal") is not None)
    alpha = krippendorff_alpha(values).value
    assert -1 <= alpha <= 1
    assert krippendorff_alpha(values[::-1, ::-1]).value == pytest.approx(alpha)
    assert krippendorff_alpha(7 - values).value == pytest.approx(alpha)
    assert krippendorff_alpha(values, level="interval").value == pytest.approx(
        krippendorff_alpha(3 * values + 2, level="interval").value
    )


@given(pairs=arrays(np.int64, st.tuples(st.integers(2, 12), st.just(2)), elements=st.integers(0, 3)))
def test_cohen_and_fleiss_are_what_their_definitions_say(pairs: np.ndarray) -> None:
    a, b = pairs.T
    n = len(pairs)
    seen = (a == b).mean()
    by_chance = sum((a == k).mean() * (b == k).mean() for k in range(4))
    assume(by_chance < 1)
    assert cohen_kappa(a, b).value == pytest.approx((seen - by_chance) / (1 - by_chance))
    counts = np.stack([(pairs == k).sum(axis=1) for k in range(4)], axis=1)
    pooled = ((counts.sum(axis=0) / (2 * n)) ** 2).sum()
    assume(pooled < 1)
    assert fleiss_kappa(counts).value == pytest.approx((seen - pooled) / (1 - pooled))


def test_weighted_kappa_forgives_neighbours() -> None:
    a, b = np.array([0, 1, 2, 3, 0, 1, 2, 3]), np.array([0, 1, 2, 2, 1, 1, 2, 3])
    plain, linear, square = (cohen_kappa(a, b, weights=w).value for w in (None, "linear", "quadratic"))
    assert plain < linear < square
    off = np.abs(a - b).mean() / np.abs(np.subtract.outer(a, b)).mean()
    assert linear == pytest.approx(1 - off)


def test_intervals_cover_the_long_run_value() -> None:
    rng = np.random.default_rng(3)

    def judged(n: int) -> np.ndarray:
        truth = rng.integers(0, 3, n)
        return np.stack([np.where(rng.random(n) < 0.75, truth, rng.integers(0, 3, n)) for _ in range(3)], axis=1)

    long_run = krippendorff_alpha(judged(200_000)).value
    hits = 0
    for _ in range(120):
        part = krippendorff_alpha(judged(100), rng=rng, n_replicates=300)
        hits += part.low <= long_run <= part.high
    assert 0.89 <= hits / 120 <= 0.99


def test_many_different_values_get_an_interval_too() -> None:
    rng = np.random.default_rng(4)
    truth = rng.normal(0, 1, (200, 1))
    alpha = krippendorff_alpha(truth + rng.normal(0, 0.3, (200, 2)), level="interval", rng=rng, n_replicates=50)
    assert alpha.value == pytest.approx(1 / 1.09, abs=0.04)
    assert alpha.low < alpha.value < alpha.high


def test_what_has_no_answer_says_so() -> None:
    with pytest.raises(AlphaUndefinedError):
        krippendorff_alpha(np.ones((4, 3)))
    with pytest.raises(AlphaUndefinedError):
        krippendorff_alpha(np.full((4, 3), np.nan))
    with pytest.raises(AlphaUndefinedError):
        cohen_kappa([1, 1, 1], [1, 1, 1])
    with pytest.raises(AlphaUndefinedError):
        cohen_kappa([-1, 0], [0, -1])
    with pytest.raises(AlphaUndefinedError):
        fleiss_kappa(np.empty((0, 3)))
    with pytest.raises(VotesInvalidError, match="2 to 3"):
        fleiss_kappa([[2, 1], [1, 1]])
    with pytest.raises(VotesInvalidError):
        cohen_kappa([0, 1], [0])
    with pytest.raises(UnknownNameError):
        alpha_from_counts([[1, 1]], level="cyclic")  # type: ignore[arg-type]
