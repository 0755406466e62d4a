"""Rotated boxes in plain numpy, by the hull of corners and crossings; checks the compiled clipping."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PARALLEL = 1e-9  # sine of the angle below which two sides are parallel


def overlap_rotated(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None:
    """Write the area that rotated boxes `rows` of `a` and `cols` of `b` share.

    The shared part is the convex hull of the corners of each that lie in the other and of the crossings of their sides.
    """
    for pair, (row, col) in enumerate(zip(rows, cols, strict=True)):
        one, two = _corners(a[row]), _corners(b[col] - [*a[row][:2], 0, 0, 0] + 0.0)
        one = one - a[row][:2]
        points = np.array([*_inside(one, two), *_inside(two, one), *_crossings(one, two)])
        out[pair] = _hull_area(points) if len(points) else 0.0


def _corners(box: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y, w, h, angle = box
    c, s = np.cos(angle), np.sin(angle)
    signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) / 2 * (w, h)
    return np.asarray(signs @ np.array([(c, s), (-s, c)]) + (x, y), np.float64)


def _inside(points: NDArray[np.float64], box: NDArray[np.float64]) -> NDArray[np.float64]:
    """Those of the points that lie in the box, its edge included."""
    side = np.roll(box, -1, axis=0) - box
    to_point = points[:, None] - box
    left_of = side[:, 0] * to_point[..., 1] - side[:, 1] * to_point[..., 0]
    slack = 1e-12 * np.abs(side).sum() * np.abs(side).max()
    return np.asarray(points[(left_of >= -slack).all(axis=1)])


def _crossings(one: NDArray[np.float64], two: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    found = []
    for p, d in zip(one, np.roll(one, -1, axis=0) - one, strict=True):
        for q, e in zip(two, np.roll(two, -1, axis=0) - two, strict=True):
            cross = d[0] * e[1] - d[1] * e[0]
            if abs(cross) <= PARALLEL * np.hypot(*d) * np.hypot(*e):
                continue  # sides along one another meet in corners, which are there already
            t = ((q - p)[0] * e[1] - (q - p)[1] * e[0]) / cross
            u = ((q - p)[0] * d[1] - (q - p)[1] * d[0]) / cross
            if 0 <= t <= 1 and 0 <= u <= 1:
                found.append(p + t * d)
    return found


def _hull_area(points: NDArray[np.float64]) -> float:
    """Area of convex points in any order: sorted around their middle, then the surveyor's formula."""
    x, y = (points - points.mean(axis=0)).T
    order = np.argsort(np.arctan2(y, x))
    x, y = x[order], y[order]
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)
