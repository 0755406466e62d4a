"""Polylines of one author on many items, and how far two of them are apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.quality.errors import MarkInvalidError, MarksMisshapenError
from assay.quality.marks import Longs, Marks, table, whole_numbers

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Polylines(Marks):
    """Polylines of one author over an ordered list of items (see `Marks`); a single point is a line without length.

    Attributes:
        offsets: (n_items + 1,) int64.
        starts: (n + 1,) int64, where each line's points begin; each has at least one.
        points: (n_points, 2) float64, x and y in pixels.
        classes: (n,) int32.
    """

    offsets: Longs
    starts: Longs
    points: Floats
    classes: NDArray[np.int32]

    def __post_init__(self) -> None:
        self._set(
            offsets=whole_numbers("Offsets", self.offsets, np.int64),
            starts=whole_numbers("Starts", self.starts, np.int64),
            points=table("Points", self.points, 2),
            classes=whole_numbers("Classes", self.classes, np.int32),
        )
        self._check_rows(len(self.starts) - 1)
        if self.starts[0] != 0 or self.starts[-1] != len(self.points) or (np.diff(self.starts) < 1).any():
            raise MarksMisshapenError(f"Starts do not cut {len(self.points)} points into lines of at least one.")
        wrong = ~np.isfinite(self.points).all(axis=1)
        if wrong.any():
            row = int(np.searchsorted(self.starts, np.argmax(wrong), side="right")) - 1
            raise MarkInvalidError("line", self.line(row).tolist(), need="finite points", **self._locate(row))

    def line(self, row: int) -> Floats:
        """(k, 2) points of one line."""
        return self.points[self.starts[row] : self.starts[row + 1]]

    @property
    def sort_keys(self) -> NDArray[np.float64]:
        """(n, 6) enclosing box and the sum of all points."""
        if len(self) == 0:
            return np.empty((0, 6))
        ends = [rule.reduceat(self.points, self.starts[:-1], axis=0) for rule in (np.minimum, np.maximum, np.add)]
        return np.hstack(ends)

    def _rows(self, offsets: Longs, items: Longs, rows: Longs) -> Self:
        del items
        counts = np.diff(self.starts)[rows]
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        chosen = np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], counts)
        return self._trusted(offsets=offsets, starts=starts, points=self.points[chosen], classes=self.classes[rows])


@dataclass(frozen=True)
class LineDistance:
    """How far two lines are apart, in pixels.

    Attributes:
        mean: mean distance of a point of one line from the other line, over both lines alike.
        largest: the farthest that any point of either lies from the other (Hausdorff distance).
    """

    mean: float
    largest: float


def line_distance(a: ArrayLike, b: ArrayLike, *, step_px: float = 1.0) -> LineDistance:
    """Measure two lines (k, 2) against each other.

    Each line is walked in equal steps of at most `step_px`, corners included; from every point the exact distance to
    the other line is taken. Direction does not matter. The error of `mean` is below step_px / 4.
    """
    one, two = _line(a), _line(b)
    there, back = _distances(one, two, step_px), _distances(two, one, step_px)
    return LineDistance(float((_mean(*there) + _mean(*back)) / 2), float(max(there[0].max(), back[0].max())))


def line_similarity(a: ArrayLike, b: ArrayLike, *, tolerance_px: float, step_px: float = 1.0) -> float:
    """Harmonic mean of the shares of each line that lie within `tolerance_px` of the other, in [0, 1].

    The share of the drawn line is its correctness, that of the gold line its completeness.

    Reference: Heipke, Mayer, Wiedemann, Jamet (1997), "Evaluation of Automatic Road Extraction".
    """
    one, two = _line(a), _line(b)
    shares = []
    for line, other in ((one, two), (two, one)):
        distance, weight = _distances(line, other, step_px)
        shares.append(float(weight[distance <= tolerance_px].sum() / weight.sum()))
    return 2 * shares[0] * shares[1] / sum(shares) if sum(shares) else 0.0


def _line(points: ArrayLike) -> Floats:
    line = np.asarray(points, np.float64).reshape(-1, 2)
    if len(line) == 0 or not np.isfinite(line).all():
        raise MarksMisshapenError(f"A line of {len(line)} points needs at least one, all finite.")
    return line


def _distances(line: Floats, other: Floats, step_px: float) -> tuple[Floats, Floats]:
    """Distance of points along `line` from `other`, and the length each point stands for."""
    points, weights = _walk(line, step_px)
    starts, ends = (other, other) if len(other) == 1 else (other[:-1], other[1:])
    nearest = np.full(len(points), np.inf)
    for start, end in zip(starts, ends, strict=True):
        side = end - start
        length = side @ side
        t = np.clip((points - start) @ side / length, 0, 1) if length > 0 else np.zeros(len(points))
        nearest = np.minimum(nearest, np.hypot(*(points - start - t[:, None] * side).T))
    return nearest, weights


def _walk(line: Floats, step_px: float) -> tuple[Floats, Floats]:
    """Points along a line and the length each stands for; a line without length is one point of weight 1."""
    sides = np.hypot(*np.diff(line, axis=0).T) if len(line) > 1 else np.zeros(0)
    if sides.sum() == 0:
        return line[:1], np.ones(1)
    points, weights = [], []
    for start, end, length in zip(line[:-1], line[1:], sides, strict=True):
        n = max(1, int(np.ceil(length / step_px)))
        points.append(start + np.linspace(0, 1, n + 1)[:, None] * (end - start))
        weight = np.full(n + 1, length / n)
        weight[[0, -1]] /= 2
        weights.append(weight)
    return np.concatenate(points), np.concatenate(weights)


def _mean(distance: Floats, weight: Floats) -> float:
    return float(distance @ weight / weight.sum())
