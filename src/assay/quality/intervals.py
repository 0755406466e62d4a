"""Intervals for measured numbers: rates, means of images, and any ratio of sums over items."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, ndtr, ndtri, stdtrit

from assay.kernel.estimate import Estimate, nothing_measured

FloatArray = NDArray[np.float64]
Statistic = Callable[[FloatArray], FloatArray]

LEVEL = 0.95
MAX_BOOTSTRAP_ROWS = 4096
_CHUNK_CELLS = 2_000_000


def z_value(level: float = LEVEL) -> float:
    """Give the two-sided standard normal point of `level`; 1.96 for .95."""
    return float(ndtri(0.5 + level / 2))


def wilson(successes: ArrayLike, n: ArrayLike, *, level: float = LEVEL) -> tuple[FloatArray, FloatArray]:
    """Bound a rate by Wilson's score interval.

    Args:
        successes: events counted, in [0, n]; may be fractional, as for an effective number of marks.
        n: trials, > 0; broadcasts against `successes`. Where n is 0 the interval is all of [0, 1].
        level: two-sided confidence.

    Returns:
        Lower and upper ends in [0, 1], float64, in the broadcast shape.

    Reference: Wilson (1927); Brown, Cai, DasGupta (2001), "Interval Estimation for a Binomial Proportion", eq. 4.
    """
    x, trials = np.broadcast_arrays(np.asarray(successes, np.float64), np.asarray(n, np.float64))
    known = trials > 0
    safe = np.where(known, trials, 1.0)
    z2 = z_value(level) ** 2
    rate = np.where(known, x / safe, 0.5)
    centre = (rate + z2 / (2 * safe)) / (1 + z2 / safe)
    reach = np.sqrt(z2) / (1 + z2 / safe) * np.sqrt(np.maximum(rate * (1 - rate) / safe + z2 / (4 * safe**2), 0.0))
    # At the very ends rounding leaves 1e-17 where the exact answer is 0 or 1.
    low = np.where(known & (rate > 0), np.clip(centre - reach, 0.0, 1.0), 0.0)
    high = np.where(known & (rate < 1), np.clip(centre + reach, 0.0, 1.0), 1.0)
    return low, high


def jeffreys(successes: ArrayLike, n: ArrayLike, *, level: float = LEVEL) -> tuple[FloatArray, FloatArray]:
    """Bound a rate by the equal-tailed interval of Beta(1/2 + x, 1/2 + n - x).

    Shapes and fractions as for `wilson`. With no event the lower end is 0, with only events the upper end is 1.

    Reference: Brown, Cai, DasGupta (2001), section 4.3.
    """
    x, trials = np.broadcast_arrays(np.asarray(successes, np.float64), np.asarray(n, np.float64))
    tail = (1 - level) / 2
    low = np.where(x > 0, betaincinv(x + 0.5, trials - x + 0.5, tail), 0.0)
    high = np.where(x < trials, betaincinv(x + 0.5, trials - x + 0.5, 1 - tail), 1.0)
    return low, high


def clopper_pearson(successes: ArrayLike, n: ArrayLike, *, level: float = LEVEL) -> tuple[FloatArray, FloatArray]:
    """Bound a rate so that the coverage is never below `level`, at the price of width.

    Counts must be whole and trials independent. Reference: Clopper and Pearson (1934).
    """
    x, trials = np.broadcast_arrays(np.asarray(successes, np.float64), np.asarray(n, np.float64))
    tail = (1 - level) / 2
    low = np.where(x > 0, betaincinv(np.maximum(x, 1.0), trials - x + 1, tail), 0.0)
    high = np.where(x < trials, betaincinv(x + 1, np.maximum(trials - x, 1.0), 1 - tail), 1.0)
    return low, high


def rate_estimate(
    successes: float, n: int, n_items: int, *, n_eff: float | None = None, level: float = LEVEL
) -> Estimate:
    """Measure a rate with Wilson's interval.

    Args:
        successes: events among the `n` units.
        n: units counted, such as marks.
        n_items: images those units lie on.
        n_eff: what the units are worth when they depend on each other; `n` when left out.
        level: two-sided confidence.
    """
    method = "wilson" if n_eff is None else "wilson-effective-n"
    if n <= 0:
        return nothing_measured(method, n=n, n_items=n_items)
    rate = successes / n
    worth = float(n) if n_eff is None else n_eff
    low, high = wilson(rate * worth, worth, level=level)
    return Estimate(rate, float(low), float(high), n, n_items, method)


def mean_over_images(values: ArrayLike, *, n: int | None = None, level: float = LEVEL) -> Estimate:
    """Measure a mean of per-image means, such as mean IoU, with Student's t interval.

    One value an image, because marks on one image are not independent. With one image there is a value and no
    interval. Trust it from 20 images on; if all images agree exactly the interval has no width.

    Args:
        values: (N,) finite values, one an image.
        n: marks behind the values; the number of images when left out.
        level: two-sided confidence.
    """
    means = np.asarray(values, np.float64)
    n_items = int(means.size)
    marks = n_items if n is None else n
    if n_items == 0:
        return nothing_measured("t-over-images", n=marks)
    value = float(means.mean())
    if n_items == 1:
        return Estimate(value, None, None, marks, 1, "t-over-images")
    reach = float(stdtrit(n_items - 1, 0.5 + level / 2)) * float(means.std(ddof=1)) / sqrt(n_items)
    return Estimate(value, value - reach, value + reach, marks, n_items, "t-over-images")


def difference(first: Estimate, second: Estimate) -> Estimate:
    """Measure `first - second` of two independent estimates from their own intervals.

    Counts are those of the smaller of the two, because it decides. Without both intervals there is only a value.

    Reference: Newcombe (1998), "Interval Estimation for the Difference between Independent Proportions", method 10
    (square and add), which holds for any pair of estimates with intervals (Zou and Donner, 2008).
    """
    n, n_items = min(first.n, second.n), min(first.n_items, second.n_items)
    method = "difference-square-and-add"
    if first.value is None or second.value is None:
        return nothing_measured(method, n=n, n_items=n_items)
    value = first.value - second.value
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return Estimate(value, None, None, n, n_items, method)
    down = sqrt((first.value - first.low) ** 2 + (second.high - second.value) ** 2)
    up = sqrt((first.high - first.value) ** 2 + (second.value - second.low) ** 2)
    return Estimate(value, value - down, value + up, n, n_items, method)


def bootstrap_sums(table: ArrayLike, *, rng: np.random.Generator, n_replicates: int = 1000) -> FloatArray:
    """Draw column sums of `table` with its rows (items) resampled.

    Up to `MAX_BOOTSTRAP_ROWS` distinct rows this is the exact multinomial bootstrap over items. Above, items are
    first put at random into that many equal groups and the groups are resampled: the variance and skewness of a
    sum are kept in expectation (relative error of a width about 1 %), and neither memory nor time grows with the
    number of items beyond one pass over them.

    Args:
        table: (N, C) per-item counts or sums.
        rng: the only source of randomness.
        n_replicates: bootstrap draws R.

    Returns:
        (R, C) float64 sums.
    """
    rows = np.asarray(table, np.float64)
    if len(rows) > MAX_BOOTSTRAP_ROWS:
        rows, counts = _random_groups(rows, rng), np.ones(MAX_BOOTSTRAP_ROWS, np.int64)
    else:
        rows, counts = np.unique(rows, axis=0, return_counts=True)
    n_rows = int(counts.sum())
    sums = np.empty((n_replicates, rows.shape[1]), np.float64)
    step = max(1, _CHUNK_CELLS // max(1, len(rows)))
    for start in range(0, n_replicates, step):
        stop = min(start + step, n_replicates)
        weights = rng.multinomial(n_rows, counts / n_rows, size=stop - start)
        sums[start:stop] = weights @ rows
    return sums


def _random_groups(rows: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Sum the rows within `MAX_BOOTSTRAP_ROWS` random groups whose sizes differ by at most one."""
    order = rng.permutation(len(rows))
    edges = np.linspace(0, len(rows), MAX_BOOTSTRAP_ROWS + 1).astype(np.int64)[:-1]
    grouped = np.empty((MAX_BOOTSTRAP_ROWS, rows.shape[1]), np.float64)
    for column in range(rows.shape[1]):
        grouped[:, column] = np.add.reduceat(rows[order, column], edges)
    return grouped


def bootstrap_estimate(
    table: ArrayLike,
    statistic: Statistic,
    *,
    rng: np.random.Generator,
    n: int,
    n_replicates: int = 1000,
    level: float = LEVEL,
) -> Estimate:
    """Measure a function of sums over items, such as F1 from TP, FP and FN, by a seeded bootstrap over items.

    Percentile interval with ends moved outwards for few items (expanded percentiles). Replicates in which the
    statistic does not exist are left out; if that is more than one in ten, or if there are fewer than two items,
    there is a value and no interval.

    Args:
        table: (N, C) sums, one row an item.
        statistic: maps (R, C) sums to (R,) values; NaN where undefined.
        rng: the only source of randomness.
        n: marks (or pairs) behind the table.
        n_replicates: bootstrap draws.
        level: two-sided confidence.

    Reference: Hesterberg (2015), "What Teachers Should Know About the Bootstrap", section 5.3.
    """
    rows = np.asarray(table, np.float64)
    n_items = len(rows)
    method = "bootstrap-items"
    if n_items == 0:
        return nothing_measured(method, n=n)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(statistic(rows.sum(axis=0, keepdims=True))[0])
        if not np.isfinite(value):
            return nothing_measured(method, n=n, n_items=n_items)
        if n_items == 1:
            return Estimate(value, None, None, n, n_items, method)
        replicates = statistic(bootstrap_sums(rows, rng=rng, n_replicates=n_replicates))
    replicates = replicates[np.isfinite(replicates)]
    if len(replicates) < 0.9 * n_replicates:
        return Estimate(value, None, None, n, n_items, method)
    tail = float(ndtr(sqrt(n_items / (n_items - 1)) * stdtrit(n_items - 1, (1 - level) / 2)))
    low, high = np.quantile(replicates, [tail, 1 - tail])
    return Estimate(value, min(float(low), value), max(float(high), value), n, n_items, method)


def bootstrap_ratio(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    rng: np.random.Generator,
    n: int | None = None,
    proportion: bool = False,
    n_replicates: int = 1000,
    level: float = LEVEL,
) -> Estimate:
    """Measure `sum(numerator) / sum(denominator)` by a seeded bootstrap over items.

    Args:
        numerator: (N,) one value an item.
        denominator: (N,) one value >= 0 an item.
        rng: the only source of randomness.
        n: marks behind the ratio; the rounded sum of the denominator when left out.
        proportion: say that the ratio is a share in [0, 1]. When every item sits at 0 or at 1 the bootstrap cannot
            see any spread, so the interval is then Wilson's with one trial an item.
        n_replicates: bootstrap draws.
        level: two-sided confidence.
    """
    table = np.column_stack([np.asarray(numerator, np.float64), np.asarray(denominator, np.float64)])
    marks = round(float(table[:, 1].sum())) if n is None else n
    counted = int(np.count_nonzero(table[:, 1]))
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = float(np.divide(*table.sum(axis=0))) if len(table) else float("nan")
    if proportion and counted and whole in {0.0, 1.0}:
        low, high = wilson(whole * counted, counted, level=level)
        return Estimate(whole, float(low), float(high), marks, len(table), "wilson-items")
    return bootstrap_estimate(
        table, lambda sums: sums[:, 0] / sums[:, 1], rng=rng, n=marks, n_replicates=n_replicates, level=level
    )
