"""How far two answers to the same items differ: one number an item."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from assay.quality.boxes import Boxes
from assay.quality.errors import ItemsDifferError
from assay.quality.matching import match_boxes

CHANGED: Final = 0.5
"""From this disagreement on an answer counts as another one."""


def disagreement(left: Boxes, right: Boxes, *, iou: float) -> NDArray[np.float64]:
    """1 - F1 of two answers, item by item; marks match within a class only.

    Args:
        left: one answer; a tag is a box over the whole picture.
        right: the other, over the same items.
        iou: smallest overlap that matches.

    Returns:
        (n_items,) in [0, 1]: 0 where both are empty or all marks match, 1 where none does. For tags, 0 or 1.
    """
    if left.n_items != right.n_items:
        raise ItemsDifferError(left.n_items, right.n_items)
    matches = match_boxes(left, right, threshold=iou, mode="class_aware")
    n_left, n_right = np.diff(left.offsets), np.diff(right.offsets)
    item = np.repeat(np.arange(left.n_items), n_left)
    n_matched = np.bincount(item[matches.right_of_left >= 0], minlength=left.n_items)
    total = n_left + n_right
    f1 = np.where(total > 0, 2 * n_matched / np.maximum(total, 1), 1.0)
    return np.asarray(1 - f1, np.float64)
