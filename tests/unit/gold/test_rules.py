"""Answers held against gold, mark by mark."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.annotations import Mark
from assay.gold import ERROR_KINDS, ErrorKind, GoldMark, score_answer, verdict_to_json
from assay.gold.model import verdict_from_json

R, M, S, C, L = ErrorKind.RIGHT, ErrorKind.MISSED, ErrorKind.SPURIOUS, ErrorKind.MISCLASSIFIED, ErrorKind.MISLOCALISED


def gold(x: float, label_class: str = "cell", size: float = 10.0) -> GoldMark:
    return GoldMark(label_class, "bbox", (x, 0.0, x + size, 10.0), ("1.1",))


def drawn(x: float, label_class: str = "cell", size: float = 10.0) -> Mark:
    return Mark(label_class, "bbox", (x, 0.0, x + size, 10.0))


def kinds(signed: list[GoldMark], answer: list[Mark], match: float = 0.5, tight: float = 0.7) -> list[ErrorKind]:
    return [m.kind for m in score_answer(signed, answer, match_iou=match, tight_iou=tight).marks]


@pytest.mark.parametrize(
    ("signed", "answer", "found"),
    [
        ([], [], []),
        ([gold(0)], [drawn(0)], [R]),
        ([gold(0)], [], [M]),
        ([], [drawn(0)], [S]),
        ([gold(0)], [drawn(0, "dust")], [C]),
        ([gold(0)], [drawn(2)], [L]),  # IoU 8 / 12 = .67
        ([gold(0)], [drawn(1)], [R]),  # IoU 9 / 11 = .82
        ([gold(0)], [drawn(4)], [M, S]),  # IoU 6 / 14 = .43
        ([gold(0), gold(50)], [drawn(50), drawn(0)], [R, R]),
        ([gold(0)], [drawn(0), drawn(0)], [R, S]),
        ([gold(0), gold(0, "dust")], [drawn(0, "dust"), drawn(0)], [R, R]),
    ],
)
def test_each_mark_gets_its_verdict(signed: list[GoldMark], answer: list[Mark], found: list[ErrorKind]) -> None:
    assert kinds(signed, answer) == found


def test_units_are_gold_marks_and_spurious_ones_and_one_for_an_empty_item() -> None:
    score = score_answer([gold(0), gold(30)], [drawn(0), drawn(90)], match_iou=0.5, tight_iou=0.7)
    assert (score.n_units, score.n_errors) == (3, 2)
    assert score.counts == {M: 1, S: 1, C: 0, L: 0}
    empty = score_answer([], [], match_iou=0.5, tight_iou=0.7)
    assert (empty.n_units, empty.n_errors) == (1, 0)


def test_matching_is_optimal_and_not_greedy() -> None:
    """The middle box overlaps the left gold best, but giving it to the right one pairs both."""
    signed = [gold(0, size=10), gold(4, size=10)]
    answer = [drawn(2.0, size=10), drawn(-2.0, size=10)]
    assert kinds(signed, answer, match=0.5, tight=0.5) == [R, R]


def test_a_verdict_keeps_both_boxes_and_their_overlap_and_comes_back_from_json() -> None:
    score = score_answer([gold(0), gold(30)], [drawn(1), drawn(90)], match_iou=0.5, tight_iou=0.7)
    right, missed, spurious = score.marks
    assert right.iou == pytest.approx(9 / 11)
    assert right.answer == ("cell", (1.0, 0.0, 11.0, 10.0))
    assert (missed.answer, missed.iou, spurious.gold, spurious.iou) == (None, None, None, None)
    assert [verdict_from_json(verdict_to_json(m)) for m in score.marks] == list(score.marks)


def test_a_tight_limit_below_the_match_limit_counts_as_the_match_limit() -> None:
    assert kinds([gold(0)], [drawn(2)], match=0.6, tight=0.3) == [R]


cells = st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["cell", "dust"]), st.integers(6, 14)), max_size=4)


@given(signed=cells, answer=cells, seed=st.integers(0, 99))
def test_counts_add_up_and_the_order_of_marks_does_not_matter(
    signed: list[tuple[int, str, int]], answer: list[tuple[int, str, int]], seed: int
) -> None:
    left = [gold(x * 7.0, c, float(w)) for x, c, w in signed]
    right = [drawn(x * 7.0 + 0.5, c, float(w)) for x, c, w in answer]
    score = score_answer(left, right, match_iou=0.5, tight_iou=0.7)
    assert score.n_units == max(1, len(left) + score.counts[S])
    assert score.n_errors == sum(m.kind is not R for m in score.marks)
    paired = sum(m.gold is not None and m.answer is not None for m in score.marks)
    assert (score.counts[M], score.counts[S]) == (len(left) - paired, len(right) - paired)
    rng = np.random.default_rng(seed)
    mixed = score_answer(
        [left[i] for i in rng.permutation(len(left))],
        [right[i] for i in rng.permutation(len(right))],
        match_iou=0.5,
        tight_iou=0.7,
    )
    total = sum(m.iou or 0.0 for m in score.marks)
    assert sum(m.iou or 0.0 for m in mixed.marks) == pytest.approx(total)
    assert (mixed.n_units, mixed.n_errors) == (score.n_units, score.n_errors)


@given(signed=cells, answer=cells)
def test_no_pairing_has_more_pairs_of_one_class_than_the_one_found(
    signed: list[tuple[int, str, int]], answer: list[tuple[int, str, int]]
) -> None:
    """An oracle that tries every assignment of same-class pairs."""
    left = [gold(x * 7.0, c, float(w)) for x, c, w in signed]
    right = [drawn(x * 7.0 + 0.5, c, float(w)) for x, c, w in answer]
    score = score_answer(left, right, match_iou=0.5, tight_iou=0.5)

    def iou(a: GoldMark, b: Mark) -> float:
        both = min(a.bbox[2], b.bbox[2]) - max(a.bbox[0], b.bbox[0])
        if both <= 0 or a.label_class != b.label_class:
            return 0.0
        return both / ((a.bbox[2] - a.bbox[0]) + (b.bbox[2] - b.bbox[0]) - both)

    best = 0.0
    places = list(range(len(right))) + [None] * len(left)
    for chosen in set(itertools.permutations(places, len(left))):
        overlaps = [iou(left[i], right[j]) if j is not None else 0.0 for i, j in enumerate(chosen)]
        best = max(best, sum(o for o in overlaps if o >= 0.5))
    found = sum(m.iou or 0.0 for m in score.marks if m.kind is R)
    assert found == pytest.approx(best)


def test_error_kinds_are_those_the_tables_have_columns_for() -> None:
    assert set(ERROR_KINDS) == set(ErrorKind) - {R}
