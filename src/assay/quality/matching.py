"""Optimal one-to-one matching of two authors' boxes on many items."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assay.kernel import native
from assay.quality.boxes import Boxes
from assay.quality.errors import ItemsDifferError, ThresholdInvalidError, TooManyOverlapsError, UnknownNameError

Mode = Literal["two_pass", "class_aware", "class_agnostic"]
MODES: dict[str, int] = {
    "two_pass": native.TWO_PASS,
    "class_aware": native.CLASS_AWARE,
    "class_agnostic": native.CLASS_AGNOSTIC,
}


@dataclass(frozen=True, eq=False)
class Matches:
    """Which box of one side belongs to which of the other.

    Attributes:
        left: the boxes of the left side.
        right: the boxes of the right side.
        right_of_left: (n_left,) the right row matched to each left row, -1 when unmatched.
        left_of_right: (n_right,) the left row matched to each right row, -1 when unmatched.
        iou: (n_left,) IoU of each left row's pair, 0 when unmatched.
        threshold: the smallest IoU that could match.
        mode: which pairs could match.
        backend: `compiled` or `numpy`, whichever ran.
    """

    left: Boxes = field(repr=False)
    right: Boxes = field(repr=False)
    right_of_left: NDArray[np.int64]
    left_of_right: NDArray[np.int64]
    iou: NDArray[np.float64]
    threshold: float
    mode: Mode
    backend: native.Backend

    @property
    def left_rows(self) -> NDArray[np.int64]:
        """(n_pairs,) left rows that have a partner, ascending."""
        return np.flatnonzero(self.right_of_left >= 0)

    @property
    def right_rows(self) -> NDArray[np.int64]:
        """(n_pairs,) the partners of `left_rows`."""
        return self.right_of_left[self.left_rows]

    @property
    def pair_iou(self) -> NDArray[np.float64]:
        """(n_pairs,) IoU of each pair."""
        return self.iou[self.left_rows]

    @property
    def same_class(self) -> NDArray[np.bool_]:
        """(n_pairs,) whether both sides of each pair name the same class."""
        return np.asarray(self.left.classes[self.left_rows] == self.right.classes[self.right_rows])


def match_boxes(
    left: Boxes, right: Boxes, *, threshold: float = 0.5, mode: Mode = "two_pass", n_threads: int = 1
) -> Matches:
    """Match two authors' boxes so that the total IoU is as large as it can be.

    A pair may match when its IoU is at or above the threshold. Each box has at most one partner. Pairs are chosen item
    by item:

    - `two_pass`: first only pairs of the same class; then, among what is left, pairs of different classes.
    - `class_aware`: only pairs of the same class.
    - `class_agnostic`: any pair, classes not looked at.

    Ties: IoUs are compared in steps of 2**-48. Of several assignments with the same total the one with most pairs wins;
    among those, left rows in ascending order each take the lowest right row that any such assignment gives them.

    The cost grows with the overlapping pairs only; items with many boxes are swept by x.

    Raises:
        ItemsDifferError: the sides do not have the same number of items.
        TooManyOverlapsError: one item has more than 10 million pairs above the threshold.
    """
    if left.n_items != right.n_items:
        raise ItemsDifferError(left.n_items, right.n_items)
    check_threshold("threshold", threshold)
    if mode not in MODES:
        raise UnknownNameError("matching mode", mode, tuple(MODES))
    right_of_left, left_of_right, iou, stopped_at = native.match_boxes(
        (left.offsets, left.xyxy, left.classes),
        (right.offsets, right.xyxy, right.classes),
        threshold=threshold,
        mode=MODES[mode],
        n_threads=n_threads,
        backend=native.BACKEND,
    )
    if stopped_at >= 0:
        raise TooManyOverlapsError(stopped_at, n_boxes=int(left.counts[stopped_at] + right.counts[stopped_at]))
    return Matches(left, right, right_of_left, left_of_right, iou, threshold, mode, native.BACKEND)


def box_iou(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """IoU of every box of `a` (n, 4) with every box of `b` (m, 4): an (n, m) table in [0, 1]."""
    return native.box_iou(np.asarray(a, np.float64).reshape(-1, 4), np.asarray(b, np.float64).reshape(-1, 4))


def check_threshold(name: str, value: float) -> None:
    """Refuse a threshold that is not above 0 and at most 1."""
    if not 0 < value <= 1:
        raise ThresholdInvalidError(name, value)
