"""Fates of many objects at once turned into the boxes of one person: for statistics without a server."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from assay.demo.fates import Fate, Fates
from assay.quality.boxes import Boxes

JITTER: Final = 0.02
ECHO_SHARE: Final = (0.5, 0.62)  # how far a shadow hangs below the box
_MOVED: Final = (0.25, -0.4, 0.65)  # shifted, cut or longer on any side alike; all of them still match
_OUTWARD: Final = np.array([-1.0, -1.0, 1.0, 1.0])
_SMALLEST_PX: Final = 0.5

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


def sheet_of(
    fates: Fates,
    *,
    image: Longs,
    order: Longs,
    boxes: Floats,
    classes: NDArray[np.int32],
    on_edge: NDArray[np.bool_],
    sizes_px: Floats,
    pair: tuple[int, int] | None,
    rng: Generator,
) -> Boxes:
    """Draw what one person's fates look like.

    Args:
        fates: of N objects on M images.
        image: (N,) the image each object lies on, as numbered on the sheet.
        order: (M,) the same for the images in the order of `fates.n_spurious`.
        boxes: (N, 4) where the objects are.
        classes: (N,) what they are.
        on_edge: (N, 4) sides that lie on the picture's edge and stay there.
        sizes_px: (M, 2) width and height of the images of the sheet.
        pair: two classes that the person takes for one another.
        rng: the only source of randomness.
    """
    drawn = np.clip(_moved(fates, boxes, rng), 0, np.tile(sizes_px, 2)[image])
    drawn[on_edge] = boxes[on_edge]
    named = _named(fates, classes, pair, rng)
    kept = fates.fate != Fate.MISSED
    invented_on = np.repeat(order, fates.n_spurious)
    like = rng.integers(0, len(boxes), len(invented_on))
    extent = (boxes[:, 2:] - boxes[:, :2])[like]
    corner = rng.random((len(like), 2)) * np.maximum(sizes_px[invented_on] - extent, 1.0)
    every = np.concatenate([drawn[kept], np.hstack([corner, corner + extent])])
    where = np.concatenate([image[kept], invented_on])
    code = np.concatenate([named[kept], classes[like]])
    proper = ((every[:, 2:] - every[:, :2]) >= _SMALLEST_PX).all(axis=1)
    every, where, code = every[proper], where[proper], code[proper]
    by_image = np.argsort(where, kind="stable")
    offsets = np.searchsorted(where[by_image], np.arange(len(sizes_px) + 1))
    return Boxes(offsets.astype(np.int64), every[by_image], code[by_image].astype(np.int32))


def _moved(fates: Fates, boxes: Floats, rng: Generator) -> Floats:
    reach = rng.normal(0, JITTER, (len(boxes), 4))
    echoed = fates.fate == Fate.ECHOED
    reach[echoed, 3] += rng.uniform(*ECHO_SHARE, int(echoed.sum()))
    for row in np.flatnonzero(fates.fate == Fate.MISLOCALISED):
        side, way = int(rng.integers(4)), int(rng.integers(3))
        reach[row, side] += _MOVED[way]
        reach[row, (side + 2) % 4] -= _MOVED[way] if way == 0 else 0.0
    return np.asarray(boxes + _OUTWARD * reach * np.tile(boxes[:, 2:] - boxes[:, :2], 2), np.float64)


def _named(fates: Fates, classes: NDArray[np.int32], pair: tuple[int, int] | None, rng: Generator) -> NDArray[np.int32]:
    n_classes = int(classes.max(initial=0)) + 1
    named = classes.copy()
    wrong = fates.fate == Fate.MISCLASSIFIED
    if n_classes > 1:
        named[wrong] = (named[wrong] + rng.integers(1, n_classes, int(wrong.sum()))) % n_classes
    if pair is not None:
        confused = fates.fate == Fate.CONFUSED
        named[confused] = np.where(classes[confused] == pair[0], pair[1], pair[0])
    return named
