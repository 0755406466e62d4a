"""How well two outlines agree: IoU of the bands just inside them, which large masks cannot hide behind their area."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.quality.errors import ShapesDifferError
from assay.quality.masks import Masks

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

BAND: Final = 0.02  # width of the band, as a share of the picture's diagonal


def boundary_iou(left: Masks, rows: ArrayLike, right: Masks, cols: ArrayLike, *, band: float = BAND) -> Floats:
    """Measure pairs of masks by the bands inside their outlines.

    Args:
        left: masks.
        rows: (n,) rows of `left`.
        right: masks over the same items.
        cols: (n,) rows of `right`, each on the item of its partner.
        band: width of the band as a share of the picture's diagonal; at least one pixel. Distance is counted along
            rows, columns and diagonals alike, and the picture's edge is an outline, as in the reference.

    Returns:
        (n,) in [0, 1]; 0 where both are empty.

    Reference: Cheng et al. (2021), "Boundary IoU: Improving Object-Centric Image Segmentation Evaluation", eq. 3.
    """
    one, two = np.asarray(rows, np.int64), np.asarray(cols, np.int64)
    if not np.array_equal(left.items[one], right.items[two]) or not np.array_equal(left.sizes, right.sizes):
        raise ShapesDifferError("masks of some pictures", "masks of others")
    found = np.zeros(len(one))
    for place, (row, col) in enumerate(zip(one.tolist(), two.tolist(), strict=True)):
        height, width = left.sizes[left.items[row]].tolist()
        reach = max(1, round(band * float(np.hypot(height, width))))
        a, b = (inner_band(masks, number, reach) for masks, number in ((left, row), (right, col)))
        x_min, x_max = min(a[1][0], b[1][0]), max(a[1][2], b[1][2])
        y_min, y_max = min(a[1][1], b[1][1]), max(a[1][3], b[1][3])
        pictures = []
        for picture, (x, y, _, _) in (a, b):
            whole = np.zeros((y_max - y_min, x_max - x_min), np.bool_)
            whole[y - y_min : y - y_min + picture.shape[0], x - x_min : x - x_min + picture.shape[1]] = picture
            pictures.append(whole)
        union = np.count_nonzero(pictures[0] | pictures[1])
        found[place] = np.count_nonzero(pictures[0] & pictures[1]) / union if union else 0.0
    return found


def inner_band(masks: Masks, row: int, reach: int) -> tuple[Flags, tuple[int, int, int, int]]:
    """The set pixels within `reach` of the outside, cut out of the picture, and the x_min, y_min, x_max, y_max cut."""
    x_min, y_min, x_max, y_max = (int(side) for side in masks.envelopes[row].tolist())
    height = int(masks.sizes[masks.items[row], 0])
    change = np.zeros((x_max - x_min) * height + 1, np.int8)
    starts, ends = masks.runs_of(row)
    change[starts - x_min * height] += 1
    change[ends - x_min * height] -= 1
    picture = np.cumsum(change[:-1]).astype(np.bool_).reshape(x_max - x_min, height).T[y_min:y_max]
    return picture & ~_eroded(picture, reach), (x_min, y_min, x_max, y_max)


def _eroded(picture: Flags, reach: int) -> Flags:
    """Pixels whose whole square of 2 reach + 1 is set; outside the cut nothing is."""
    side = 2 * reach + 1
    sums = np.zeros((picture.shape[0] + side, picture.shape[1] + side), np.int64)
    sums[reach + 1 : reach + 1 + picture.shape[0], reach + 1 : reach + 1 + picture.shape[1]] = picture
    sums = sums.cumsum(axis=0).cumsum(axis=1)
    inside = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    return np.asarray(inside == side * side)
