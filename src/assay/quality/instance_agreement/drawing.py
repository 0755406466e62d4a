"""Intervals of agreement by drawing images: the chance level is drawn along, a pair of images weighing as both do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import ndtr, stdtrit

from assay.kernel.estimate import Estimate, nothing_measured
from assay.quality.intervals import MAX_BOOTSTRAP_ROWS, wilson

Floats = NDArray[np.float64]
Statistic = Callable[["Sums"], Floats]

FEWEST_IMAGES: Final = 10  # below this there is no interval
FEW_IMAGES: Final = 50  # below this, Student's t around the value; from here on percentiles
LEVEL: Final = 0.95
_CHUNK_CELLS: Final = 4_000_000


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums over images, once for each draw.

    Attributes:
        observed: (n_draws, n_columns) sums over images.
        chance: (n_draws, 4) sums over pairs of images, no columns when there are none.
    """

    observed: Floats
    chance: Floats


@dataclass(frozen=True, eq=False)
class Drawn:
    """The sums as they are, and as they come out when images are drawn with replacement.

    Attributes:
        whole: one row each.
        draws: (n_draws, ...) the same for each draw.
        n_images: images there are.
    """

    whole: Sums
    draws: Sums
    n_images: int

    def estimate(self, statistic: Statistic, *, n: int, method: str) -> Estimate:
        """Measure a function of the sums.

        Percentiles with ends moved outwards for few images; below 50 images value ± t times the deviation of the draws;
        below 10, or when the statistic does not exist in one draw out of ten, no interval.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            value = float(statistic(self.whole)[0])
            drawn = statistic(self.draws) if self.n_images >= FEWEST_IMAGES else np.empty(0)
        if not np.isfinite(value):
            return nothing_measured(method, n=n, n_items=self.n_images)
        usable = drawn[np.isfinite(drawn)]
        alone = Estimate(value, None, None, n, self.n_images, method)
        if len(drawn) == 0 or len(usable) < 0.9 * len(drawn):
            return alone
        named = replace(alone, method=f"{method}-bootstrap-items")
        return _between(named, usable, self.n_images)


def _between(estimate: Estimate, draws: Floats, n_images: int) -> Estimate:
    value = estimate.value
    assert value is not None, "only called with a value"
    tail = (1 - LEVEL) / 2
    widen = sqrt(n_images / (n_images - 1))
    if n_images < FEW_IMAGES:
        reach = float(-stdtrit(n_images - 1, tail)) * float(draws.std()) * widen
        low, high = value - reach, min(value + reach, 1.0)
    else:
        moved = float(ndtr(widen * stdtrit(n_images - 1, tail)))
        low, high = (float(end) for end in np.quantile(draws, [moved, 1 - moved]))
    return replace(estimate, low=min(low, value), high=max(high, value))


def without_spread(estimate: Estimate, scale: float) -> Estimate:
    """The interval of an estimate that is 1 because no image shows any disagreement.

    Drawing images cannot see any spread then. The lower end is where Wilson's bound puts the share of images with
    disagreement, at most `scale` each.
    """
    if estimate.value != 1.0 or estimate.low is None:
        return estimate
    _, most = wilson(0, estimate.n_items)
    method = estimate.method.replace("-bootstrap-items", "-wilson-items")
    return replace(estimate, low=max(-1.0, 1.0 - float(most) * scale), high=1.0, method=method)


def draw_images(observed: Floats, chance: list[csr_array], rng: np.random.Generator, n_replicates: int) -> Drawn:
    """Draw images with replacement.

    Args:
        observed: (n_images, n_columns) sums of each image.
        chance: tables (n_images, n_images) of sums over pairs of images; empty when there are none.
        rng: the only source of randomness.
        n_replicates: how many draws.

    Above `MAX_BOOTSTRAP_ROWS` images, random groups of images are drawn instead (see `bootstrap_sums`).
    """
    n_images = len(observed)
    whole = Sums(observed.sum(axis=0, keepdims=True), np.array([[table.sum() for table in chance]]))
    if n_images > MAX_BOOTSTRAP_ROWS:
        observed, chance = _grouped(observed, chance, rng)
    n_rows = len(observed)
    sums = np.empty((n_replicates, observed.shape[1]))
    pairs = np.empty((n_replicates, len(chance)))
    step = max(1, _CHUNK_CELLS // max(n_rows, 1))
    for start in range(0, n_replicates if n_images >= FEWEST_IMAGES else 0, step):
        here = slice(start, min(start + step, n_replicates))
        weights = rng.multinomial(n_rows, np.full(n_rows, 1 / n_rows), size=here.stop - start).T.astype(np.float64)
        sums[here] = weights.T @ observed
        for column, table in enumerate(chance):
            pairs[here, column] = np.einsum("ir,ir->r", weights, table @ weights)
    return Drawn(whole, Sums(sums, pairs), n_images)


def _grouped(observed: Floats, chance: list[csr_array], rng: np.random.Generator) -> tuple[Floats, list[csr_array]]:
    n_images = len(observed)
    group = rng.permutation(n_images) % MAX_BOOTSTRAP_ROWS
    joins = csr_array((np.ones(n_images), (group, np.arange(n_images))), shape=(MAX_BOOTSTRAP_ROWS, n_images))
    return np.asarray(joins @ observed), [csr_array(joins @ table @ joins.T) for table in chance]
