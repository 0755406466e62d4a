"""Axis-aligned boxes of one author on many items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from assay.quality.errors import MarkInvalidError
from assay.quality.marks import Longs, Marks, table, whole_numbers

LARGEST_PX: Final = 1e9  # beyond this, areas lose so many digits that an IoU means nothing


@dataclass(frozen=True, eq=False)
class Boxes(Marks):
    """Axis-aligned boxes of one author over an ordered list of items (see `Marks`).

    Attributes:
        offsets: (n_items + 1,) int64.
        xyxy: (n, 4) float64, x_min y_min x_max y_max in pixels, y down; each box has width and height above 0.
        classes: (n,) int32.
    """

    offsets: Longs
    xyxy: NDArray[np.float64]
    classes: NDArray[np.int32]

    def __post_init__(self) -> None:
        self._set(
            offsets=whole_numbers("Offsets", self.offsets, np.int64),
            xyxy=table("Boxes", self.xyxy, 4),
            classes=whole_numbers("Classes", self.classes, np.int32),
        )
        self._check_rows(len(self.xyxy))
        b = self.xyxy
        right = (np.abs(b) <= LARGEST_PX).all(axis=1)  # false for NaN and infinity too
        right &= (b[:, 0] < b[:, 2]) & (b[:, 1] < b[:, 3])
        if not right.all():
            row = int(np.argmin(right))
            need = "finite x_min < x_max and y_min < y_max, within a thousand million pixels"
            raise MarkInvalidError("box", tuple(b[row].tolist()), need=need, **self._locate(row))

    @classmethod
    def of(cls, items: Iterable[Sequence[Sequence[float]]], classes: Iterable[Sequence[int]] | None = None) -> Self:
        """Build from one list of (x_min, y_min, x_max, y_max) per item; all class 0 unless classes are given."""
        rows = [np.asarray(item, np.float64).reshape(-1, 4) for item in items]
        offsets = np.concatenate([[0], np.cumsum([len(r) for r in rows], dtype=np.int64)])
        xyxy = np.concatenate(rows) if rows else np.empty((0, 4))
        codes = [0] * len(xyxy) if classes is None else [code for item in classes for code in item]
        return cls(offsets, xyxy, np.array(codes, np.int32))

    @classmethod
    def empty(cls, n_items: int) -> Self:
        """Nothing drawn on any of `n_items` items."""
        return cls(np.zeros(n_items + 1, np.int64), np.empty((0, 4)), np.empty(0, np.int32))

    @property
    def sort_keys(self) -> NDArray[np.float64]:
        """(n, 4) the sides."""
        return self.xyxy

    def _rows(self, offsets: Longs, items: Longs, rows: Longs) -> Self:
        del items
        return self._trusted(offsets=offsets, xyxy=self.xyxy[rows], classes=self.classes[rows])
