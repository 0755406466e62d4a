"""Weighted boxes fusion equals the published procedure step by step, on both kernels."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.quality_boxes import a_truth, redrawn

from assay.kernel import native_fusion
from assay.quality import Boxes, box_iou, weighted_boxes_fusion
from assay.quality.errors import ItemsDifferError, MarksMisshapenError, TooFewAuthorsError


def models(seed: int, n_items: int) -> tuple[list[Boxes], list[np.ndarray]]:
    rng = np.random.default_rng(seed)
    truth = a_truth(rng, n_items)
    drawn = [redrawn(rng, truth, noise=0.08, invents=0.2) for _ in range(3)]
    return drawn, [rng.uniform(0.05, 1, len(boxes)) for boxes in drawn]


def by_hand(
    drawn: list[Boxes], scores: list[np.ndarray], item: int, weights: list[float], threshold: float
) -> list[tuple[float, ...]]:
    """The procedure of the paper with plain lists: (score, class, sides), by falling score."""
    rows = [
        (scores[m][r] * weights[m], int(boxes.classes[r]), boxes.xyxy[r])
        for m, boxes in enumerate(drawn)
        for r in range(boxes.offsets[item], boxes.offsets[item + 1])
    ]
    clusters: list[list[tuple]] = []
    fused: list[np.ndarray] = []
    for score, label, box in sorted(rows, key=lambda row: -row[0]):
        near = [
            box_iou(f[None], box[None])[0, 0] if c[0][1] == label else -1.0
            for f, c in zip(fused, clusters, strict=True)
        ]
        if near and max(near) > threshold:
            k = int(np.argmax(near))
            clusters[k].append((score, label, box))
            fused[k] = sum(s * b for s, _, b in clusters[k]) / sum(s for s, _, _ in clusters[k])
        else:
            clusters.append([(score, label, box)])
            fused.append(box)
    found = [
        (np.mean([s for s, _, _ in c]) * min(len(drawn), len(c)) / sum(weights), c[0][1], *f)
        for c, f in zip(clusters, fused, strict=True)
    ]
    return sorted(found, key=lambda row: -row[0])


@pytest.mark.parametrize(("weights", "threshold"), [([1.0, 1.0, 1.0], 0.55), ([2.0, 0.5, 1.0], 0.4)])
def test_the_procedure_of_the_paper_gives_the_same_boxes(weights: list[float], threshold: float) -> None:
    drawn, scores = models(1, 60)
    got = weighted_boxes_fusion(drawn, scores, weights=weights, threshold=threshold)
    for item in range(60):
        here = slice(got.boxes.offsets[item], got.boxes.offsets[item + 1])
        wanted = np.array(by_hand(drawn, scores, item, weights, threshold)).reshape(-1, 6)
        assert got.scores[here] == pytest.approx(wanted[:, 0])
        assert got.boxes.classes[here].tolist() == wanted[:, 1].tolist()
        assert got.boxes.xyxy[here] == pytest.approx(wanted[:, 2:])


@pytest.mark.parametrize("take_highest", [False, True])
def test_both_kernels_fuse_alike(*, take_highest: bool) -> None:
    drawn, scores = models(2, 40)
    weights = np.array([1.0, 2.0, 0.5])
    one, other = (
        native_fusion.fuse_items(
            [b.offsets for b in drawn],
            [b.xyxy for b in drawn],
            [b.classes for b in drawn],
            [s * w for s, w in zip(scores, weights, strict=True)],
            [s > 0.2 for s in scores],
            weights,
            threshold=0.3,
            take_highest=take_highest,
            backend=backend,
        )
        for backend in ("compiled", "numpy")
    )
    for mine, theirs in zip(one, other, strict=True):
        assert mine == pytest.approx(theirs)


def test_both_kernels_find_the_same_robust_means() -> None:
    rng = np.random.default_rng(3)
    sizes = rng.integers(1, 8, 300)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    boxes = np.array([0.0, 0, 100, 60]) + rng.normal(0, 5, (starts[-1], 4)) * rng.choice([1, 6], (starts[-1], 1))
    weights = rng.choice([1.0, 2.0, 0.5], starts[-1])
    one, other = (
        native_fusion.robust_means(starts, boxes, weights, reach=1.0, least_spread=0.02, backend=backend)
        for backend in ("compiled", "numpy")
    )
    assert one == pytest.approx(other, abs=1e-9)


def test_one_wild_box_hardly_moves_a_robust_mean() -> None:
    boxes = np.array([[0.0, 0, 100, 60], [1, 0, 101, 61], [-1, 1, 99, 60], [40, 30, 300, 200]])
    mean = native_fusion.robust_means(np.array([0, 4]), boxes, np.ones(4), reach=1.0, least_spread=0.02)[0]
    assert np.abs(mean - [0, 0, 100, 60]).max() < 4
    assert np.abs(boxes.mean(axis=0) - [0, 0, 100, 60]).max() > 30


def test_boxes_below_the_lowest_score_are_left_out_and_one_model_is_its_own_answer() -> None:
    boxes = Boxes.of([[(0, 0, 10, 10), (20, 20, 40, 40)], []])
    alone = weighted_boxes_fusion([boxes], [[0.9, 0.2]], skip_below=0.3)
    assert alone.boxes.xyxy.tolist() == [[0, 0, 10, 10]]
    assert alone.scores.tolist() == [0.9]
    nothing = weighted_boxes_fusion([Boxes.empty(2)], [[]])
    assert nothing.boxes.counts.tolist() == [0, 0]


def test_the_highest_score_can_be_kept() -> None:
    boxes = Boxes.of([[(0, 0, 10, 10)]])
    got = weighted_boxes_fusion([boxes, boxes], [[0.9], [0.3]], confidence="max", weights=[1, 2])
    assert got.scores.tolist() == [pytest.approx(0.45)]
    assert got.n_joined.tolist() == [2]


def test_what_cannot_be_fused_is_refused() -> None:
    one = Boxes.of([[(0, 0, 1, 1)]])
    with pytest.raises(TooFewAuthorsError):
        weighted_boxes_fusion([], [])
    with pytest.raises(ItemsDifferError):
        weighted_boxes_fusion([one, Boxes.empty(2)], [[1.0], []])
    with pytest.raises(MarksMisshapenError, match="not all in"):
        weighted_boxes_fusion([one], [[0.0]])
    with pytest.raises(MarksMisshapenError, match="weights"):
        weighted_boxes_fusion([one], [[1.0]], weights=[0.0])
