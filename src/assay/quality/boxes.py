"""Boxes of one author on many items, held as three plain arrays that the kernel reads without copying."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.quality.errors import BoxesMisshapenError, BoxInvalidError

LARGEST_PX = 1e9  # beyond this, areas lose so many digits that an IoU means nothing


@dataclass(frozen=True, eq=False)
class Boxes:
    """Axis-aligned boxes of one author over an ordered list of items.

    The boxes of item i are the rows `offsets[i]` up to, not including, `offsets[i + 1]`. An item without boxes is one
    that was looked at and left empty. The arrays are read-only views; nothing is copied when the types fit.

    Attributes:
        offsets: (n_items + 1,) int64, starts at 0, never falls, ends at the number of boxes.
        xyxy: (n, 4) float64, x_min y_min x_max y_max in pixels, y down; each box has width and height above 0.
        classes: (n,) int32, class numbers from 0.
    """

    offsets: NDArray[np.int64]
    xyxy: NDArray[np.float64]
    classes: NDArray[np.int32]

    def __post_init__(self) -> None:
        object.__setattr__(self, "offsets", _frozen_ints("Offsets", self.offsets, np.int64))
        object.__setattr__(self, "xyxy", _frozen_floats(self.xyxy))
        object.__setattr__(self, "classes", _frozen_ints("Classes", self.classes, np.int32))
        self._check_shape()
        self._check_values()

    @classmethod
    def of(cls, items: Iterable[Sequence[Sequence[float]]], classes: Iterable[Sequence[int]] | None = None) -> Self:
        """Build from one list of (x_min, y_min, x_max, y_max) per item; all class 0 unless classes are given."""
        rows = [np.asarray(item, np.float64).reshape(-1, 4) for item in items]
        offsets = np.concatenate([[0], np.cumsum([len(r) for r in rows], dtype=np.int64)])
        xyxy = np.concatenate(rows) if rows else np.empty((0, 4))
        codes = (
            np.zeros(len(xyxy), np.int32)
            if classes is None
            else np.array([code for item in classes for code in item], np.int32)
        )
        return cls(offsets, xyxy, codes)

    @classmethod
    def empty(cls, n_items: int) -> Self:
        """Nothing drawn on any of `n_items` items."""
        return cls(np.zeros(n_items + 1, np.int64), np.empty((0, 4)), np.empty(0, np.int32))

    @property
    def n_items(self) -> int:
        """How many items there are, empty ones included."""
        return len(self.offsets) - 1

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """(n_items,) boxes on each item."""
        return np.diff(self.offsets)

    @cached_property
    def items(self) -> NDArray[np.int64]:
        """(n,) the item each box lies on."""
        return np.repeat(np.arange(self.n_items, dtype=np.int64), self.counts)

    def __len__(self) -> int:
        return len(self.xyxy)

    def take(self, items: ArrayLike) -> Boxes:
        """The boxes of the chosen items, in the order given; an item may be taken more than once."""
        chosen = np.asarray(items)
        chosen = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen.astype(np.int64)
        counts = self.counts[chosen]
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        rows = np.arange(offsets[-1]) + np.repeat(self.offsets[chosen] - offsets[:-1], counts)
        return Boxes(offsets, self.xyxy[rows], self.classes[rows])

    def only(self, label_class: int) -> Boxes:
        """The boxes of one class, over the same items."""
        return self.where(self.classes == label_class)

    def where(self, keep: NDArray[np.bool_]) -> Boxes:
        """The boxes for which `keep` (n,) is true, over the same items."""
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(keep)])[self.offsets]
        return Boxes(offsets, self.xyxy[keep], self.classes[keep])

    def _check_shape(self) -> None:
        o, b, c = self.offsets, self.xyxy, self.classes
        if o.ndim != 1 or len(o) == 0 or o[0] != 0 or (np.diff(o) < 0).any():
            raise BoxesMisshapenError(f"Offsets of shape {o.shape} do not start at 0 and rise.")
        if b.ndim != 2 or b.shape[1] != 4:  # noqa: PLR2004 - four numbers make a box
            raise BoxesMisshapenError(f"Boxes of shape {b.shape} are not (n, 4).")
        if c.ndim != 1 or len(c) != len(b) or o[-1] != len(b):
            raise BoxesMisshapenError(f"Offsets end at {o[-1]}, but there are {len(b)} boxes and {c.shape} classes.")

    def _check_values(self) -> None:
        b = self.xyxy
        right = (np.abs(b) <= LARGEST_PX).all(axis=1)  # false for NaN and infinity too
        right &= (b[:, 0] < b[:, 2]) & (b[:, 1] < b[:, 3])
        if not right.all():
            wrong = ~right
            row = int(np.argmax(wrong))
            item = int(np.searchsorted(self.offsets, row, side="right")) - 1
            raise BoxInvalidError(item=item, row=row - int(self.offsets[item]), box=tuple(b[row].tolist()))
        if (self.classes < 0).any():
            row = int(np.argmax(self.classes < 0))
            raise BoxesMisshapenError(f"Class {self.classes[row]} of box {row} is below 0.")


def _frozen_ints(name: str, values: ArrayLike, dtype: type[np.int64 | np.int32]) -> NDArray[Any]:
    array = np.asarray(values)
    if array.size and array.dtype.kind not in "iu":
        raise BoxesMisshapenError(f"{name} are {array.dtype}, not whole numbers.")
    if array.size and (array.min() < np.iinfo(dtype).min or array.max() > np.iinfo(dtype).max):
        raise BoxesMisshapenError(f"{name} do not fit into {np.dtype(dtype)}.")
    return _read_only(np.ascontiguousarray(array, dtype))


def _frozen_floats(values: ArrayLike) -> NDArray[np.float64]:
    array = np.ascontiguousarray(values, np.float64)
    return _read_only(array.reshape(0, 4) if array.size == 0 else array)


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    view = array.view()
    view.flags.writeable = False
    return view
