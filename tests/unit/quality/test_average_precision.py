"""Average precision beside COCO's own code, and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality.average_precision import average_precision
from assay.quality.boxes import Boxes
from assay.quality.coco import coco_statistics
from assay.quality.coco_side import CocoSide
from assay.quality.errors import ItemsDifferError, MarksMisshapenError


def _scene(seed: int, n_items: int = 25, k: int = 3) -> tuple[Boxes, Boxes, np.ndarray]:
    rng = np.random.default_rng(seed)
    gold, answers, gold_c, answer_c = [], [], [], []
    for _ in range(n_items):
        corner = rng.uniform(0, 80, (rng.integers(0, 6), 2))
        boxes = np.concatenate([corner, corner + rng.uniform(10, 40, (len(corner), 2))], axis=1)
        classes = rng.integers(0, k, len(boxes))
        seen = rng.random(len(boxes)) < 0.8
        moved = boxes[seen] + rng.normal(0, 3, (seen.sum(), 4))
        extra = rng.uniform(0, 60, (rng.integers(0, 3), 2))
        found = np.concatenate([moved, np.concatenate([extra, extra + 20], axis=1)])
        found[:, 2:] = np.maximum(found[:, 2:], found[:, :2] + 1)
        gold.append(boxes)
        gold_c.append(classes)
        answers.append(found)
        answer_c.append(np.concatenate([classes[seen], rng.integers(0, k, len(extra))]))
    said = Boxes.of(answers, answer_c)
    return Boxes.of(gold, gold_c), said, rng.random(len(said))


def _side(boxes: Boxes, scores: np.ndarray | None = None) -> CocoSide:
    b = boxes.xyxy
    xywh = np.column_stack([b[:, 0], b[:, 1], b[:, 2] - b[:, 0], b[:, 3] - b[:, 1]])
    return CocoSide(boxes.items, boxes.classes.astype(np.int64), xywh[:, 2] * xywh[:, 3], xywh=xywh, scores=scores)


@pytest.mark.parametrize("seed", range(4))
def test_at_half_it_is_cocos_ap50(seed: int) -> None:
    gold, answers, scores = _scene(seed)
    mine = average_precision(gold, answers, scores, 3, iou=0.5, rng=np.random.default_rng(0), n_replicates=2)
    oracle = coco_statistics(_side(gold), _side(answers, scores), n_images=gold.n_items, n_classes=3)
    assert mine.mean.value == pytest.approx(oracle.values["AP50"].value, abs=1e-9)


def test_one_right_one_wrong_one_missed_by_hand() -> None:
    gold = Boxes.of([[(0, 0, 10, 10), (20, 20, 30, 30)]])
    answers = Boxes.of([[(0, 0, 10, 10), (50, 50, 60, 60)]])
    found = average_precision(gold, answers, np.array([0.9, 0.8]), 1, iou=0.5, rng=np.random.default_rng(0))
    assert found.mean.value == pytest.approx(51 / 101)  # precision 1 up to recall .5, then nothing
    assert found.mean.low is None  # one image says nothing of others


def test_nothing_there_is_not_measured_and_nothing_said_is_zero() -> None:
    rng = np.random.default_rng(0)
    gold = Boxes.of([[(0, 0, 10, 10)], []])
    found = average_precision(gold, Boxes.empty(2), np.empty(0), 2, iou=0.5, rng=rng)
    assert [e.value for e in found.by_class] == [0.0, None]
    assert average_precision(Boxes.empty(2), gold, np.array([0.5]), 1, iou=0.5, rng=rng).mean.value is None


def test_the_interval_holds_the_value() -> None:
    gold, answers, scores = _scene(9)
    mean = average_precision(gold, answers, scores, 3, iou=0.33, rng=np.random.default_rng(1)).mean
    assert mean.low is not None
    assert mean.high is not None
    assert mean.value is not None
    assert mean.low < mean.value < mean.high


def test_sides_that_do_not_belong_together_are_refused() -> None:
    gold, answers, scores = _scene(1)
    with pytest.raises(ItemsDifferError):
        average_precision(gold, Boxes.empty(3), np.empty(0), 3, iou=0.5, rng=np.random.default_rng(0))
    with pytest.raises(MarksMisshapenError):
        average_precision(gold, answers, scores[:-1], 3, iou=0.5, rng=np.random.default_rng(0))
