"""k-means with a seeded start, and distances in blocks that fit the memory."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

_ROUNDS: Final = 12
_BLOCK_CELLS: Final = 8_000_000


def squared_distances(left: Floats, right: Floats) -> Floats:
    """(N, M) squared Euclidean distances, never below 0."""
    found = np.square(left).sum(axis=1)[:, None] + np.square(right).sum(axis=1)[None] - 2 * (left @ right.T)
    return np.asarray(np.maximum(found, 0.0), np.float64)


def nearest(rows: Floats, centres: Floats) -> tuple[Longs, Floats]:
    """For each row the position of its nearest centre (lowest on a tie) and the squared distance."""
    place, distance = np.empty(len(rows), np.int64), np.empty(len(rows))
    step = max(1, _BLOCK_CELLS // max(1, len(centres)))
    for start in range(0, len(rows), step):
        block = squared_distances(rows[start : start + step], centres)
        place[start : start + step] = block.argmin(axis=1)
        distance[start : start + step] = block.min(axis=1)
    return place, distance


def k_means(rows: Floats, k: int, rng: np.random.Generator) -> Longs:
    """Group rows into at most `k` clusters.

    Args:
        rows: (N, D).
        k: clusters wanted; N at most.
        rng: fixes the start.

    Returns:
        (N,) cluster of each row, numbered from 0 without gaps. Equal rows share a cluster.

    References: Lloyd (1982); Arthur and Vassilvitskii (2007), "k-means++".
    """
    k = min(k, len(rows))
    centres = _spread_start(rows, k, rng)
    groups = np.zeros(len(rows), np.int64)
    for _ in range(_ROUNDS):
        groups, _ = nearest(rows, centres)
        counts = np.bincount(groups, minlength=len(centres))
        sums = np.zeros_like(centres)
        np.add.at(sums, groups, rows)
        moved = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centres)
        if np.allclose(moved, centres):
            break
        centres = moved
    _, numbered = np.unique(groups, return_inverse=True)
    return np.asarray(numbered, np.int64)


def _spread_start(rows: Floats, k: int, rng: np.random.Generator) -> Floats:
    chosen = [int(rng.integers(len(rows)))]
    distance = squared_distances(rows, rows[chosen])[:, 0]
    while len(chosen) < k and distance.sum() > 0:
        chosen.append(int(rng.choice(len(rows), p=distance / distance.sum())))
        distance = np.minimum(distance, squared_distances(rows, rows[chosen[-1:]])[:, 0])
    return rows[chosen]
