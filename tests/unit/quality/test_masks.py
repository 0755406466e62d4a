"""Masks refuse broken strings, outlines and runs, and name the item and the mark."""

from __future__ import annotations

import numpy as np
import pytest

from assay.kernel import native, native_masks
from assay.quality import Masks
from assay.quality.errors import MarkInvalidError, MarksMisshapenError

GOOD = Masks.from_bitmaps([0, 1], [np.eye(5)], [0]).to_rle()[0]


@pytest.mark.parametrize("text", ["", GOOD[:-1], GOOD + "1", "~~~", "\x01", "P" * 40, "0" * 3, "oooooooooooo1"])
def test_a_string_that_does_not_fill_its_image_is_refused(text: str) -> None:
    with pytest.raises(MarkInvalidError, match="Mask 1 of item 1") as caught:
        Masks.from_rle([0, 1, 3], [[5, 5], [5, 5]], [GOOD, GOOD, text], [0, 0, 0])
    assert (caught.value.item, caught.value.row) == (1, 1)
    letters = np.frombuffer(text.encode(), np.uint8)
    for backend in ("compiled", "numpy"):
        *_, wrong = native_masks.read_rle(
            letters, np.array([0, len(letters)]), np.array([[5, 5]], np.int32), backend=backend
        )
        assert wrong == 0


@pytest.mark.parametrize(
    "ring",
    [[(0, 0), (1, 1)], [(0, 0), (1, np.nan), (2, 2)], [(0, 0), (1, np.inf), (2, 2)], [(0, 0), (1, 2e8), (2, 2)], []],
)
def test_an_outline_that_is_none_is_refused(ring: list[tuple[float, float]]) -> None:
    fine = [[[0.0, 0, 4, 0, 4, 4]]]
    broken = [[np.array(ring, np.float64).ravel()]]
    with pytest.raises(MarkInvalidError, match="Polygon 0 of item 1"):
        Masks.from_polygons([0, 1, 2], [[5, 5], [5, 5]], [fine, broken], [0, 0])


def test_a_ring_of_single_numbers_is_refused() -> None:
    with pytest.raises(MarksMisshapenError, match="7 numbers"):
        Masks.from_polygons([0, 1], [[5, 5]], [[[[0, 0, 4, 0, 4, 4, 1]]]], [0])


@pytest.mark.parametrize("sizes", [[[0, 5]], [[5, -1]], [[2**16, 2**15]], [[5]], [[5, 5], [5, 5]]])
def test_sizes_that_are_none_are_refused(sizes: list[list[int]]) -> None:
    with pytest.raises(MarksMisshapenError):
        Masks.from_rle([0, 1], sizes, [GOOD], [0])


@pytest.mark.parametrize(
    ("starts", "ends"), [([3, 1], [4, 2]), ([1, 2], [2, 4]), ([2], [2]), ([-1], [3]), ([20], [26]), ([1, 1], [4, 4])]
)
def test_runs_that_touch_fall_or_leave_the_image_are_refused(starts: list[int], ends: list[int]) -> None:
    with pytest.raises(MarkInvalidError, match="run"):
        Masks(np.array([0, 1]), np.array([[5, 5]]), np.array([0, len(starts)]), np.array(starts), np.array(ends), [0])


def test_no_masks_at_all_are_fine() -> None:
    masks = Masks.from_polygons([0, 0], [[5, 5]], [], [])
    assert len(masks) == 0
    assert masks.areas.tolist() == []
    assert Masks.from_rle([0, 0, 0], [[5, 5], [4, 4]], [], []).take([1]).sizes.tolist() == [[4, 4]]
    assert native.BACKEND in {"compiled", "numpy"}
