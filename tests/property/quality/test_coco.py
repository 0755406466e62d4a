"""COCO's statistics equal the reference code's on random marks with crowds, ties, every size, and too many answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.support.coco_reference import as_side, reference_statistics

from assay.kernel import native_coco
from assay.quality import CocoSide, coco_statistics
from assay.quality.errors import MarksMisshapenError, UnknownNameError


def some_boxes(rng: np.random.Generator, n: int) -> np.ndarray:
    size = np.exp(rng.uniform(1, 5.5, (n, 2))).round()
    return np.hstack([rng.integers(0, 200, (n, 2)), size])


def random_set(seed: int, n_images: int, *, n_answers: int = 14) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Gold on whole pixels with a tenth crowd, and answers near it, far from it, and with many equal scores."""
    rng = np.random.default_rng(seed)
    images = [{"id": 7 * i + 3, "height": 600, "width": 600} for i in range(n_images)]
    marks: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    for image in images:
        boxes = some_boxes(rng, int(rng.integers(0, 9)))
        for box in boxes:
            crowd = int(rng.random() < 0.1)
            common = {"image_id": image["id"], "category_id": int(rng.integers(1, 4)), "iscrowd": crowd}
            # Areas exactly at the borders between small, medium and large occur on purpose.
            area = float(rng.choice([box[2] * box[3], 32.0**2, 96.0**2]))
            marks.append({"id": len(marks) + 1, "bbox": box.tolist(), "area": area, **common})
        near = boxes[rng.integers(0, len(boxes), n_answers)] if len(boxes) else some_boxes(rng, 3)
        for box in np.concatenate([near + rng.integers(-2, 3, near.shape), some_boxes(rng, 2)]):
            box[2:] = np.maximum(box[2:], 1)
            score = float(rng.integers(0, 12)) / 12
            answers.append(
                {"image_id": image["id"], "category_id": int(rng.integers(1, 4)), "bbox": box.tolist(), "score": score}
            )
    rng.shuffle(answers)  # type: ignore[arg-type]
    return {"images": images, "annotations": marks, "categories": [{"id": k} for k in (1, 2, 3, 9)]}, answers


def numbers_of(gold: dict[str, Any], answers: list[dict[str, Any]]) -> np.ndarray:
    got = coco_statistics(
        as_side(gold, gold["annotations"], "bbox", is_gold=True),
        as_side(gold, answers, "bbox", is_gold=False),
        n_images=len(gold["images"]),
        n_classes=len(gold["categories"]),
    )
    return np.array([-1 if number.value is None else number.value for number in got.values.values()])


@pytest.mark.parametrize("seed", range(6))
def test_random_boxes_get_the_numbers_of_the_reference_code(seed: int) -> None:
    gold, answers = random_set(seed, 40)
    assert numbers_of(gold, answers) == pytest.approx(reference_statistics(gold, answers, "bbox"), abs=1e-12)


def test_more_answers_than_count_are_cut_off_as_in_the_reference_code() -> None:
    gold, answers = random_set(11, 3, n_answers=420)
    assert numbers_of(gold, answers) == pytest.approx(reference_statistics(gold, answers, "bbox"), abs=1e-12)


def test_both_kernels_measure_match_and_add_up_alike() -> None:
    gold, answers = random_set(12, 30)
    truth, given = (
        as_side(gold, marks, "bbox", is_gold=is_gold)
        for marks, is_gold in ((gold["annotations"], True), (answers, False))
    )
    key, gold_key = given.classes * 30 + given.images, truth.classes * 30 + truth.images
    order, gold_order = np.lexsort((-given.scores, key)), np.argsort(gold_key, kind="stable")
    keys = np.unique(np.concatenate([key, gold_key]))
    groups = native_coco.Groups(
        answer_starts=np.append(np.searchsorted(key[order], keys), len(key)),
        gold_starts=np.append(np.searchsorted(gold_key[gold_order], keys), len(gold_key)),
        answer_area=given.areas[order],
        gold_area=truth.areas[gold_order],
        gold_ignored=truth.is_crowd[gold_order].astype(np.uint8),
        gold_crowd=truth.is_crowd[gold_order].astype(np.uint8),
    )
    ranges, thresholds = np.array([[0, 1e10], [0, 1024], [1024, 9216.0]]), np.array([0.5, 0.6, 0.75, 0.9])
    ranking = native_coco.Ranking(
        starts=np.searchsorted(given.classes[order], np.arange(5)),
        order=np.lexsort((-given.scores[order], given.classes[order])),
        images=given.images[order],
        ranks=np.zeros(len(order), np.int32),
    )
    weights = np.random.default_rng(1).integers(0, 3, 30).astype(np.float64)
    answers_of = []
    for backend in ("compiled", "numpy"):
        iou = native_coco.coco_box_iou(given.xywh[order], truth.xywh[gold_order], groups, backend=backend)
        matched, ignored = native_coco.coco_match(groups, iou, thresholds, ranges, backend=backend)
        n_gold = np.array([9.0, 7.0, 11.0, 0.0])
        sums = [
            native_coco.coco_accumulate(
                ranking, matched[k], ignored[k], n_gold, np.linspace(0, 1, 11),
                max_answers=50, n_thresholds=4, weights=w, backend=backend,
            )
            for k in range(3) for w in (None, weights)
        ]  # fmt: skip
        answers_of.append([iou, matched, ignored, *(table for pair in sums for table in pair)])
    for mine, theirs in zip(*answers_of, strict=True):
        assert np.array_equal(mine, theirs)


def test_every_number_gets_an_interval_when_asked() -> None:
    gold, answers = random_set(13, 40)
    sides = as_side(gold, gold["annotations"], "bbox", is_gold=True), as_side(gold, answers, "bbox", is_gold=False)
    once, again = (
        coco_statistics(*sides, n_images=40, n_classes=4, rng=np.random.default_rng(2), n_replicates=60)
        for _ in range(2)
    )
    assert once.values == again.values
    for number in once.values.values():
        assert number.low is not None
        assert number.high is not None
        assert number.low <= number.value <= number.high
        assert number.n_items == 40
    assert once.values["AP"].high - once.values["AP"].low < 0.3
    assert np.isnan(once.ap_by_class[3])
    assert once.values["AP"].value == pytest.approx(once.ap_by_class[:3].mean())


def nothing(*, scores: bool) -> CocoSide:
    none = np.empty(0, np.int64)
    return CocoSide(none, none, np.empty(0), np.empty((0, 4)), scores=np.empty(0) if scores else None)


def test_without_gold_there_are_no_numbers_and_without_answers_they_are_zero() -> None:
    gold, answers = random_set(14, 10)
    truth, given = (
        as_side(gold, gold["annotations"], "bbox", is_gold=True),
        as_side(gold, answers, "bbox", is_gold=False),
    )
    empty = coco_statistics(nothing(scores=False), given, n_images=10, n_classes=4)
    assert all(number.value is None for number in empty.values.values())
    missed = coco_statistics(truth, nothing(scores=True), n_images=10, n_classes=4)
    assert {number.value for number in missed.values.values()} == {0.0}


def test_an_evaluation_that_cannot_be_done_is_refused() -> None:
    none = nothing(scores=False)
    with pytest.raises(MarksMisshapenError, match="no scores"):
        coco_statistics(none, none, n_images=1, n_classes=1)
    with pytest.raises(MarksMisshapenError, match="no masks"):
        coco_statistics(none, nothing(scores=True), n_images=1, n_classes=1, kind="segm")
    with pytest.raises(UnknownNameError):
        coco_statistics(none, none, n_images=1, n_classes=1, kind="boxes")  # type: ignore[arg-type]
    with pytest.raises(MarksMisshapenError, match="not finite"):
        CocoSide(np.zeros(1, int), np.zeros(1, int), np.array([np.nan]))
    with pytest.raises(MarksMisshapenError, match="2 classes"):
        CocoSide(np.zeros(1, int), np.zeros(2, int), np.zeros(1))
