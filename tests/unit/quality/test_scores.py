"""Verdicts, counts per item and the confusion table on small answers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality import Boxes, Verdict, score_boxes
from assay.quality.errors import ClassOutOfRangeError, ThresholdInvalidError

CAR, BUS = 0, 1
GOLD = Boxes.of(
    [
        [(0, 0, 10, 10), (20, 0, 30, 10), (40, 0, 50, 10), (60, 0, 70, 10)],
        [],
        [],
    ],
    [[CAR, CAR, CAR, BUS], [], []],
)
ANSWER = Boxes.of(
    [
        [(0, 0, 10, 10), (20, 0, 30, 6), (60, 0, 70, 10), (90, 0, 99, 9)],
        [],
        [(0, 0, 5, 5)],
    ],
    [[CAR, CAR, CAR, BUS], [], [BUS]],
)


def test_every_mark_gets_its_verdict() -> None:
    score = score_boxes(GOLD, ANSWER, threshold=0.5, tight_threshold=0.7)
    v = Verdict
    assert score.gold_verdicts.tolist() == [v.CORRECT, v.MISLOCALISED, v.MISSED, v.MISCLASSIFIED]
    assert score.answer_verdicts.tolist() == [v.CORRECT, v.MISLOCALISED, v.MISCLASSIFIED, v.SPURIOUS, v.SPURIOUS]


def test_units_are_gold_marks_plus_spurious_and_an_empty_item_left_empty_is_one_right_answer() -> None:
    score = score_boxes(GOLD, ANSWER)
    assert score.n_units.tolist() == [5, 1, 1]
    assert score.n_errors.tolist() == [4, 0, 1]
    assert score.counts(Verdict.SPURIOUS).tolist() == [1, 0, 1]
    assert score.counts(Verdict.MISSED).tolist() == [1, 0, 0]


def test_the_confusion_table_has_nothing_as_its_last_class() -> None:
    score = score_boxes(GOLD, ANSWER)
    assert score.confusion(2).tolist() == [[2, 0, 1], [1, 0, 0], [0, 2, 0]]
    with pytest.raises(ClassOutOfRangeError):
        score.confusion(1)


def test_rates_follow_from_the_verdicts() -> None:
    score = score_boxes(GOLD, ANSWER)
    rng = np.random.default_rng(1)
    precision, recall, f1 = score.precision(rng), score.recall(rng), score.f1(rng)
    assert (precision.value, precision.n, precision.n_items) == (2 / 5, 5, 2)
    assert (recall.value, recall.n, recall.n_items) == (2 / 4, 4, 1)
    assert f1.value == pytest.approx(2 * 2 / 9)
    assert score.mean_iou(rng).value == pytest.approx((1 + 0.6) / 2)


def test_a_tight_threshold_below_the_threshold_is_refused() -> None:
    with pytest.raises(ThresholdInvalidError):
        score_boxes(GOLD, ANSWER, threshold=0.6, tight_threshold=0.5)
    with pytest.raises(ThresholdInvalidError):
        score_boxes(GOLD, ANSWER, threshold=0.0)


def test_without_gold_there_is_no_recall_but_an_honest_nothing() -> None:
    recall = score_boxes(Boxes.empty(3), Boxes.empty(3)).recall(np.random.default_rng(1))
    assert (recall.value, recall.low, recall.high, recall.n) == (None, None, None, 0)
