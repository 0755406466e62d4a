"""What all shapes have in common: marks of one author over an ordered list of items, held as plain arrays."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.quality.errors import MarksMisshapenError

Longs = NDArray[np.int64]


class Marks(ABC):
    """Marks of one author over an ordered list of items; each shape adds its own geometry.

    The marks of item i are the rows `offsets[i]` up to, not including, `offsets[i + 1]`. An item without marks is one
    that was looked at and left empty. The arrays are read-only views; nothing is copied when the types fit.

    Attributes:
        offsets: (n_items + 1,) int64, starts at 0, never falls, ends at the number of marks.
        classes: (n,) int32, class numbers from 0.
    """

    offsets: Longs
    classes: NDArray[np.int32]

    @abstractmethod
    def _rows(self, offsets: Longs, items: Longs, rows: Longs) -> Self:
        """The given rows on new items: `items` are the old numbers of the new items."""

    @property
    @abstractmethod
    def sort_keys(self) -> NDArray[np.float64]:
        """(n, k) numbers that tell marks of one item apart, the first being the left end; nothing of the author."""

    @property
    def n_items(self) -> int:
        """How many items there are, empty ones included."""
        return len(self.offsets) - 1

    @cached_property
    def counts(self) -> Longs:
        """(n_items,) marks on each item."""
        return np.diff(self.offsets)

    @cached_property
    def items(self) -> Longs:
        """(n,) the item each mark lies on."""
        return np.repeat(np.arange(self.n_items, dtype=np.int64), self.counts)

    def __len__(self) -> int:
        return len(self.classes)

    def take(self, items: ArrayLike) -> Self:
        """The marks of the chosen items, in the order given; an item may be taken more than once."""
        chosen = np.asarray(items)
        chosen = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen.astype(np.int64)
        counts = self.counts[chosen]
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        rows = np.arange(offsets[-1]) + np.repeat(self.offsets[chosen] - offsets[:-1], counts)
        return self._rows(offsets, chosen, rows)

    def where(self, keep: NDArray[np.bool_]) -> Self:
        """The marks for which `keep` (n,) is true, over the same items."""
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(keep)])[self.offsets]
        return self._rows(offsets, np.arange(self.n_items), np.flatnonzero(keep))

    def only(self, label_class: int) -> Self:
        """The marks of one class, over the same items."""
        return self.where(self.classes == label_class)

    @classmethod
    def _trusted(cls, **arrays: NDArray[Any]) -> Self:
        """Make one of arrays that are known to be right, without looking at them again."""
        made = object.__new__(cls)
        made._set(**arrays)
        return made

    def _set(self, **arrays: NDArray[Any]) -> None:
        """Store read-only views in a frozen dataclass that is being made."""
        for name, array in arrays.items():
            view = array.view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)

    def _check_rows(self, n: int) -> None:
        """Refuse offsets and classes that do not fit `n` marks."""
        o, c = self.offsets, self.classes
        if o.ndim != 1 or len(o) == 0 or o[0] != 0 or (np.diff(o) < 0).any():
            raise MarksMisshapenError(f"Offsets of shape {o.shape} do not start at 0 and rise.")
        if c.ndim != 1 or len(c) != n or o[-1] != n:
            raise MarksMisshapenError(f"Offsets end at {o[-1]}, but there are {n} marks and {c.shape} classes.")
        if (c < 0).any():
            row = int(np.argmax(c < 0))
            raise MarksMisshapenError(f"Class {c[row]} of mark {row} is below 0.")

    def _locate(self, row: int) -> dict[str, int]:
        """Item and number within the item of one row, for messages."""
        item = int(np.searchsorted(self.offsets, row, side="right")) - 1
        return {"item": item, "row": row - int(self.offsets[item])}


def whole_numbers(name: str, values: ArrayLike, dtype: type[np.int64 | np.int32]) -> NDArray[Any]:
    """The values as a C-contiguous array of `dtype`; refuses fractions and numbers that do not fit."""
    array = np.asarray(values)
    if array.size and array.dtype.kind not in "iu":
        raise MarksMisshapenError(f"{name} are {array.dtype}, not whole numbers.")
    if array.size and (array.min() < np.iinfo(dtype).min or array.max() > np.iinfo(dtype).max):
        raise MarksMisshapenError(f"{name} do not fit into {np.dtype(dtype)}.")
    return np.ascontiguousarray(array, dtype)


def table(name: str, values: ArrayLike, n_columns: int) -> NDArray[np.float64]:
    """The values as a C-contiguous (n, n_columns) table of float64."""
    array = np.ascontiguousarray(values, np.float64)
    if array.size == 0:
        return array.reshape(0, n_columns)
    if array.ndim != 2 or array.shape[1] != n_columns:  # noqa: PLR2004 - rows and columns
        raise MarksMisshapenError(f"{name} of shape {array.shape} are not (n, {n_columns}).")
    return array
