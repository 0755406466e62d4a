"""Pictures before and after a change that show nearly the same, to be laid beside each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEAST_SPREAD = 1e-9


def alike_pairs(before: Floats, now: Floats, n: int) -> list[tuple[int, int]]:
    """Pair rows of two sets so that what they show is alike and the change between the sets is what differs.

    Each set is first centred and scaled by itself, column by column, which takes the change common to all of its
    pictures out; then the most similar pair by cosine is taken, its rows are set aside, and so on.

    Args:
        before: (N, D) embeddings of clean items.
        now: (n, D) embeddings of items that arrived.
        n: how many pairs are wanted; fewer when a set is smaller.

    Returns:
        Row of `before` and row of `now`, most alike first; ties go to the lower rows.
    """
    left, right = _own_scale(before), _own_scale(now)
    alike = left @ right.T
    pairs = []
    for _ in range(min(n, *alike.shape)):
        row, column = np.unravel_index(int(np.argmax(alike)), alike.shape)
        pairs.append((int(row), int(column)))
        alike[row, :] = -np.inf
        alike[:, column] = -np.inf
    return pairs


def _own_scale(rows: Floats) -> Floats:
    """Rows centred and scaled by their own set, then of length 1; a row at the very centre stays 0."""
    x = (rows - rows.mean(axis=0)) / np.maximum(rows.std(axis=0), LEAST_SPREAD)
    return np.asarray(x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), LEAST_SPREAD), np.float64)
