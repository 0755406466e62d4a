"""Marks unlike the others of their class: size, shape, position, and marks of no extent."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.quality.boxes import Boxes
from assay.quality.findings.model import Look, Suspect, as_box, best_first, typical_rows

Floats = NDArray[np.float64]

MIN_OF_CLASS: Final = 30  # marks of a class, below which nothing is usual
FAR: Final = 5.0  # robust deviations from the median
LEAST_PX: Final = 2.0
EDGE_SHARE: Final = 0.004  # a side this near to the picture's edge, as a share of the picture, lies on it
_MAD: Final = 1.4826
_BAND: Final = 0.12  # deviation of a class that keeps to one height in the picture
_LEAST_SPREAD: Final = 0.05  # of a logarithm, or of the picture: tighter classes are no reason to suspect a pixel


def find_odd(boxes: Boxes, sizes_px: ArrayLike) -> list[Suspect]:
    """Find marks far from what is usual for their class.

    Size is the logarithm of the area, shape that of width over height, position the height of the centre in the
    picture; each is measured in robust deviations (median and 1.4826 times the median deviation) of its class, and
    reported from 5 on: a class of normal values has one such mark in two million. Position is judged only for classes
    that keep to a band (deviation below .12 of the picture). Marks cut by the picture's edge are not judged by size or
    shape. The score is 1 - 5 / (distance + 5), so .5 at the line.

    Args:
        boxes: one author's marks.
        sizes_px: (n_items, 2) width and height of the pictures.
    """
    sizes = np.asarray(sizes_px, np.float64)[boxes.items].reshape(-1, 2)
    extent = boxes.xyxy[:, 2:] - boxes.xyxy[:, :2]
    found = _without_extent(boxes, extent)
    near = EDGE_SHARE * sizes
    sides_out = np.hstack([boxes.xyxy[:, :2] <= near, boxes.xyxy[:, 2:] >= sizes - near])
    cut = np.asarray(sides_out.any(axis=1))
    thin = (extent < LEAST_PX).any(axis=1)
    size, shape = np.log(np.prod(extent, axis=1)), np.log(extent[:, 0] / extent[:, 1])
    height = (boxes.xyxy[:, 1] + boxes.xyxy[:, 3]) / 2 / sizes[:, 1]
    usual = typical_rows(np.prod(extent, axis=1), boxes.classes)
    for label_class in np.unique(boxes.classes).tolist():
        rows = np.flatnonzero((boxes.classes == label_class) & ~thin)
        if len(rows) < MIN_OF_CLASS:
            continue
        whole = rows[~cut[rows]]
        found += _far(boxes, whole, size[whole], "odd_size", usual[label_class])
        found += _far(boxes, whole, shape[whole], "odd_shape", usual[label_class])
        if _spread(height[rows]) < _BAND:
            found += _far(boxes, rows, height[rows], "odd_position", usual[label_class])
    return best_first(found)


def _without_extent(boxes: Boxes, extent: Floats) -> list[Suspect]:
    found = []
    for row in np.flatnonzero((extent < LEAST_PX).any(axis=1)).tolist():
        item = int(boxes.items[row])
        width, height = extent[row].tolist()
        found.append(
            Suspect(
                kind="no_extent",
                score=1.0,
                item=item,
                row=row,
                label_class=int(boxes.classes[row]),
                suggested_class=None,
                evidence={"width_px": round(width, 3), "height_px": round(height, 3)},
                looks=(Look(item, as_box(boxes.xyxy[row]), "mark"),),
            )
        )
    return found


def _spread(values: Floats) -> float:
    return float(max(_MAD * np.median(np.abs(values - np.median(values))), _LEAST_SPREAD))


def _far(boxes: Boxes, rows: NDArray[np.int64], values: Floats, kind: str, usual: int) -> list[Suspect]:
    if len(rows) < MIN_OF_CLASS:
        return []
    middle, spread = float(np.median(values)), _spread(values)
    distance = (values - middle) / spread
    found = []
    for place in np.flatnonzero(np.abs(distance) >= FAR).tolist():
        row, item = int(rows[place]), int(boxes.items[rows[place]])
        far = float(distance[place])
        width, height = (boxes.xyxy[row, 2:] - boxes.xyxy[row, :2]).tolist()
        found.append(
            Suspect(
                kind=kind,
                score=1 - FAR / (abs(far) + FAR),
                item=item,
                row=row,
                label_class=int(boxes.classes[row]),
                suggested_class=None,
                evidence={
                    "deviations": round(far, 3),
                    "width_px": round(width, 3),
                    "height_px": round(height, 3),
                    "of": len(rows),
                },
                looks=(
                    Look(item, as_box(boxes.xyxy[row]), "mark"),
                    Look(int(boxes.items[usual]), as_box(boxes.xyxy[usual]), "typical"),
                ),
            )
        )
    return found
