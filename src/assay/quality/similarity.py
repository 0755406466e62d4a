"""Which marks of two authors resemble each other, and how much, for every shape."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.kernel import native, native_masks
from assay.quality.boxes import Boxes
from assay.quality.errors import ItemsDifferError, ShapesDifferError, TooManyOverlapsError
from assay.quality.keypoints import COCO_SIGMAS, Keypoints, object_keypoint_similarity
from assay.quality.marks import Longs, Marks
from assay.quality.masks import Masks, Rings
from assay.quality.polylines import Polylines, line_similarity
from assay.quality.rotated import RotatedBoxes

Floats = NDArray[np.float64]

LINE_TOLERANCE_PX = 3.0


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of marks of the same item that have anything in common, by left row, then right row.

    Attributes:
        starts: (n_items + 1,) where each item's pairs begin.
        rows: (n_pairs,) left row.
        cols: (n_pairs,) right row.
        values: (n_pairs,) similarity in (0, 1].
    """

    starts: Longs
    rows: Longs
    cols: Longs
    values: Floats


def similar_pairs(left: Marks, right: Marks) -> Pairs:
    """Measure every pair of marks of the same item; pairs with similarity 0 are left out.

    Boxes, rotated boxes and masks: intersection over union. Keypoints: object keypoint similarity, the left side being
    gold. Polylines: share of length within 3 pixels. Both sides must have the same shape; `as_masks` turns any two
    areas into the same.
    """
    if left.n_items != right.n_items:
        raise ItemsDifferError(left.n_items, right.n_items)
    if type(left) is not type(right):
        raise ShapesDifferError(type(left).__name__, type(right).__name__)
    starts, rows, cols, values = _measure(left, right)
    alike = values > 0
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(alike)])[starts]
    return Pairs(starts, rows[alike], cols[alike], values[alike])


@singledispatch
def _measure(left: Marks, right: Any) -> tuple[Longs, Longs, Longs, Floats]:  # noqa: ANN401 - the left side's type
    raise ShapesDifferError(type(left).__name__, type(right).__name__)


@_measure.register
def _(left: Boxes, right: Boxes) -> tuple[Longs, Longs, Longs, Floats]:
    starts, rows, cols = _overlapping(left, left.xyxy, right, right.xyxy)
    a, b = left.xyxy[rows], right.xyxy[cols]
    extent = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    inter = extent[:, 0] * extent[:, 1]
    areas = [(box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1]) for box in (a, b)]
    return starts, rows, cols, inter / (areas[0] + areas[1] - inter)


@_measure.register
def _(left: RotatedBoxes, right: RotatedBoxes) -> tuple[Longs, Longs, Longs, Floats]:
    starts, rows, cols = _overlapping(left, left.envelopes, right, right.envelopes)
    inter = native.overlap_rotated(left.geometry, right.geometry, rows, cols)
    union = left.areas[rows] + right.areas[cols] - inter
    return starts, rows, cols, np.clip(inter / union, 0.0, 1.0)


@_measure.register
def _(left: Masks, right: Masks) -> tuple[Longs, Longs, Longs, Floats]:
    if not np.array_equal(left.sizes, right.sizes):
        item = int(np.argmax((left.sizes != right.sizes).any(axis=1)))
        raise ShapesDifferError(f"{left.sizes[item]} masks on item {item}", f"{right.sizes[item]} masks")
    starts, rows, cols = _overlapping(left, left.envelopes, right, right.envelopes)
    inter = native_masks.overlap_masks(left.runs, right.runs, rows, cols)
    return starts, rows, cols, inter / (left.areas[rows] + right.areas[cols] - inter)


@_measure.register
def _(left: Keypoints, right: Keypoints) -> tuple[Longs, Longs, Longs, Floats]:
    n_points = left.points.shape[1]
    if right.points.shape[1] != n_points:
        raise ShapesDifferError(f"{n_points} keypoints", f"{right.points.shape[1]} keypoints")
    sigmas = COCO_SIGMAS if n_points == len(COCO_SIGMAS) else np.full(n_points, COCO_SIGMAS.mean())
    starts, rows, cols = _all_pairs(left, right)
    alike = object_keypoint_similarity(left.points[rows], left.areas[rows], right.points[cols], sigmas)
    return starts, rows, cols, alike


@_measure.register
def _(left: Polylines, right: Polylines) -> tuple[Longs, Longs, Longs, Floats]:
    starts, rows, cols = _all_pairs(left, right)
    alike = [
        line_similarity(left.line(row), right.line(col), tolerance_px=LINE_TOLERANCE_PX)
        for row, col in zip(rows.tolist(), cols.tolist(), strict=True)
    ]
    return starts, rows, cols, np.array(alike, np.float64)


def _overlapping(left: Marks, left_boxes: Floats, right: Marks, right_boxes: Floats) -> tuple[Longs, Longs, Longs]:
    starts, rows, cols, stopped_at = native.box_pairs((left.offsets, left_boxes), (right.offsets, right_boxes))
    if stopped_at >= 0:
        raise TooManyOverlapsError(stopped_at, n_boxes=int(left.counts[stopped_at] + right.counts[stopped_at]))
    return starts, rows, cols


def _all_pairs(left: Marks, right: Marks) -> tuple[Longs, Longs, Longs]:
    """Every pair of the same item, by left row, then right row."""
    per_row = right.counts[left.items]
    rows = np.repeat(np.arange(len(left)), per_row)
    ends = np.cumsum(per_row)
    cols = np.arange(len(rows)) + np.repeat(right.offsets[left.items] - (ends - per_row), per_row)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(left.counts * right.counts)])
    return starts, rows, cols


def as_masks(marks: Boxes | RotatedBoxes | Masks, sizes: NDArray[np.int32]) -> Masks:
    """Fill boxes and rotated boxes at the size (n_items, 2) height, width of their items, as COCO does."""
    if isinstance(marks, Masks):
        return marks
    if isinstance(marks, Boxes):
        b = marks.xyxy
        corners = np.stack([b[:, [0, 1]], b[:, [0, 3]], b[:, [2, 3]], b[:, [2, 1]]], axis=1)
    else:
        corners = marks.corners
    n = len(marks)
    rings = Rings(
        np.ascontiguousarray(corners.reshape(-1, 2)),
        np.arange(0, 4 * n + 1, 4, dtype=np.int64),
        np.zeros(n, np.uint8),
        np.arange(n + 1, dtype=np.int64),
    )
    return Masks.from_rings(marks.offsets, sizes, rings, marks.classes)


def giou(a: Floats, b: Floats) -> Floats:
    """Generalised IoU of boxes (..., 4), broadcasting: IoU minus the empty share of the enclosing box, in (-1, 1].

    Reference: Rezatofighi et al. (2019), "Generalized Intersection over Union".
    """
    low, high = np.minimum(a[..., :2], b[..., :2]), np.maximum(a[..., 2:], b[..., 2:])
    extent = np.maximum(np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0)
    inter = extent.prod(axis=-1)
    union = (a[..., 2:] - a[..., :2]).prod(axis=-1) + (b[..., 2:] - b[..., :2]).prod(axis=-1) - inter
    hull = (high - low).prod(axis=-1)
    return np.asarray(inter / union - (hull - union) / hull, np.float64)
