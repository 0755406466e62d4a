"""Geometry of one mark on its way into the marks table: built from a stranger's numbers, checked, with its envelope."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.formats import rle
from assay.formats.limits import MAX_MASK_PX, MAX_PX, MAX_RING_CHECKED_POINTS, MAX_RING_POINTS, MIN_SIDE_PX
from assay.formats.values import RowError
from assay.kernel.marks import BBOX, KEYPOINTS, MASK, POINT, POLYGON, POLYLINE, ROTATED_BBOX, TAG

Box = tuple[float, float, float, float]
Ring = list[float]
Parts = list[list[Ring]]

_XY, _XYV = 2, 3
_MIN_RING = 3 * _XY
N_ELLIPSE = 64
_SAME_BOX_PX = 1.0  # a source's box this near its outline is the same box, rounded


@dataclass(frozen=True, slots=True)
class Shape:
    """The geometry columns of one row of the marks table."""

    kind: str
    box: Box | None
    rotated: list[float] | None = None
    polygon: Parts | None = None
    rle: str | None = None
    points: list[float] | None = None


def tag() -> Shape:
    """A label of the whole picture."""
    return Shape(TAG, None)


def bbox(x_min: float, y_min: float, x_max: float, y_max: float) -> Shape:
    """An upright box from its edges in pixels; swapped ones and those thinner than a millionth are refused."""
    box = (x_min, y_min, x_max, y_max)
    _in_range(box)
    if min(x_max - x_min, y_max - y_min) < MIN_SIDE_PX:
        is_swapped = x_max < x_min or y_max < y_min
        raise RowError(f"the box {_text(box)} {'has its corners swapped' if is_swapped else 'is empty'}")
    return Shape(BBOX, box)


def rotated_bbox(x: float, y: float, width: float, height: float, angle_rad: float) -> Shape:
    """A turned box from centre, size and clockwise angle."""
    _in_range((x, y, width, height, angle_rad))
    if min(width, height) < MIN_SIDE_PX:
        raise RowError(f"the turned box of {width:g} × {height:g} px is empty")
    corners = corners_of([x, y, width, height, angle_rad])
    return Shape(ROTATED_BBOX, _envelope(corners), rotated=[x, y, width, height, angle_rad])


def corners_of(rotated: Sequence[float]) -> Ring:
    """The four corners of a turned box, starting at its own top left, clockwise."""
    x, y, width, height, angle = rotated
    across = (math.cos(angle) * width / 2, math.sin(angle) * width / 2)
    down = (-math.sin(angle) * height / 2, math.cos(angle) * height / 2)
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return [v for a, d in signs for v in (x + a * across[0] + d * down[0], y + a * across[1] + d * down[1])]


def rotated_of_corners(corners: Sequence[float]) -> Shape:
    """A turned box from four corners in order; `RowError` when they are no rectangle within a pixel."""
    x0, y0, x1, y1, x2, y2, x3, y3 = corners
    centre = ((x0 + x1 + x2 + x3) / 4, (y0 + y1 + y2 + y3) / 4)
    width, height = math.hypot(x1 - x0, y1 - y0), math.hypot(x2 - x1, y2 - y1)
    shape = rotated_bbox(*centre, width, height, math.atan2(y1 - y0, x1 - x0))
    assert shape.rotated is not None
    if max(abs(a - b) for a, b in zip(corners, corners_of(shape.rotated), strict=True)) > 1:
        raise RowError("the four corners are no rectangle")
    return shape


def polygon(parts: Parts) -> Shape:
    """Parts of rings (first outer, others holes) of x y x y …; every ring needs three corners and some extent."""
    if not parts or not all(parts):
        raise RowError("the polygon has no ring")
    for part in parts:
        for ring in part:
            _check_ring(ring)
    box = _envelope([v for part in parts for v in part[0]])
    if min(box[2] - box[0], box[3] - box[1]) < MIN_SIDE_PX:
        raise RowError("the polygon has no area")
    return Shape(POLYGON, box, polygon=parts)


def _check_ring(ring: Ring) -> None:
    if len(ring) % _XY:
        raise RowError("a ring has an odd number of coordinates")
    if len(ring) < _MIN_RING:
        raise RowError(f"a ring has {len(ring) // _XY} points; a polygon needs three")
    if len(ring) > MAX_RING_POINTS * _XY:
        raise RowError(f"a ring has {len(ring) // _XY} points, over the limit of {MAX_RING_POINTS}")
    _in_range(ring)


def ellipse(x: float, y: float, radius_x: float, radius_y: float, angle_rad: float = 0.0) -> Shape:
    """An ellipse as a polygon of 64 corners on it; its area is 0.2 % small, which the caller must note as a repair."""
    if radius_x <= 0 or radius_y <= 0:
        raise RowError("the ellipse has no extent")
    turns = np.arange(N_ELLIPSE) * (2 * math.pi / N_ELLIPSE)
    along, across = radius_x * np.cos(turns), radius_y * np.sin(turns)
    xs = x + along * math.cos(angle_rad) - across * math.sin(angle_rad)
    ys = y + along * math.sin(angle_rad) + across * math.cos(angle_rad)
    return polygon([[[float(v) for v in np.stack([xs, ys], axis=1).ravel()]]])


def mask_of_array(pixels: NDArray[np.bool_]) -> Shape:
    """A mask from its (height, width) pixels."""
    height, width = pixels.shape
    return mask(rle.counts_of_mask(pixels), width, height)


def mask_of_window(pixels: NDArray[np.bool_], left: int, top: int, size: tuple[int, int]) -> Shape:
    """A mask from the pixels of a window that must lie inside the picture of `size` (width, height)."""
    width, height = size
    if width * height > MAX_MASK_PX:
        raise RowError(f"the mask covers {width * height} px, over the limit of {MAX_MASK_PX}")
    rows, columns = pixels.shape
    if left < 0 or top < 0 or left + columns > width or top + rows > height:
        raise RowError("the mask reaches over the picture's edge")
    whole = np.zeros((height, width), dtype=np.bool_)
    whole[top : top + rows, left : left + columns] = pixels
    return mask_of_array(whole)


def mask(counts: Sequence[int], width_px: int, height_px: int) -> Shape:
    """A mask over the whole picture from its run lengths, column by column."""
    rle.check_counts(counts, width_px, height_px)
    return Shape(MASK, rle.box_of_counts(counts, height_px), rle=rle.string_of_counts(counts))


def polyline(points: Ring) -> Shape:
    """An open line of at least two points."""
    if len(points) % _XY or len(points) < 2 * _XY:
        raise RowError("a line needs two points of two coordinates each")
    if len(points) > MAX_RING_POINTS * _XY:
        raise RowError(f"a line has {len(points) // _XY} points, over the limit of {MAX_RING_POINTS}")
    _in_range(points)
    return Shape(POLYLINE, _envelope(points), points=points)


def point(x: float, y: float) -> Shape:
    """One point; its envelope has no extent."""
    _in_range((x, y))
    return Shape(POINT, (x, y, x, y), points=[x, y])


def keypoints(
    values: Ring, *, names: Sequence[str] = (), box: Box | None = None, outline: Parts | None = None
) -> Shape:
    """Points x y v with v 0 (not labelled), 1 (hidden) or 2 (visible).

    Args:
        values: three numbers a point.
        names: of the points; their count must agree when there are any.
        box: the source's box; the envelope of the labelled points when None.
        outline: the source's polygon of the same thing.
    """
    if not values or len(values) % _XYV or (names and len(values) != _XYV * len(names)):
        wanted = f"{_XYV * len(names)}" if names else "three for each point"
        raise RowError(f"there are {len(values)} keypoint numbers, not {wanted}", place=".keypoints")
    if len(values) > MAX_RING_POINTS * _XYV:
        raise RowError(f"there are more than {MAX_RING_POINTS} keypoints", place=".keypoints")
    _in_range(values)
    if any(v not in {0, 1, 2} for v in values[2::3]):
        raise RowError("a keypoint's visibility is not 0, 1 or 2", place=".keypoints")
    labelled = [v for i in range(0, len(values), _XYV) if values[i + 2] for v in values[i : i + 2]]
    if not labelled:
        raise RowError("no keypoint is labelled", place=".keypoints")
    return Shape(KEYPOINTS, box or _envelope(labelled), points=values, polygon=outline)


def with_source_box(shape: Shape, box: Box) -> tuple[Shape, bool]:
    """Keep the source's own box where it agrees with the outline to a pixel.

    Returns:
        The shape with the source's box, and whether it agreed; when not, the outline's envelope stays.
    """
    assert shape.box is not None
    if max(abs(a - b) for a, b in zip(shape.box, box, strict=True)) <= _SAME_BOX_PX:
        return Shape(shape.kind, box, shape.rotated, shape.polygon, shape.rle, shape.points), True
    return shape, False


def crosses_itself(ring: Sequence[float]) -> bool:
    """Whether two sides of a ring that are no neighbours meet; rings of more than 300 points are not looked at."""
    n = len(ring) // _XY
    if not 4 <= n <= MAX_RING_CHECKED_POINTS:  # noqa: PLR2004 - a triangle cannot
        return False
    p = np.asarray(ring, dtype=np.float64).reshape(n, _XY)
    q = np.roll(p, -1, axis=0)
    i, j = np.triu_indices(n, k=2)
    apart = (i != 0) | (j != n - 1)  # the last side is a neighbour of the first
    i, j = i[apart], j[apart]
    left = _side_of(p[i], q[i], p[j]) * _side_of(p[i], q[i], q[j])
    right = _side_of(p[j], q[j], p[i]) * _side_of(p[j], q[j], q[i])
    return bool(((left < 0) & (right < 0)).any())


def _side_of(a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
    cross = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    return np.sign(cross)


def area_of_ring(ring: Sequence[float]) -> float:
    """Area inside a ring by the shoelace formula, without sign."""
    xs, ys = np.asarray(ring[0::2]), np.asarray(ring[1::2])
    xs, ys = xs - xs[0], ys - ys[0]  # near the origin the products lose less
    return float(abs(np.dot(xs, np.roll(ys, -1)) - np.dot(ys, np.roll(xs, -1))) / 2)


def rasterise(parts: Parts, width_px: int, height_px: int) -> NDArray[np.bool_]:
    """Fill polygons with holes: a pixel belongs to a part when its centre lies inside by the even-odd rule.

    A centre exactly on a left or upper side counts as inside, on a right or lower side as outside; parts unite.
    """
    total = np.zeros((height_px, width_px), dtype=np.bool_)
    for part in parts:
        toggles = np.zeros((height_px, width_px + 1), dtype=np.int32)
        for ring in part:
            _toggle(toggles, ring, width_px, height_px)
        total |= np.cumsum(toggles, axis=1)[:, :width_px] % 2 == 1
    return total


def _toggle(toggles: NDArray[np.int32], ring: Ring, width_px: int, height_px: int) -> None:
    """Count, per row, the crossings of a ring left of or at each pixel's centre."""
    n = len(ring) // _XY
    for k in range(n):
        x0, y0 = ring[2 * k], ring[2 * k + 1]
        x1, y1 = ring[2 * ((k + 1) % n)], ring[2 * ((k + 1) % n) + 1]
        if y0 == y1:
            continue
        if y0 > y1:
            x0, y0, x1, y1 = x1, y1, x0, y0
        first, last = max(0, math.ceil(y0 - 0.5)), min(height_px, math.ceil(y1 - 0.5))
        if first >= last:
            continue
        rows = np.arange(first, last)
        xs = x0 + (rows + 0.5 - y0) * ((x1 - x0) / (y1 - y0))
        columns = np.clip(np.ceil(xs - 0.5), 0, width_px).astype(np.int64)
        toggles[rows, columns] += 1


def _envelope(points: Sequence[float]) -> Box:
    xs, ys = points[0::2], points[1::2]
    return min(xs), min(ys), max(xs), max(ys)


def _in_range(values: Sequence[float]) -> None:
    # The sum finds NaN, which no comparison does.
    if min(values) < -MAX_PX or max(values) > MAX_PX or not math.isfinite(sum(values)):
        raise RowError(f"a coordinate is beyond {MAX_PX:g} px")


def _text(box: Box) -> str:
    return "[" + ", ".join(f"{v:g}" for v in box) + "]"
