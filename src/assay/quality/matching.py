"""Optimal one-to-one matching of two authors' marks on many items."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assay.kernel import native
from assay.quality.boxes import Boxes
from assay.quality.errors import ItemsDifferError, ThresholdInvalidError, TooManyOverlapsError, UnknownNameError
from assay.quality.marks import Marks
from assay.quality.similarity import similar_pairs

Mode = Literal["two_pass", "class_aware", "class_agnostic"]
MODES: dict[str, int] = {
    "two_pass": native.TWO_PASS,
    "class_aware": native.CLASS_AWARE,
    "class_agnostic": native.CLASS_AGNOSTIC,
}


@dataclass(frozen=True, eq=False)
class Matches:
    """Which mark of one side belongs to which of the other.

    Attributes:
        left: the marks of the left side.
        right: the marks of the right side.
        right_of_left: (n_left,) the right row matched to each left row, -1 when unmatched.
        left_of_right: (n_right,) the left row matched to each right row, -1 when unmatched.
        iou: (n_left,) IoU of each left row's pair, 0 when unmatched.
        threshold: the smallest IoU that could match.
        mode: which pairs could match.
        backend: `compiled` or `numpy`, whichever ran.
    """

    left: Marks = field(repr=False)
    right: Marks = field(repr=False)
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


def match_marks(
    left: Marks, right: Marks, *, threshold: float = 0.5, mode: Mode = "two_pass", n_threads: int = 1
) -> Matches:
    """Match two authors' marks so that the total similarity is as large as it can be.

    Similarity is IoU for areas; see `similar_pairs` for other shapes. A pair may match when it is at or above the
    threshold. Each mark has at most one partner. Pairs are chosen item by item:

    - `two_pass`: first only pairs of the same class; then, among what is left, pairs of different classes.
    - `class_aware`: only pairs of the same class.
    - `class_agnostic`: any pair, classes not looked at.

    Ties: similarities are compared in steps of 2**-48. Of several assignments with the same total the one with most
    pairs wins; among those, left rows in ascending order each take the lowest right row that any such assignment gives
    them.

    Args:
        left: one author's marks.
        right: the other's, of the same shape, over the same items.
        threshold: smallest similarity that matches, in (0, 1].
        mode: which pairs may match.
        n_threads: how many threads share the items (boxes only); the answer does not depend on it.

    Raises:
        ItemsDifferError: the sides do not have the same number of items.
        ShapesDifferError: the sides do not have the same shape.
        TooManyOverlapsError: one item has more than 10 million pairs above the threshold.
    """
    if left.n_items != right.n_items:
        raise ItemsDifferError(left.n_items, right.n_items)
    check_threshold("threshold", threshold)
    if mode not in MODES:
        raise UnknownNameError("matching mode", mode, tuple(MODES))
    if isinstance(left, Boxes) and isinstance(right, Boxes):
        found = native.match_boxes(
            (left.offsets, left.xyxy, left.classes),
            (right.offsets, right.xyxy, right.classes),
            threshold=threshold,
            mode=MODES[mode],
            n_threads=n_threads,
        )
    else:
        pairs = similar_pairs(left, right)
        found = native.match_pairs(
            (left.offsets, left.classes),
            (right.offsets, right.classes),
            (pairs.starts, pairs.rows, pairs.cols, pairs.values),
            threshold=threshold,
            mode=MODES[mode],
        )
    right_of_left, left_of_right, iou, stopped_at = found
    if stopped_at >= 0:
        raise TooManyOverlapsError(stopped_at, n_boxes=int(left.counts[stopped_at] + right.counts[stopped_at]))
    return Matches(left, right, right_of_left, left_of_right, iou, threshold, mode, native.BACKEND)


def match_boxes(
    left: Boxes, right: Boxes, *, threshold: float = 0.5, mode: Mode = "two_pass", n_threads: int = 1
) -> Matches:
    """Match two authors' boxes; see `match_marks`. The cost grows with the overlapping pairs only."""
    return match_marks(left, right, threshold=threshold, mode=mode, n_threads=n_threads)


def box_iou(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """IoU of every box of `a` (n, 4) with every box of `b` (m, 4): an (n, m) table in [0, 1]."""
    return native.box_iou(np.asarray(a, np.float64).reshape(-1, 4), np.asarray(b, np.float64).reshape(-1, 4))


def check_threshold(name: str, value: float) -> None:
    """Refuse a threshold that is not above 0 and at most 1."""
    if not 0 < value <= 1:
        raise ThresholdInvalidError(name, value)
