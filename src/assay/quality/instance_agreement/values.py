"""Alpha of an attribute on the marks that matched: nominal, ordinal or interval."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from assay.kernel.estimate import Estimate
from assay.quality.instance_agreement.drawing import Sums, draw_images, without_spread
from assay.quality.instance_agreement.pairs import Observed
from assay.quality.instance_agreement.sheets import Sheets
from assay.quality.tag_agreement import Level

Floats = NDArray[np.float64]

MOST_RANKS: Final = 40  # different values of an ordinal attribute; more are binned into as many equal shares


def attribute_alpha(
    sheets: Sheets, observed: Observed, number: int, level: Level, rng: np.random.Generator, n_replicates: int
) -> Estimate:
    """Krippendorff's alpha of one attribute over matched pairs where both marks have a value.

    Args:
        sheets: holds the values.
        observed: the matched pairs, with their images and weights.
        number: column of the attribute.
        level: `nominal`, `ordinal` or `interval`.
        rng: for the interval.
        n_replicates: draws for it.
    """
    a, b = sheets.values[observed.first, number], sheets.values[observed.second, number]
    both = ~(np.isnan(a) | np.isnan(b))
    a, b, image, weight = a[both], b[both], observed.image[both], observed.weight[both]
    used, image = np.unique(image, return_inverse=True)
    table = (_interval_columns if level == "interval" else _coincidences)(a, b, image, weight, len(used), level)
    drawn = draw_images(table, [], rng, n_replicates)
    value = {"interval": _interval_alpha, "nominal": _nominal_alpha, "ordinal": _ordinal_alpha}[level]
    return without_spread(drawn.estimate(value, n=2 * len(a), method=f"alpha-{level}"), 1.0)


def _interval_columns(a: Floats, b: Floats, image: NDArray[np.int64], weight: Floats, n: int, level: Level) -> Floats:
    """(n, 4) weights, squared differences, values and squared values, both marks of a pair counted."""
    del level
    middle = float(np.concatenate([a, b]).mean()) if len(a) else 0.0  # differences stay, digits are not lost
    a, b = a - middle, b - middle
    sums = (2 * weight, 2 * weight * (a - b) ** 2, weight * (a + b), weight * (a**2 + b**2))
    return np.column_stack([np.bincount(image, column, n) for column in sums])


def _interval_alpha(sums: Sums) -> Floats:
    total, apart, value, square = sums.observed.T
    expected = 2 * (total * square - value**2)
    gone = expected <= 1e-12 * np.maximum(total * square, 1e-300)
    return np.asarray(np.where(gone, np.nan, 1 - (total - 1) * apart / expected))


def _coincidences(a: Floats, b: Floats, image: NDArray[np.int64], weight: Floats, n: int, level: Level) -> Floats:
    """(n, k * k) how often two values met, both orders counted."""
    kinds, code = np.unique(np.concatenate([a, b]), return_inverse=True)
    if level == "ordinal" and len(kinds) > MOST_RANKS:
        ranks = np.searchsorted(np.sort(np.concatenate([a, b])), kinds) / (2 * len(a))
        code = np.minimum((ranks * MOST_RANKS).astype(np.int64), MOST_RANKS - 1)[code]
        kinds = np.arange(MOST_RANKS, dtype=np.float64)
    k = len(kinds)
    first, second = code[: len(a)], code[len(a) :]
    cells = np.concatenate([first * k + second, second * k + first]) + np.tile(image, 2) * k * k
    return np.asarray(np.bincount(cells, np.tile(weight, 2), n * k * k).reshape(n, k * k), np.float64)


def _tables(sums: Sums) -> Floats:
    k = int(np.sqrt(sums.observed.shape[1]) + 0.5)
    return sums.observed.reshape(-1, k, k)


def _nominal_alpha(sums: Sums) -> Floats:
    tables = _tables(sums)
    counts = tables.sum(axis=2)
    total = counts.sum(axis=1)
    expected = total**2 - (counts**2).sum(axis=1)
    apart = total - np.einsum("rkk->r", tables)
    return np.asarray(np.where(expected <= 1e-9 * total**2, np.nan, 1 - (total - 1) * apart / expected))


def _ordinal_alpha(sums: Sums) -> Floats:
    tables = _tables(sums)
    counts = tables.sum(axis=2)
    total = counts.sum(axis=1)
    middle = np.cumsum(counts, axis=1) - counts / 2
    distance = (middle[:, :, None] - middle[:, None, :]) ** 2
    expected = np.einsum("rk,rl,rkl->r", counts, counts, distance)
    apart = np.einsum("rkl,rkl->r", tables, distance)
    return np.asarray(np.where(expected <= 1e-9 * total**4, np.nan, 1 - (total - 1) * apart / expected))
