"""Rotated boxes, mixed shapes, keypoints and lines against independent geometry."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from assay.kernel import native
from assay.quality import (
    Boxes,
    Keypoints,
    Marks,
    Masks,
    Polylines,
    RotatedBoxes,
    as_masks,
    box_iou,
    giou,
    line_distance,
    line_similarity,
    match_marks,
    object_keypoint_similarity,
    score_marks,
    similar_pairs,
)
from assay.quality.errors import MarkInvalidError, MarksMisshapenError, ShapesDifferError

ZEROS = np.zeros(3, np.int32)


def some_rotated(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.column_stack([rng.uniform(0, 30, (n, 2)), rng.uniform(1, 40, (n, 2)), rng.uniform(-4, 4, n)])


def on_quarters(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.column_stack([rng.integers(1, 8, (n, 4)), rng.integers(0, 8, n) * np.pi / 4]).astype(np.float64)


def as_shapely(boxes: np.ndarray) -> np.ndarray:
    return shapely.polygons(RotatedBoxes([0, len(boxes)], boxes, np.zeros(len(boxes), np.int32)).corners)


@pytest.mark.parametrize("draw", [some_rotated, on_quarters])
def test_rotated_iou_is_that_of_shapely_on_50_000_pairs(draw: Callable[[np.random.Generator, int], np.ndarray]) -> None:
    rng = np.random.default_rng(1)
    n = 50_000
    a, b = draw(rng, n), draw(rng, n)
    shared = native.overlap_rotated(a, b, np.arange(n), np.arange(n))
    one, two = as_shapely(a), as_shapely(b)
    wanted = shapely.area(shapely.intersection(one, two))
    iou = [inter / (a[:, 2] * a[:, 3] + b[:, 2] * b[:, 3] - inter) for inter in (shared, wanted)]
    assert np.abs(iou[0] - iou[1]).max() < 1e-9
    assert np.array_equal(shared, native.overlap_rotated(b, a, np.arange(n), np.arange(n)))


def test_rotated_boxes_that_nearly_coincide_share_nearly_all() -> None:
    rng = np.random.default_rng(2)
    a = some_rotated(rng, 5_000)
    rows = np.arange(5_000)
    area = a[:, 2] * a[:, 3]
    for turn in (0.0, np.pi, -np.pi):  # GEOS finds no overlap for some of these
        shared = native.overlap_rotated(a, a + np.array([0, 0, 0, 0, turn]), rows, rows)
        assert shared == pytest.approx(area, rel=1e-12)
    assert native.overlap_rotated(a, a + 1e-7, rows, rows) == pytest.approx(area, rel=1e-5)


def test_both_kernels_measure_rotated_boxes_alike() -> None:
    rng = np.random.default_rng(3)
    for draw in (some_rotated, on_quarters):
        a, b, rows = draw(rng, 500), draw(rng, 500), np.arange(500)
        got = [native.overlap_rotated(a, b, rows, rows, backend=backend) for backend in ("compiled", "numpy")]
        assert got[0] == pytest.approx(got[1], abs=1e-9)


def test_rotated_boxes_without_a_turn_are_boxes() -> None:
    rng = np.random.default_rng(4)
    corner, size = rng.uniform(0, 50, (60, 2)), rng.uniform(5, 40, (60, 2))
    codes = np.zeros(60, np.int32)
    boxes = Boxes([0, 60], np.hstack([corner, corner + size]), codes)
    turned = RotatedBoxes([0, 60], np.column_stack([corner + size / 2, size, np.zeros(60)]), codes)
    plain, rotated = similar_pairs(boxes, boxes), similar_pairs(turned, turned)
    assert np.array_equal(plain.rows, rotated.rows)
    assert plain.values == pytest.approx(rotated.values, abs=1e-12)


def test_a_turn_is_clockwise_because_y_points_down() -> None:
    corners = RotatedBoxes([0, 1], [[10.0, 10, 8, 2, np.pi / 2]], [0]).corners[0]
    assert corners[0] == pytest.approx([11, 6])
    assert corners[1] == pytest.approx([11, 14])


def test_boxes_rotated_boxes_and_masks_can_be_compared_as_masks() -> None:
    sizes = np.array([[40, 40]], np.int32)
    boxes = Boxes.of([[(5, 5, 15, 25)]])
    turned = RotatedBoxes([0, 1], [[10.0, 15, 20, 10, np.pi / 2]], [0])
    one, two = as_masks(boxes, sizes), as_masks(turned, sizes)
    assert one.areas.tolist() == [200]
    assert similar_pairs(one, two).values.tolist() == [1.0]
    assert as_masks(one, sizes) is one
    with pytest.raises(ShapesDifferError):
        similar_pairs(boxes, turned)
    with pytest.raises(ShapesDifferError, match="item 0"):
        similar_pairs(one, as_masks(boxes, np.array([[40, 41]], np.int32)))


def test_marks_of_any_shape_are_matched_and_scored() -> None:
    gold = RotatedBoxes([0, 2, 2], [[10.0, 10, 8, 4, 0.3], [30.0, 10, 8, 4, 0.3]], [0, 1])
    answer = RotatedBoxes([0, 1, 2], [[30.2, 10, 8, 4, 0.3], [5.0, 5, 4, 4, 0]], [0, 1])
    assert match_marks(gold, answer).right_of_left.tolist() == [-1, 0]
    score = score_marks(gold, answer)
    assert score.n_units.tolist() == [2, 1]
    assert score.n_errors.tolist() == [2, 1]


def test_matching_boxes_directly_and_as_measured_pairs_is_the_same() -> None:
    rng = np.random.default_rng(5)
    corner = rng.integers(0, 9, (400, 2))
    xyxy = np.hstack([corner, corner + rng.integers(1, 5, (400, 2))]).astype(np.float64)
    codes = rng.integers(0, 3, 400).astype(np.int32)
    left = Boxes(np.arange(0, 201, 10), xyxy[:200], codes[:200])
    right = Boxes(np.arange(0, 201, 10), xyxy[200:], codes[200:])
    pairs = similar_pairs(left, right)
    for mode in (0, 1, 2):
        direct = native.match_boxes(
            (left.offsets, left.xyxy, left.classes),
            (right.offsets, right.xyxy, right.classes),
            threshold=0.2,
            mode=mode,
        )
        for backend in ("compiled", "numpy"):
            measured = native.match_pairs(
                (left.offsets, left.classes),
                (right.offsets, right.classes),
                (pairs.starts, pairs.rows, pairs.cols, pairs.values),
                threshold=0.2,
                mode=mode,
                backend=backend,
            )
            assert all(map(np.array_equal, direct[:3], measured[:3]))


@pytest.mark.parametrize("geometry", [[1, 1, 0, 1, 0], [1, 1, 1, -1, 0], [1, np.nan, 1, 1, 0], [1, 1, 1, 1, np.inf]])
def test_a_rotated_box_that_is_none_is_refused(geometry: list[float]) -> None:
    with pytest.raises(MarkInvalidError, match="Rotated box 0 of item 1"):
        RotatedBoxes([0, 0, 1], [geometry], [0])


@given(st.lists(st.integers(0, 20), min_size=8, max_size=8))
def test_giou_lies_between_minus_one_and_iou(numbers: list[int]) -> None:
    a, b = np.array(numbers[:4], np.float64), np.array(numbers[4:], np.float64)
    for box in (a, b):
        box[2:] += box[:2] + 1
    value = giou(a, b)
    iou = box_iou(a[None], b[None])[0, 0]
    assert -1 < value <= iou
    assert giou(b, a) == value
    if iou == 1:
        assert value == 1
    hull = shapely.union(shapely.box(*a), shapely.box(*b)).envelope.area
    union = shapely.union(shapely.box(*a), shapely.box(*b)).area
    assert value == pytest.approx(iou - (hull - union) / hull)


def test_a_line_is_as_far_as_it_was_moved() -> None:
    line = [(0.0, 0.0), (50.0, 0.0), (50.0, 30.0)]
    here = line_distance(line, line)
    assert (here.mean, here.largest) == (0.0, 0.0)
    moved = line_distance([(0, 0), (100, 0)], [(0, 4), (100, 4)])
    assert (moved.mean, moved.largest) == (pytest.approx(4), pytest.approx(4))
    longer = line_distance([(0, 0), (100, 0)], [(0, 0), (200, 0)])
    assert longer.largest == pytest.approx(100)
    assert longer.mean == pytest.approx((0 + 25) / 2, abs=0.01)


def test_line_distance_is_that_of_shapely_and_ignores_direction() -> None:
    rng = np.random.default_rng(6)
    for _ in range(40):
        a, b = rng.uniform(0, 80, (5, 2)), rng.uniform(0, 80, (4, 2))
        wanted = shapely.hausdorff_distance(shapely.LineString(a), shapely.LineString(b), densify=0.002)
        got = line_distance(a, b, step_px=0.1)
        assert got.largest == pytest.approx(wanted, abs=0.2)
        turned = line_distance(b, a[::-1], step_px=0.1)
        assert (turned.mean, turned.largest) == (pytest.approx(got.mean), pytest.approx(got.largest))


def test_line_similarity_is_the_share_of_length_within_tolerance() -> None:
    a, b = [(0, 0), (100, 0)], [(0, 2), (50, 2), (50, 40)]
    assert line_similarity(a, a, tolerance_px=1) == 1.0
    assert line_similarity(a, b, tolerance_px=1) == 0.0
    near, of_b = 0.5, 52.9 / 88
    assert line_similarity(a, b, tolerance_px=2.9) == pytest.approx(2 * near * of_b / (near + of_b), abs=0.02)
    assert line_similarity([(0, 0)], [(0, 1)], tolerance_px=2) == 1.0


def test_lines_are_matched_by_the_length_they_share() -> None:
    left = Polylines([0, 2], [0, 2, 4], [(0, 0), (50, 0), (0, 20), (50, 20)], [0, 0])
    right = Polylines([0, 2], [0, 3, 4], [(0, 21), (25, 21), (50, 21), (90, 90)], [0, 1])
    assert match_marks(left, right).right_of_left.tolist() == [-1, 0]
    with pytest.raises(MarkInvalidError, match="Line 1 of item 0"):
        Polylines([0, 2], [0, 1, 3], [(0, 0), (np.nan, 0), (1, 1)], [0, 0])
    with pytest.raises(MarksMisshapenError):
        Polylines([0, 2], [0, 1, 1], [(0, 0)], [0, 0])


def test_keypoints_where_they_belong_are_like_gold_and_unlabelled_ones_do_not_count() -> None:
    gold = np.array([[[10.0, 10, 2], [20, 20, 1], [0, 0, 0]]])
    answer = np.array([[[10.0, 10, 2], [20, 20, 2], [500, 500, 2]]])
    sigmas = np.array([0.05, 0.05, 0.05])
    assert object_keypoint_similarity(gold, np.array([100.0]), answer, sigmas).tolist() == [1.0]
    answer[0, 0, 0] += 1.0
    wanted = (1 + np.exp(-1 / (2 * 100 * 0.1**2))) / 2
    assert object_keypoint_similarity(gold, np.array([100.0]), answer, sigmas)[0] == pytest.approx(wanted)
    assert object_keypoint_similarity(gold * [1, 1, 0], np.array([100.0]), answer, sigmas).tolist() == [0.0]


def test_keypoints_are_matched_by_their_similarity() -> None:
    points = np.array([[[10.0, 10, 2], [20, 20, 2]], [[60.0, 60, 2], [70, 70, 2]]])
    gold = Keypoints([0, 2], points, [400.0, 400.0], [0, 0])
    answer = Keypoints([0, 2], points[::-1] + np.array([0.5, 0, 0]), [400.0, 400.0], [0, 0])
    assert match_marks(gold, answer).right_of_left.tolist() == [1, 0]
    with pytest.raises(MarkInvalidError, match="Keypoint set 0"):
        Keypoints([0, 1], [[[np.nan, 0, 2]]], [1.0], [0])


@pytest.mark.parametrize(
    "marks",
    [
        Boxes.of([[(0, 0, 1, 1)], [(1, 1, 3, 3), (2, 2, 5, 5)]]),
        RotatedBoxes([0, 1, 3], [[1.0, 1, 1, 1, 0], [2, 2, 2, 2, 1], [3, 3, 3, 3, 2]], ZEROS),
        Masks.from_bitmaps([0, 1, 3], [np.eye(4), np.ones((3, 3)), np.eye(3)], ZEROS),
        Keypoints([0, 1, 3], np.arange(18.0).reshape(3, 2, 3), [1.0, 2, 3], ZEROS),
        Polylines([0, 1, 3], [0, 1, 2, 4], np.arange(8.0).reshape(4, 2), ZEROS),
    ],
)
def test_every_shape_is_taken_apart_and_is_like_itself(marks: Marks) -> None:
    turned = marks.take([1, 0])
    assert turned.counts.tolist() == [2, 1]
    assert len(marks.where(np.array([True, False, True]))) == 2
    alike = similar_pairs(turned, turned)
    own = alike.values[alike.rows == alike.cols]
    assert own == pytest.approx([1.0] * 3)
