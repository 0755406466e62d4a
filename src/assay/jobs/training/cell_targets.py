"""What the head of the trainer `cells` should give where, on the grid of its feature maps; numpy alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Floats = NDArray[np.float64]

BLUR: Final = 1 / 6
"""Width of the hill around a centre, as a share of the thing's shorter side."""


def joined(maps: list[Array]) -> Array:
    """(C, h, w): coarser maps stretched to the finest and put behind it."""
    h, w = maps[0].shape[2:]
    rows = [(np.arange(h) * m.shape[2] // h)[:, None] for m in maps]
    columns = [np.arange(w) * m.shape[3] // w for m in maps]
    return np.concatenate([m[0][:, r, c] for m, r, c in zip(maps, rows, columns, strict=True)])


def flipped(boxes: Floats, cells: tuple[int, int], *, across: bool, down: bool) -> Floats:
    """Boxes of the mirrored picture, in cells."""
    turned = boxes.copy()
    if across:
        turned[:, [0, 2]] = cells[1] - boxes[:, [2, 0]]
    if down:
        turned[:, [1, 3]] = cells[0] - boxes[:, [3, 1]]
    return turned


def targets(
    boxes: Floats, numbers: list[int], n_classes: int, cells: tuple[int, int]
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Say what the head should give: hills at centres, shift and size there, and where that is.

    The hills are (K, h, w), shift and logarithm of the size (4, h, w), where they count (h, w). Of two things with
    their centre in one cell the smaller one's size counts.

    Args:
        boxes: (n, 4) in cells.
        numbers: class of each.
        n_classes: K.
        cells: h and w.
    """
    heat = np.zeros((n_classes, *cells), np.float32)
    aim, there = np.zeros((4, *cells), np.float32), np.zeros(cells, np.bool_)
    rows, columns = np.arange(cells[0])[:, None], np.arange(cells[1])
    order = np.argsort([-(b[2] - b[0]) * (b[3] - b[1]) for b in boxes], kind="stable")
    for k in order:
        x_min, y_min, x_max, y_max = boxes[k]
        x, y, w, h = (x_min + x_max) / 2, (y_min + y_max) / 2, x_max - x_min, y_max - y_min
        i, j = min(int(y), cells[0] - 1), min(int(x), cells[1] - 1)
        spread = max(0.6, BLUR * min(w, h))
        hill = np.exp(-((rows - i) ** 2 + (columns - j) ** 2) / (2 * spread**2))
        heat[numbers[k]] = np.maximum(heat[numbers[k]], hill)
        aim[:, i, j] = x - j - 0.5, y - i - 0.5, np.log(max(w, 0.1)), np.log(max(h, 0.1))
        there[i, j] = True
    return heat, aim, there


def batches(n: int, size: int, rounds: int, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Rows of each step, every one once a round."""
    for _ in range(rounds):
        order = rng.permutation(n)
        for start in range(0, n, size):
            yield order[start : start + size]
