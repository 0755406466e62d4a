"""How far two answers differ, item by item."""

import numpy as np
import pytest

from assay.quality.boxes import Boxes
from assay.quality.diagnosis import disagreement
from assay.quality.errors import ItemsDifferError

A, B = (0, 0, 10, 10), (20, 20, 30, 30)


def test_it_is_one_less_f1_within_classes_and_nothing_where_both_are_empty() -> None:
    left = Boxes.of([[A], [A, B], [], [A], []], [[0], [0, 0], [], [0], []])
    right = Boxes.of([[A], [A], [], [A], [B]], [[0], [0], [], [1], [0]])
    assert disagreement(left, right, iou=0.5) == pytest.approx([0, 1 / 3, 0, 1, 1])
    assert disagreement(right, left, iou=0.5) == pytest.approx([0, 1 / 3, 0, 1, 1])


def test_no_items_are_no_numbers_and_other_items_are_refused() -> None:
    assert disagreement(Boxes.empty(0), Boxes.empty(0), iou=0.5).shape == (0,)
    with pytest.raises(ItemsDifferError):
        disagreement(Boxes.empty(2), Boxes.empty(3), iou=0.5)
    assert np.array_equal(disagreement(Boxes.empty(2), Boxes.empty(2), iou=0.5), [0, 0])
