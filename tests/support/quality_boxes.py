"""Random boxes of two or more people over many items, with known truth where it matters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assay.quality import Boxes


def scattered(rng: np.random.Generator, n_items: int, *, mean: float = 6.0, n_classes: int = 3) -> Boxes:
    """Boxes anywhere in a small picture, overlapping a lot; some items stay empty."""
    counts = rng.poisson(mean, n_items) * (rng.random(n_items) > 0.1)
    n = int(counts.sum())
    corner, size = rng.uniform(0, 60, (n, 2)), rng.uniform(5, 60, (n, 2))
    return _boxes(counts, np.hstack([corner, corner + size]), rng.integers(0, n_classes, n))


def on_a_grid(rng: np.random.Generator, n_items: int, *, mean: float = 6.0, n_classes: int = 3) -> Boxes:
    """Boxes on a coarse grid, so that many IoUs are exactly equal."""
    counts = rng.poisson(mean, n_items)
    n = int(counts.sum())
    corner, size = rng.integers(0, 6, (n, 2)), rng.integers(1, 5, (n, 2))
    return _boxes(counts, np.hstack([corner, corner + size]).astype(np.float64), rng.integers(0, n_classes, n))


def redrawn(
    rng: np.random.Generator,
    truth: Boxes,
    *,
    misses: float = 0.05,
    invents: float = 0.05,
    noise: float = 0.04,
    swaps: float = 0.03,
    n_classes: int = 3,
) -> Boxes:
    """What a person with these habits draws when `truth` is there.

    Args:
        rng: the only source of randomness.
        truth: what is there.
        misses: chance to leave a thing out.
        invents: mean number of invented boxes per thing.
        noise: deviation of a side, as a share of width or height.
        swaps: chance to name another class.
        n_classes: how many classes there are.
    """
    seen = rng.random(len(truth)) >= misses
    size = np.tile(truth.xyxy[:, 2:] - truth.xyxy[:, :2], 2)
    sides = truth.xyxy + rng.normal(0, noise, truth.xyxy.shape) * size
    sides[:, 2:] = np.maximum(sides[:, 2:], sides[:, :2] + 0.1 * size[:, 2:])
    classes = np.where(rng.random(len(truth)) < swaps, (truth.classes + 1) % n_classes, truth.classes)
    n_more = rng.poisson(invents * np.maximum(truth.counts, 1))
    corner, extent = rng.uniform(0, 900, (n_more.sum(), 2)), rng.uniform(20, 90, (n_more.sum(), 2))
    items = np.concatenate([truth.items[seen], np.repeat(np.arange(truth.n_items), n_more)])
    xyxy = np.concatenate([sides[seen], np.hstack([corner, corner + extent])])
    named = np.concatenate([classes[seen], rng.integers(0, n_classes, n_more.sum())])
    order = np.lexsort((rng.random(len(items)), items))
    return _boxes(np.bincount(items, minlength=truth.n_items), xyxy[order], named[order])


def a_truth(rng: np.random.Generator, n_items: int, *, mean: float = 7.0, n_classes: int = 3) -> Boxes:
    """Things of 20 to 90 pixels spread over 1,000 x 1,000; some items are empty."""
    counts = rng.poisson(mean, n_items) * (rng.random(n_items) > 0.08)
    n = int(counts.sum())
    corner, size = rng.uniform(0, 900, (n, 2)), rng.uniform(20, 90, (n, 2))
    return _boxes(counts, np.hstack([corner, corner + size]), rng.integers(0, n_classes, n))


def _boxes(counts: NDArray[np.int64], xyxy: NDArray[np.float64], classes: NDArray[np.int64]) -> Boxes:
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    return Boxes(offsets, xyxy, classes.astype(np.int32))
