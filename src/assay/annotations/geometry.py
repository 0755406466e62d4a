"""Whether the geometry of a mark is what its shape needs, and whether its box encloses it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from assay.kernel.marks import BBOX, KEYPOINTS, MASK, POINT, POLYGON, POLYLINE, ROTATED_BBOX, TAG
from assay.quality.errors import MarkInvalidError
from assay.quality.masks import Masks

Box = tuple[float, float, float, float]
ENVELOPE_TOLERANCE_PX: Final = 1e-3
"""How far a box may lie from the geometry it encloses: a page computes it with its own sines."""
FARTHEST_PX: Final = 1e7
NEEDS: Final = {
    ROTATED_BBOX: "rotated",
    POLYGON: "polygon",
    MASK: "rle",
    POLYLINE: "points",
    KEYPOINTS: "points",
    POINT: "points",
}
MAY_HAVE: Final = {KEYPOINTS: {"polygon"}}
_XY, _XYV, _ROTATED, _CORNERS = 2, 3, 5, 3


def geometry_problem(
    shape: str, geometry: dict[str, Any] | None, bbox: Box, width_px: int, height_px: int, *, envelopes: bool = True
) -> str | None:
    """What is wrong with a mark's geometry, as the end of a sentence about the mark; None when nothing is.

    Args:
        shape: one of the shapes of `kernel.marks`.
        geometry: `rotated` is centre, size and angle; `polygon` parts, rings, flat points; `rle` COCO's string over
            the whole picture; `points` x y ..., for keypoints x y v.
        bbox: the envelope that was handed in.
        width_px: of the upright picture.
        height_px: of the upright picture.
        envelopes: hold `bbox` against the geometry.
    """
    if shape in {BBOX, TAG} or (shape == POINT and not geometry):
        # The box of a point says everything; points from elsewhere have nothing else.
        return f"is a {shape} and has a geometry beside its box" if geometry else None
    try:
        found = _enclosing(shape, geometry or {}, width_px, height_px)
    except _WrongError as wrong:
        return str(wrong)
    worst = max(abs(a - b) for a, b in zip(found, bbox, strict=True)) if envelopes and shape != KEYPOINTS else 0.0
    if worst > ENVELOPE_TOLERANCE_PX:
        return f"has a box that lies {worst:.3g} px from the {shape} it encloses"
    return None


def _enclosing(shape: str, geometry: dict[str, Any], width_px: int, height_px: int) -> Box:
    needed = NEEDS[shape]
    if needed not in geometry:
        raise _WrongError(f"is a {shape} and has no geometry {needed!r}")
    unknown = set(geometry) - {needed} - MAY_HAVE.get(shape, set())
    if unknown:
        raise _WrongError(f"is a {shape} and has a geometry {min(unknown)!r}, which belongs to another shape")
    return _ENVELOPE[shape](geometry[needed], width_px, height_px)


class _WrongError(Exception):
    """What is wrong, in words."""


def _numbers(value: object, what: str) -> list[float]:
    if not isinstance(value, list) or not all(isinstance(v, int | float) and not isinstance(v, bool) for v in value):
        raise _WrongError(f"has {what} that is no list of numbers")
    if not all(math.isfinite(v) and abs(v) <= FARTHEST_PX for v in value):
        raise _WrongError(f"has {what} that lies nowhere near a picture")
    return value


def _around(xs: Sequence[float], ys: Sequence[float]) -> Box:
    return min(xs), min(ys), max(xs), max(ys)


def _rotated(value: object, _width: int, _height: int) -> Box:
    box = _numbers(value, "a rotated box")
    if len(box) != _ROTATED or box[2] <= 0 or box[3] <= 0:
        raise _WrongError("needs centre, width and height above 0, and an angle")
    x, y, width, height, angle = box
    cos, sin = math.cos(angle), math.sin(angle)
    corners = [(dx * width / 2, dy * height / 2) for dx, dy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    return _around([x + dx * cos - dy * sin for dx, dy in corners], [y + dx * sin + dy * cos for dx, dy in corners])


def _polygon(value: object, _width: int, _height: int) -> Box:
    if not isinstance(value, list) or not value or not all(isinstance(part, list) and part for part in value):
        raise _WrongError("needs parts, each with an outer ring and its holes")
    xs: list[float] = []
    ys: list[float] = []
    for ring in (ring for part in value for ring in part):
        points = _numbers(ring, "a ring")
        if len(points) % _XY or len(points) < _CORNERS * _XY:
            raise _WrongError(f"has a ring of {len(points)} numbers; a ring has three corners or more")
        xs += points[0::2]
        ys += points[1::2]
    return _around(xs, ys)


def _mask(value: object, width: int, height: int) -> Box:
    if not isinstance(value, str):
        raise _WrongError("has a mask that is no run-length string")
    try:
        masks = Masks.from_rle([0, 1], [[height, width]], [value], [0])
    except (MarkInvalidError, UnicodeEncodeError) as error:
        raise _WrongError(f"has a mask that does not fill the picture of {width} x {height} px") from error
    if masks.areas[0] == 0:
        raise _WrongError("is a mask without a pixel")
    x_min, y_min, x_max, y_max = masks.envelopes[0].tolist()
    return x_min, y_min, x_max, y_max


def _line(value: object, _width: int, _height: int) -> Box:
    points = _numbers(value, "a line")
    if len(points) % _XY or len(points) < 2 * _XY:
        raise _WrongError(f"has a line of {len(points)} numbers; a line has two points or more")
    return _around(points[0::2], points[1::2])


def _point(value: object, _width: int, _height: int) -> Box:
    points = _numbers(value, "a point")
    if len(points) != _XY:
        raise _WrongError(f"has a point of {len(points)} numbers, not two")
    return points[0], points[1], points[0], points[1]


def _keypoints(value: object, _width: int, _height: int) -> Box:
    points = _numbers(value, "keypoints")
    if len(points) % _XYV or not points or not set(points[2::3]) <= {0, 1, 2}:
        raise _WrongError("has keypoints that are no x, y and visibility from 0 to 2")
    return 0.0, 0.0, 0.0, 0.0


_ENVELOPE: Final = {
    ROTATED_BBOX: _rotated,
    POLYGON: _polygon,
    MASK: _mask,
    POLYLINE: _line,
    KEYPOINTS: _keypoints,
    POINT: _point,
}
