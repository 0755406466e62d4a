"""Shares of sums over items, as every score and agreement needs them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from assay.kernel.estimate import Estimate
from assay.quality.intervals import bootstrap_ratio


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
