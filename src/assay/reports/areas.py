"""Areas of marks in the shape the kernel compares: rotated boxes, or masks filled from polygons and run lengths."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from assay.kernel.marks import BBOX, MASK, POLYGON, ROTATED_BBOX
from assay.quality import Boxes, Marks, Masks, RotatedBoxes, as_masks

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

AreaKind = Literal["boxes", "rotated", "masks"]
MOST_MASK_PX: Final = 40_000_000  # of one picture; beyond, marks are compared by their boxes


def area_kind(shapes: set[str], size_px: Floats) -> AreaKind:
    """How marks of these shapes are best compared; `size_px` (n, 2) of the pictures they lie on."""
    if shapes <= {BBOX}:
        return "boxes"
    if shapes <= {BBOX, ROTATED_BBOX}:
        return "rotated"
    whole = np.isfinite(size_px).all() and (np.prod(size_px, axis=1) <= MOST_MASK_PX).all()
    return "masks" if whole else "boxes"


def areas_of(table: pa.Table, offsets: Longs, size_px: Floats, classes: Longs, kind: AreaKind) -> Marks:
    """Rows of a table of marks, by picture, as rotated boxes or masks.

    Args:
        table: rows in the order of the pictures.
        offsets: (n_items + 1,) where each picture's rows begin.
        size_px: (n_items, 2) width and height.
        classes: (n,) class numbers.
        kind: `rotated` or `masks`.
    """
    codes = classes.astype(np.int32)
    if kind == "rotated":
        return RotatedBoxes(offsets, _turned(table), codes)
    sizes = np.maximum(np.rint(size_px[:, ::-1]), 1).astype(np.int32)
    shapes = np.array(table["shape"].to_pylist(), np.str_)
    item = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    texts: list[str | None] = table["rle"].to_pylist()
    out: list[str] = [""] * len(shapes)
    for shape in np.unique(shapes).tolist():
        rows = np.flatnonzero(shapes == shape)
        own = np.searchsorted(item[rows], np.arange(len(offsets))).astype(np.int64)
        if shape == MASK:
            made = [texts[row] or "" for row in rows]
        else:
            made = _filled(table.take(pa.array(rows)), own, sizes, shape).to_rle()
        for row, text in zip(rows.tolist(), made, strict=True):
            out[row] = text
    return Masks.from_rle(offsets, sizes, out, codes)


def _filled(table: pa.Table, offsets: Longs, sizes: NDArray[np.int32], shape: str) -> Masks:
    nothing = np.zeros(len(table), np.int32)
    if shape == POLYGON:
        parts = table["polygon"].to_pylist()
        return Masks.from_polygons(offsets, sizes, parts, nothing)
    boxes = Boxes(offsets, _boxes(table), nothing) if shape == BBOX else RotatedBoxes(offsets, _turned(table), nothing)
    return as_masks(boxes, sizes)


def _boxes(table: pa.Table) -> Floats:
    return np.column_stack([table[side].to_numpy() for side in ("x_min_px", "y_min_px", "x_max_px", "y_max_px")])


def _turned(table: pa.Table) -> Floats:
    """(n, 5) centre, size and angle; upright boxes have angle 0."""
    out = np.zeros((len(table), 5))
    for row, (shape, turned) in enumerate(zip(table["shape"].to_pylist(), table["rotated"].to_pylist(), strict=True)):
        if shape == ROTATED_BBOX:
            out[row] = turned
    upright = out[:, 2] == 0
    box = _boxes(table)[upright]
    out[upright, :4] = np.hstack([(box[:, :2] + box[:, 2:]) / 2, box[:, 2:] - box[:, :2]])
    return out
