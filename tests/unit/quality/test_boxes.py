"""Boxes refuse what is no box, and name the item and the row."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality import Boxes
from assay.quality.errors import MarkInvalidError, MarksMisshapenError


@pytest.mark.parametrize(
    "box",
    [
        (0.0, 0.0, np.nan, 5.0),
        (0.0, -np.inf, 5.0, 5.0),
        (5.0, 0.0, 5.0, 5.0),
        (0.0, 5.0, 5.0, 1.0),
        (0.0, 0.0, 2e9, 5.0),
    ],
)
def test_a_box_that_is_none_is_refused_with_its_item_and_row(box: tuple[float, ...]) -> None:
    with pytest.raises(MarkInvalidError) as caught:
        Boxes.of([[], [(0, 0, 1, 1)], [(0, 0, 1, 1), box]])
    assert (caught.value.item, caught.value.row) == (2, 1)
    assert "Box 1 of item 2" in caught.value.message


@pytest.mark.parametrize(
    ("offsets", "boxes", "classes"),
    [
        ([], np.empty((0, 4)), []),
        ([1, 1], [[0, 0, 1, 1]], [0]),
        ([0, 2], [[0, 0, 1, 1]], [0]),
        ([0, 2, 1], [[0, 0, 1, 1]], [0]),
        ([0, 1], [[0, 0, 1]], [0]),
        ([0, 1], [[0, 0, 1, 1]], [0, 1]),
        ([0, 1], [[0, 0, 1, 1]], [-1]),
        ([0, 1], [[0, 0, 1, 1]], [0.5]),
        ([0, 1], [[0, 0, 1, 1]], [2**31]),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(offsets: object, boxes: object, classes: object) -> None:
    with pytest.raises(MarksMisshapenError):
        Boxes(offsets, boxes, classes)  # type: ignore[arg-type]


def test_items_are_taken_in_the_order_given_and_may_repeat() -> None:
    boxes = Boxes.of([[(0, 0, 1, 1)], [], [(2, 2, 3, 3), (4, 4, 5, 5)]], [[1], [], [2, 3]])
    taken = boxes.take([2, 1, 0, 2])
    assert taken.counts.tolist() == [2, 0, 1, 2]
    assert taken.classes.tolist() == [2, 3, 1, 2, 3]
    assert taken.items.tolist() == [0, 0, 2, 3, 3]
    assert boxes.take(np.array([True, False, True])).classes.tolist() == [1, 2, 3]


def test_boxes_of_one_class_keep_their_items() -> None:
    boxes = Boxes.of([[(0, 0, 1, 1), (1, 1, 2, 2)], [], [(2, 2, 3, 3)]], [[1, 0], [], [1]])
    assert boxes.only(1).counts.tolist() == [1, 0, 1]
    assert boxes.only(1).xyxy.tolist() == [[0, 0, 1, 1], [2, 2, 3, 3]]
    assert len(boxes.only(7)) == 0


def test_arrays_that_fit_are_not_copied_and_cannot_be_changed_through_the_boxes() -> None:
    xyxy = np.array([[0.0, 0, 1, 1]])
    boxes = Boxes(np.array([0, 1]), xyxy, np.array([0], np.int32))
    assert np.shares_memory(boxes.xyxy, xyxy)
    with pytest.raises(ValueError, match="read-only"):
        boxes.xyxy[0, 0] = 9.0
