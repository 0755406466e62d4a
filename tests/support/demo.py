"""Small sets of true items for tests of the simulated people."""

from __future__ import annotations

import numpy as np

from assay.demo.truth import Box, TruthItem, TruthObject, with_small_flags

CLASSES = ("red", "white", "plate")


def true_items(n_items: int = 60, *, seed: int = 0, most: int = 9) -> list[TruthItem]:
    """Items of 640 x 480 with up to `most` objects on a grid, some cut by the edge, hidden or with a reflection."""
    rng = np.random.default_rng(seed)
    items = []
    for number in range(n_items):
        cells = rng.permutation(20)[: int(rng.integers(0, most + 1))]
        objects = tuple(_an_object(rng, int(cell)) for cell in cells)
        items.append(TruthItem(f"item{number:04d}.jpg", 640, 480, objects, group_id=f"g{number // 4}", origin="real"))
    return with_small_flags(items)


def _an_object(rng: np.random.Generator, cell: int) -> TruthObject:
    left, top = (cell % 5) * 128.0, (cell // 5) * 120.0
    width, height = rng.uniform(30, 80), rng.uniform(30, 55)
    edge = bool(cell % 5 == 0)
    x = 0.0 if edge else left + rng.uniform(8, 30)
    y = top + rng.uniform(4, 10)
    box: Box = (x, y, x + width, y + height)
    echo = (box[0], box[1], box[2], box[3] + 0.6 * height) if rng.random() < 0.4 else None
    hidden = float(rng.choice([0.0, 0.6], p=[0.8, 0.2]))
    label_class = str(rng.choice(CLASSES, p=[0.6, 0.3, 0.1]))
    return TruthObject(label_class, box, box, edge, hidden, small=False, echo_box=echo)
