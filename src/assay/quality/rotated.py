"""Rotated boxes of one author on many items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from assay.quality.boxes import LARGEST_PX
from assay.quality.errors import MarkInvalidError
from assay.quality.marks import Longs, Marks, table, whole_numbers

_SIGNS: Final = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])


@dataclass(frozen=True, eq=False)
class RotatedBoxes(Marks):
    """Rotated boxes of one author over an ordered list of items (see `Marks`).

    Attributes:
        offsets: (n_items + 1,) int64.
        geometry: (n, 5) float64, centre x, centre y, width, height in pixels, angle in radians clockwise (y is down).
        classes: (n,) int32.
    """

    offsets: Longs
    geometry: NDArray[np.float64]
    classes: NDArray[np.int32]

    def __post_init__(self) -> None:
        self._set(
            offsets=whole_numbers("Offsets", self.offsets, np.int64),
            geometry=table("Rotated boxes", self.geometry, 5),
            classes=whole_numbers("Classes", self.classes, np.int32),
        )
        self._check_rows(len(self.geometry))
        g = self.geometry
        right = (np.abs(g) <= LARGEST_PX).all(axis=1) & (g[:, 2:4] > 0).all(axis=1)
        if not right.all():
            row = int(np.argmin(right))
            need = "a finite centre and angle, and width and height above 0, within a thousand million pixels"
            raise MarkInvalidError("rotated box", tuple(g[row].tolist()), need=need, **self._locate(row))

    @property
    def areas(self) -> NDArray[np.float64]:
        """(n,) area of each box in square pixels."""
        return np.asarray(self.geometry[:, 2] * self.geometry[:, 3], np.float64)

    @property
    def corners(self) -> NDArray[np.float64]:
        """(n, 4, 2) corners, clockwise from the one that is top left before the turn."""
        g = self.geometry
        c, s = np.cos(g[:, 4]), np.sin(g[:, 4])
        offset = _SIGNS * g[:, None, 2:4]
        x = offset[..., 0] * c[:, None] - offset[..., 1] * s[:, None]
        y = offset[..., 0] * s[:, None] + offset[..., 1] * c[:, None]
        return np.stack([x + g[:, None, 0], y + g[:, None, 1]], axis=2)

    @property
    def envelopes(self) -> NDArray[np.float64]:
        """(n, 4) enclosing boxes, x_min y_min x_max y_max."""
        corners = self.corners
        return np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)

    @property
    def sort_keys(self) -> NDArray[np.float64]:
        """(n, 9) enclosing box, then centre, size and angle."""
        return np.hstack([self.envelopes, self.geometry])

    def _rows(self, offsets: Longs, items: Longs, rows: Longs) -> Self:
        del items
        return self._trusted(offsets=offsets, geometry=self.geometry[rows], classes=self.classes[rows])
