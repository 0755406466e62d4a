"""Matching equals an independent assignment, settles ties as documented, and does not depend on order or threads."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from tests.support.quality_boxes import on_a_grid, scattered

from assay.kernel import native, twin
from assay.quality import Boxes, match_boxes

THRESHOLDS = (0.1, 0.3, 0.4, 0.5, 0.75)
MODES = {"two_pass": native.TWO_PASS, "class_aware": native.CLASS_AWARE, "class_agnostic": native.CLASS_AGNOSTIC}
BACKENDS: tuple[native.Backend, ...] = ("compiled", "numpy")


def side(boxes: Boxes) -> native.Side:
    return boxes.offsets, boxes.xyxy, boxes.classes


def table_of(left: Boxes, right: Boxes, item: int, threshold: float) -> np.ndarray:
    """An IoU table written the long way round, zero below the threshold."""
    a = left.xyxy[left.offsets[item] : left.offsets[item + 1], None]
    b = right.xyxy[None, right.offsets[item] : right.offsets[item + 1]]
    extent = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    inter = np.clip(extent, 0, None).prod(axis=-1)
    union = (a[..., 2:] - a[..., :2]).prod(axis=-1) + (b[..., 2:] - b[..., :2]).prod(axis=-1) - inter
    return np.where(inter / union >= threshold, inter / union, 0.0)


def check_against_scipy(left: Boxes, right: Boxes, threshold: float, *, unique: bool) -> None:
    m = match_boxes(left, right, threshold=threshold, mode="class_agnostic")
    for item in range(left.n_items):
        table = table_of(left, right, item, threshold)
        rows, cols = linear_sum_assignment(table, maximize=True)
        here = slice(left.offsets[item], left.offsets[item + 1])
        assert abs(table[rows, cols].sum() - m.iou[here].sum()) <= 1e-12
        if unique:
            real = table[rows, cols] > 0
            mine = m.right_of_left[here] - right.offsets[item]
            assert np.array_equal(np.flatnonzero(m.right_of_left[here] >= 0), rows[real])
            assert np.array_equal(mine[rows[real]], cols[real])


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_the_total_iou_is_that_of_an_independent_assignment(threshold: float) -> None:
    rng = np.random.default_rng(7)
    check_against_scipy(scattered(rng, 400), scattered(rng, 400), threshold, unique=True)
    check_against_scipy(on_a_grid(rng, 400), on_a_grid(rng, 400), threshold, unique=False)


@pytest.mark.slow
@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_the_total_iou_is_that_of_an_independent_assignment_on_a_hundred_thousand_images(threshold: float) -> None:
    rng = np.random.default_rng(11)
    check_against_scipy(scattered(rng, 20_000), scattered(rng, 20_000), threshold, unique=True)
    check_against_scipy(on_a_grid(rng, 4_000), on_a_grid(rng, 4_000), threshold, unique=False)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("threshold", [0.1, 0.5])
def test_the_compiled_kernel_and_its_twin_give_the_same_rows_ties_included(mode: str, threshold: float) -> None:
    rng = np.random.default_rng(13)
    for draw in (scattered, on_a_grid):
        left, right = draw(rng, 150), draw(rng, 150)
        answers = [
            native.match_boxes(side(left), side(right), threshold=threshold, mode=MODES[mode], backend=backend)
            for backend in BACKENDS
        ]
        for mine, theirs in zip(*answers, strict=True):
            assert np.array_equal(mine, theirs)


def best_by_hand(table: np.ndarray) -> tuple[int, ...]:
    """Try every assignment: largest total, most pairs, then the lowest columns for the lowest rows."""
    n, m = table.shape
    scaled = np.rint(table * 2**48)
    best, answer = None, ()
    for order in permutations([*range(m), *[-1] * n], n):
        if any(j >= 0 and scaled[i, j] == 0 for i, j in enumerate(order)):
            continue
        total = sum(int(scaled[i, j]) for i, j in enumerate(order) if j >= 0)
        key = (total, sum(j >= 0 for j in order), tuple(-j if j >= 0 else -m for j in order))
        if best is None or key > best:
            best, answer = key, order
    return answer


@given(seed=st.integers(0, 2**32 - 1))
def test_ties_go_to_most_pairs_and_then_to_the_lowest_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    left, right = (on_a_grid(rng, 1, mean=2.5).take([0]) for _ in range(2))
    left, right = (Boxes.of([b.xyxy[:4].tolist()]) for b in (left, right))
    wanted = best_by_hand(table_of(left, right, 0, 0.1))
    for backend in BACKENDS:
        got, *_ = native.match_boxes(side(left), side(right), threshold=0.1, mode=0, backend=backend)
        assert tuple(got.tolist()) == wanted


def test_swapping_the_sides_keeps_the_total_and_the_number_of_pairs() -> None:
    rng = np.random.default_rng(17)
    for draw in (scattered, on_a_grid):
        left, right = draw(rng, 200), draw(rng, 200)
        there, back = match_boxes(left, right, threshold=0.2), match_boxes(right, left, threshold=0.2)
        for mine, theirs in ((left, there), (right, back)):
            assert len(theirs.iou) == len(mine)
        assert there.pair_iou.sum() == pytest.approx(back.pair_iou.sum(), abs=1e-9)
        assert np.array_equal(
            np.bincount(left.items[there.left_rows], minlength=200),
            np.bincount(right.items[back.left_rows], minlength=200),
        )


def test_both_directions_of_a_matching_name_the_same_pairs() -> None:
    rng = np.random.default_rng(19)
    m = match_boxes(scattered(rng, 100), scattered(rng, 100), threshold=0.3)
    assert np.array_equal(m.left_of_right[m.right_rows], m.left_rows)
    assert (m.left_of_right >= 0).sum() == len(m.left_rows)
    assert (m.pair_iou >= 0.3).all()


def test_two_passes_never_give_up_a_pair_of_the_same_class_for_one_of_another() -> None:
    rng = np.random.default_rng(23)
    left, right = scattered(rng, 200), scattered(rng, 200)
    aware, both = (match_boxes(left, right, threshold=0.3, mode=m) for m in ("class_aware", "two_pass"))
    assert np.array_equal(aware.right_rows, both.right_rows[both.same_class])


@pytest.mark.parametrize("n_threads", [2, 5])
def test_the_number_of_threads_does_not_change_the_answer(n_threads: int) -> None:
    rng = np.random.default_rng(29)
    left, right = scattered(rng, 4_000), scattered(rng, 4_000)
    one, many = match_boxes(left, right), match_boxes(left, right, n_threads=n_threads)
    assert np.array_equal(one.right_of_left, many.right_of_left)
    assert np.array_equal(one.iou, many.iou)


@pytest.mark.parametrize("backend", BACKENDS)
def test_items_with_many_boxes_are_swept_to_the_same_answer(backend: native.Backend) -> None:
    rng = np.random.default_rng(31)
    corner = rng.uniform(0, 4_000, (600, 2))
    left = Boxes.of([np.hstack([corner, corner + rng.uniform(10, 60, (600, 2))]).tolist()])
    right = Boxes.of([(left.xyxy[rng.permutation(600)] + rng.normal(0, 3, (600, 4))).tolist()])
    for threshold in (0.05, 0.5):
        got = native.match_boxes(side(left), side(right), threshold=threshold, mode=0, backend=backend)[0]
        rows, cols = linear_sum_assignment(table_of(left, right, 0, threshold), maximize=True)
        table = table_of(left, right, 0, threshold)
        kept = np.flatnonzero(got >= 0)
        assert table[kept, got[kept]].sum() == pytest.approx(table[rows, cols].sum(), abs=1e-11)


EMPTY, ONE = Boxes.empty(1), Boxes.of([[(0, 0, 10, 10)]])


@pytest.mark.parametrize(
    ("left", "right"), [(EMPTY, EMPTY), (EMPTY, ONE), (ONE, EMPTY), (Boxes.empty(0), Boxes.empty(0))]
)
def test_empty_sides_match_nothing(left: Boxes, right: Boxes) -> None:
    for backend in BACKENDS:
        there, back, iou, stopped = native.match_boxes(side(left), side(right), threshold=0.5, mode=2, backend=backend)
        assert (there < 0).all()
        assert (back < 0).all()
        assert (iou == 0).all()
        assert stopped == -1


def test_a_pair_exactly_at_the_threshold_matches() -> None:
    left, right = Boxes.of([[(0, 0, 10, 10)]]), Boxes.of([[(0, 0, 10, 5)]])
    assert match_boxes(left, right, threshold=0.5).right_of_left.tolist() == [0]
    assert match_boxes(left, right, threshold=np.nextafter(0.5, 1)).right_of_left.tolist() == [-1]


def test_the_box_iou_of_both_kernels_is_the_same_to_the_last_bit() -> None:
    rng = np.random.default_rng(37)
    a, b = scattered(rng, 1, mean=40).xyxy, scattered(rng, 1, mean=50).xyxy
    assert np.array_equal(native.box_iou(a, b, backend="compiled"), twin.box_iou(a, b))
