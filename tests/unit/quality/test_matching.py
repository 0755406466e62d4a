"""Matching refuses what cannot be matched and gives up on an item that would never end."""

from __future__ import annotations

import numpy as np
import pytest

from assay.kernel import native
from assay.quality import Boxes, match_boxes
from assay.quality.errors import ItemsDifferError, ThresholdInvalidError, TooManyOverlapsError, UnknownNameError


def test_sides_with_different_items_are_refused() -> None:
    with pytest.raises(ItemsDifferError, match="3 items, the other 2"):
        match_boxes(Boxes.empty(3), Boxes.empty(2))


@pytest.mark.parametrize("threshold", [0.0, -0.1, 1.1, np.nan])
def test_a_threshold_outside_its_range_is_refused(threshold: float) -> None:
    with pytest.raises(ThresholdInvalidError):
        match_boxes(Boxes.empty(1), Boxes.empty(1), threshold=threshold)


def test_an_unknown_mode_is_refused_with_those_that_exist() -> None:
    with pytest.raises(UnknownNameError) as caught:
        match_boxes(Boxes.empty(1), Boxes.empty(1), mode="greedy")  # type: ignore[arg-type]
    assert "two_pass" in caught.value.hint


def test_an_item_with_too_many_overlapping_copies_is_named() -> None:
    copies = np.tile([0.0, 0.0, 10.0, 10.0], (3_300, 1))
    boxes = Boxes(np.array([0, 0, 3_300]), copies, np.zeros(3_300, np.int32))
    with pytest.raises(TooManyOverlapsError) as caught:
        match_boxes(boxes, boxes, mode="class_agnostic")
    assert caught.value.item == 1


def test_a_hundred_thousand_marks_on_one_image_are_matched() -> None:
    rng = np.random.default_rng(1)
    corner = rng.uniform(0, 20_000, (100_000, 2))
    boxes = np.hstack([corner, corner + rng.uniform(10, 40, (100_000, 2))])
    left = Boxes(np.array([0, 100_000]), boxes, np.zeros(100_000, np.int32))
    right = Boxes(np.array([0, 100_000]), boxes[::-1], np.zeros(100_000, np.int32))
    matches = match_boxes(left, right)
    assert matches.pair_iou.sum() == pytest.approx(100_000)


def test_the_report_says_which_backend_ran() -> None:
    assert match_boxes(Boxes.empty(1), Boxes.empty(1)).backend == native.BACKEND
