"""One person's answers on gold, in the order they were given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.quality.errors import GoldAnswersError

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class GoldAnswers:
    """Units and errors on each gold image of one person, in answer order.

    Units of an image are its known marks plus the spurious marks drawn; errors are missed, misclassified,
    mislocalised and spurious marks together. Build it with `GoldAnswers.of`, which applies the rule for empty images.

    Attributes:
        n_units: (T,) int64, each >= 1.
        n_errors: (T,) int64, each in [0, n_units].
    """

    n_units: IntArray
    n_errors: IntArray

    @classmethod
    def of(cls, n_units: ArrayLike, n_errors: ArrayLike) -> GoldAnswers:
        """Check the counts; an image with no unit (empty, and left empty) counts as one right unit.

        Raises:
            GoldAnswersError: lengths differ, a count is negative or not whole, or errors exceed units.
        """
        units, errors = _whole(n_units, "n_units"), _whole(n_errors, "n_errors")
        if units.shape != errors.shape:
            raise GoldAnswersError(f"{units.size} images have units but {errors.size} have errors.")
        wrong = np.flatnonzero((units < 0) | (errors < 0) | (errors > units))
        if wrong.size:
            i = int(wrong[0])
            raise GoldAnswersError(f"Gold image {i} has {errors[i]} errors among {units[i]} units.")
        return cls(np.maximum(units, 1), errors)

    def __len__(self) -> int:
        return int(self.n_units.size)

    def __getitem__(self, part: slice) -> GoldAnswers:
        """Give the answers of a stretch of gold images."""
        return GoldAnswers(self.n_units[part], self.n_errors[part])

    @property
    def total_units(self) -> int:
        """Marks the answers rest on."""
        return int(self.n_units.sum())

    @property
    def total_errors(self) -> int:
        """Errors among `total_units`."""
        return int(self.n_errors.sum())


def _whole(values: ArrayLike, name: str) -> IntArray:
    """Give a flat int64 array, or say which value is no whole number."""
    given = np.asarray(values)
    if given.ndim != 1:
        raise GoldAnswersError(f"{name} has {given.ndim} dimensions and needs one, an entry for each gold image.")
    if given.size == 0:
        return np.zeros(0, np.int64)
    as_float = given.astype(np.float64)
    wrong = np.flatnonzero(~np.isfinite(as_float) | (as_float != np.floor(as_float)))
    if wrong.size:
        raise GoldAnswersError(f"{name} of gold image {int(wrong[0])} is {given[wrong[0]]!r}, not a whole number.")
    return given.astype(np.int64)
