"""Consensus on masks: like that on boxes where masks are boxes, and closer to the truth than each person."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.quality_boxes import a_truth, redrawn

from assay.quality import Boxes, Masks, as_masks, fuse_boxes, fuse_masks, similar_pairs
from assay.quality.errors import UnknownNameError

SIZES = np.tile(np.array([[1_000, 1_000]], np.int32), (12, 1))


def wobbly_discs(seed: int) -> tuple[Masks, dict[str, Masks]]:
    """Discs on two pictures, and five people: three draw well, one sees only the left part, one draws too large."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:120, :150]
    centres, angles = [(40, 40), (100, 70), (60, 60)], np.linspace(0, 2 * np.pi, 40, endpoint=False)

    def disc(cx: float, cy: float, radius: np.ndarray) -> np.ndarray:
        angle = np.arctan2(y - cy, x - cx) % (2 * np.pi)
        return np.hypot(x - cx, y - cy) < np.interp(angle, angles, radius, period=2 * np.pi)

    def people(name: str) -> list[np.ndarray]:
        radius = [20 + rng.normal(0, 2, 40) + (4 if name == "large" else 0) for _ in centres]
        drawn = [disc(*c, r) for c, r in zip(centres, radius, strict=True)]
        return [d & (x < c[0] + 5) for d, c in zip(drawn, centres, strict=True)] if name == "left" else drawn

    offsets, classes = [0, 2, 3], np.zeros(3, np.int32)
    truth = Masks.from_bitmaps(offsets, [disc(*c, np.full(40, 20.0)) for c in centres], classes)
    return truth, {n: Masks.from_bitmaps(offsets, people(n), classes) for n in ("ann", "bob", "cid", "left", "large")}


def mean_iou(truth: Masks, answer: Masks) -> float:
    pairs = similar_pairs(truth, answer)
    return float(np.mean([pairs.values[pairs.rows == row].max(initial=0) for row in range(len(truth))]))


@pytest.mark.parametrize("method", ["staple", "vote"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_fused_masks_are_closer_to_the_truth_than_people_are(method: str, seed: int) -> None:
    truth, people = wobbly_discs(seed)
    fused = fuse_masks(people, method=method)  # type: ignore[arg-type]
    assert fused.masks.counts.tolist() == [2, 1]
    assert mean_iou(truth, fused.masks) > max(mean_iou(truth, alone) for alone in people.values())
    assert mean_iou(truth, fused.masks) > 0.9
    assert fused.skills["left"].noise > max(fused.skills[name].noise for name in ("ann", "bob", "cid"))


def test_fused_masks_do_not_depend_on_the_order_of_people() -> None:
    _, people = wobbly_discs(4)
    one, other = fuse_masks(people), fuse_masks(dict(reversed(people.items())))
    assert all(map(np.array_equal, one.candidates.runs, other.candidates.runs))
    assert np.array_equal(one.confidence, other.confidence)


def test_masks_of_boxes_are_grouped_and_judged_as_the_boxes_are() -> None:
    rng = np.random.default_rng(5)
    truth = a_truth(rng, 12)
    whole = Boxes(truth.offsets, np.round(truth.xyxy), truth.classes)
    people = {}
    for name in "abc":
        drawn = redrawn(rng, whole)
        sides = np.clip(np.round(drawn.xyxy), 0, 1_000)
        kept = (sides[:, 0] < sides[:, 2]) & (sides[:, 1] < sides[:, 3])
        part = drawn.where(kept)
        people[name] = Boxes(part.offsets, sides[kept], part.classes)
    boxes, masks = fuse_boxes(people), fuse_masks({name: as_masks(b, SIZES) for name, b in people.items()})
    assert np.array_equal(boxes.clusters.rows, masks.clusters.rows)
    assert boxes.confidence == pytest.approx(masks.confidence)
    assert np.array_equal(boxes.candidates.classes, masks.candidates.classes)
    pairs = similar_pairs(as_masks(whole, SIZES), masks.masks)
    assert (pairs.values > 0.7).sum() > 0.9 * len(truth)


def test_of_two_people_alike_what_both_set_remains() -> None:
    a, b = np.zeros((20, 30), np.bool_), np.zeros((20, 30), np.bool_)
    a[2:12, 2:20], b[4:14, 4:22] = True, True
    fused = fuse_masks({n: Masks.from_bitmaps([0, 1], [p], [0]) for n, p in (("a", a), ("b", b))})
    assert np.array_equal(fused.masks.to_bitmap(0), a & b)


def test_nobody_drawing_anything_is_an_answer_and_an_unknown_method_is_none() -> None:
    empty = Masks.from_polygons([0, 0, 0], [[5, 5], [5, 5]], [], [])
    assert len(fuse_masks({"a": empty, "b": empty}).masks) == 0
    with pytest.raises(UnknownNameError):
        fuse_masks({"a": empty, "b": empty}, method="median")  # type: ignore[arg-type]
