"""Shares of sums over items, as every score and agreement needs them."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, sqrt
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, stdtrit

from assay.kernel.estimate import Estimate, nothing_measured
from assay.quality.intervals import bootstrap_ratio, bootstrap_sums, wilson

Floats = NDArray[np.float64]

MOST_GROUPS: Final = 1024  # groups of items that are drawn together when there are more: 2 % on the width
FEWEST_ITEMS: Final = 2


def share_over_items(part: ArrayLike, whole: ArrayLike, rng: np.random.Generator, *, n: int | None = None) -> Estimate:
    """Estimate sum(part) / sum(whole), a share in [0, 1], with an interval from drawing items.

    Args:
        part: (n_items,) numerator of each item.
        whole: (n_items,) denominator of each item; items where it is 0 take no part and are not counted.
        rng: seeded generator; the same seed gives the same interval.
        n: marks it rests on; the rounded sum of `whole` when left out.
    """
    top, bottom = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    used = bottom > 0
    return bootstrap_ratio(top[used], bottom[used], rng=rng, n=n, proportion=True)


def shares_over_items(
    parts: Sequence[ArrayLike], wholes: Sequence[ArrayLike], rng: np.random.Generator, ns: Sequence[int | None]
) -> list[Estimate]:
    """Estimate several shares of the same items at once, all from the same draws.

    As `share_over_items` for each, at the cost of one. A share of exactly 0 or 1, or of a single item, is left to it.
    """
    top = np.column_stack([np.asarray(part, np.float64) for part in parts])
    bottom = np.column_stack([np.asarray(whole, np.float64) for whole in wholes])
    drawn = bootstrap_sums(_grouped(np.hstack([top, bottom]), rng), rng=rng)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = top.sum(axis=0) / bottom.sum(axis=0)
        replicates = drawn[:, : len(parts)] / drawn[:, len(parts) :]
    found = []
    for column, (value, n) in enumerate(zip(values.tolist(), ns, strict=True)):
        used = int(np.count_nonzero(bottom[:, column]))
        known = replicates[np.isfinite(replicates[:, column]), column]
        if not 0 < value < 1 or used < FEWEST_ITEMS or len(known) < 0.9 * len(replicates):
            found.append(share_over_items(top[:, column], bottom[:, column], rng, n=n))
            continue
        count = round(float(bottom[:, column].sum())) if n is None else n
        low, high = np.quantile(known, _tails(used))
        found.append(Estimate(value, min(float(low), value), max(float(high), value), count, used, "bootstrap-items"))
    return found


def ratio_of_sums(top: int, bottom: int, products: tuple[int, int, int], *, n: int, n_items: int) -> Estimate:
    """Estimate `top / bottom`, a share in [0, 1], from sums over items alone; whole numbers, so no digit is lost.

    The variance is that of a ratio of two sums, linearised; the interval is Student's on the scale of log odds, which
    keeps it inside [0, 1]. Where all items say the same, and at 0 or 1, it is Wilson's with one trial an item.

    Args:
        top: sum of x over items.
        bottom: sum of y over items; 0 gives no value.
        products: sums of x x, x y and y y over items, in the same units.
        n: marks it rests on.
        n_items: items with y above 0; one gives a value without interval.

    Reference: Cochran (1977), "Sampling Techniques", section 6.4; Korn and Graubard (1998) on the scale.
    """
    if bottom == 0 or n_items == 0:
        return nothing_measured("ratio-of-sums", n=n, n_items=n_items)
    xx, xy, yy = products
    apart = xx * bottom * bottom - 2 * top * bottom * xy + top * top * yy
    inside = 0 < top < bottom and apart > 0
    return _linearised(top / bottom, apart / bottom**4 if inside else 0.0, n, n_items)


def share_in_closed_form(part: ArrayLike, whole: ArrayLike, *, n: int | None = None) -> Estimate:
    """Estimate sum(part) / sum(whole), a share in [0, 1], as `ratio_of_sums` does; for very many small questions.

    Args:
        part: (n_items,) numerator of each item.
        whole: (n_items,) denominator of each item; items where it is 0 take no part and are not counted.
        n: marks it rests on; the rounded sum of `whole` when left out.
    """
    top, bottom = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    total, n_items = float(bottom.sum()), int(np.count_nonzero(bottom > 0))
    count = round(total) if n is None else n
    if n_items == 0:
        return nothing_measured("ratio-of-sums", n=count, n_items=0)
    value = min(max(float(top.sum()) / total, 0.0), 1.0)
    apart = float(((top - value * bottom) ** 2).sum())
    return _linearised(value, apart / total**2 if 0 < value < 1 else 0.0, count, n_items)


def _linearised(value: float, variance: float, n: int, n_items: int) -> Estimate:
    """The share with its interval; `variance` without the correction for few items, 0 where none was seen."""
    if n_items < FEWEST_ITEMS:
        return Estimate(value, None, None, n, n_items, "ratio-of-sums")
    if variance <= 0:
        low, high = wilson(value * n_items, n_items)
        return Estimate(value, min(float(low), value), max(float(high), value), n, n_items, "wilson-items")
    error = sqrt(variance * n_items / (n_items - 1))
    reach = float(stdtrit(n_items - 1, 0.975)) * error / (value * (1 - value))
    middle = log(value / (1 - value))
    ends = [1 / (1 + exp(-(middle + side))) for side in (-min(reach, _FAR), min(reach, _FAR))]
    return Estimate(value, ends[0], ends[1], n, n_items, "ratio-of-sums")


_FAR: Final = 600.0  # beyond it exp would overflow


def _tails(n_items: int) -> list[float]:
    """Expanded percentiles for few items: Hesterberg (2015), "What Teachers Should Know About the Bootstrap", 5.3."""
    tail = float(ndtr(sqrt(n_items / (n_items - 1)) * stdtrit(n_items - 1, 0.025)))
    return [tail, 1 - tail]


def _grouped(table: Floats, rng: np.random.Generator) -> Floats:
    """At most `MOST_GROUPS` rows, each the sum of about as many items dealt at random."""
    if len(table) <= MOST_GROUPS:
        return table
    group = rng.permutation(len(table)) % MOST_GROUPS
    return np.column_stack([np.bincount(group, column, MOST_GROUPS) for column in table.T])
