"""Presets equal the tools' rules written out one pair at a time."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from tests.support.quality_boxes import on_a_grid, scattered

from assay.quality import Boxes, box_iou, compare_as, match_boxes
from assay.quality.errors import ItemsDifferError, UnknownNameError


def item_of(boxes: Boxes, item: int) -> tuple[np.ndarray, np.ndarray]:
    here = slice(boxes.offsets[item], boxes.offsets[item + 1])
    return boxes.xyxy[here], boxes.classes[here]


def padded_hungarian(similarity: np.ndarray) -> list[tuple[int, int]]:
    """CVAT's assignment: square, distances above the limit cost 1, pairs at 1 do not count."""
    size = max(similarity.shape)
    distance = np.ones((size, size))
    distance[: similarity.shape[0], : similarity.shape[1]] = 1 - similarity
    distance[distance > 1 - 0.4] = 1
    return [(i, j) for i, j in zip(*linear_sum_assignment(distance), strict=True) if distance[i, j] < 1]


def cvat_by_hand(gold: Boxes, answer: Boxes, item: int, *, two_pass: bool, empty_counts: bool) -> dict[str, float]:
    (a, a_class), (b, b_class) = item_of(gold, item), item_of(answer, item)
    similarity = box_iou(a, b)
    pairs = []
    if len(a) and len(b):
        if two_pass:
            pairs = padded_hungarian(np.where(a_class[:, None] == b_class, similarity, -1.0))
            rest_a = [i for i in range(len(a)) if i not in [p[0] for p in pairs]]
            rest_b = [j for j in range(len(b)) if j not in [p[1] for p in pairs]]
            if rest_a and rest_b:
                pairs += [(rest_a[i], rest_b[j]) for i, j in padded_hungarian(similarity[np.ix_(rest_a, rest_b)])]
        else:
            pairs = padded_hungarian(similarity)
    valid = sum(a_class[i] == b_class[j] for i, j in pairs)
    matched_a, matched_b = {i for i, _ in pairs}, {j for _, j in pairs}
    likeness = [similarity[i, j] for i, j in pairs]
    likeness += [similarity[i].max(initial=0) for i in range(len(a)) if i not in matched_a]
    likeness += [similarity[:, j].max(initial=0) for j in range(len(b)) if j not in matched_b]
    counts = {
        "valid": valid, "mismatched": len(pairs) - valid, "missing": len(a) - len(pairs), "extra": len(b) - len(pairs),
        "n_gold": len(a), "n_answer": len(b), "mean_iou": np.mean(likeness) if likeness else 0.0,
        "low_overlap": sum(similarity[i, j] < 0.8 for i, j in pairs),
    }  # fmt: skip
    counts["total"] = counts["valid"] + counts["mismatched"] + counts["missing"] + counts["extra"]
    counts["summary"] = counts["total"]
    if empty_counts:
        counts["summary"] += not len(a) or not len(b)
        if not len(a) and not len(b):
            counts["valid"] = counts["total"] = 1
        counts["n_gold"] += not len(a)
        counts["n_answer"] += not len(b)
    return counts


@pytest.mark.parametrize("empty_counts", [False, True])
@pytest.mark.parametrize("preset", ["cvat", "cvat-2023"])
def test_cvat_counts_are_those_of_a_naive_padded_hungarian(preset: str, *, empty_counts: bool) -> None:
    rng = np.random.default_rng(1)
    gold, answer = scattered(rng, 300, mean=5), scattered(rng, 300, mean=5)
    report = compare_as(preset, gold, answer, empty_is_annotated=empty_counts)  # type: ignore[arg-type]
    wanted = [
        cvat_by_hand(gold, answer, item, two_pass=preset == "cvat", empty_counts=empty_counts) for item in range(300)
    ]
    for name in ("valid", "mismatched", "missing", "extra", "n_gold", "n_answer", "total", "low_overlap"):
        assert getattr(report, name).tolist() == [counts[name] for counts in wanted], name
    assert report.mean_iou == pytest.approx([counts["mean_iou"] for counts in wanted])
    valid = sum(counts["valid"] for counts in wanted)
    assert report.accuracy == pytest.approx(valid / sum(counts["summary"] for counts in wanted))
    assert report.precision == pytest.approx(valid / sum(counts["n_answer"] for counts in wanted))
    assert report.recall == pytest.approx(valid / sum(counts["n_gold"] for counts in wanted))
    assert (gold.counts + answer.counts == 0).any()


def test_at_its_limit_the_distance_cvat_computes_decides_as_the_similarity_does() -> None:
    limit = 0.4
    for steps in range(-4, 5):
        similarity = limit
        for _ in range(abs(steps)):
            similarity = float(np.nextafter(similarity, np.sign(steps) * 9))
        assert (1 - similarity > 1 - limit) == (similarity < limit)
    gold = Boxes.of([[(0, 0, 1_000, 1)]])
    for part, matches in ((400, 1), (399, 0)):
        assert compare_as("cvat", gold, Boxes.of([[(0, 0, part, 1)]])).valid.tolist() == [matches]


def test_datumaro_serves_by_score_and_lets_a_better_fit_of_another_class_win() -> None:
    gold = Boxes.of([[(0, 0, 10, 10), (0, 0, 10, 8)]], [[1, 0]])
    answer = Boxes.of([[(0, 0, 10, 7), (0, 0, 10, 10)]], [[1, 1]])
    by_order = compare_as("datumaro", gold, answer)
    assert by_order.answer_rows[np.argsort(by_order.gold_rows)].tolist() == [1, 0]
    assert (by_order.valid.tolist(), by_order.mismatched.tolist()) == ([1], [1])
    tie = compare_as("datumaro", Boxes.of([[(0, 0, 9, 9)] * 2], [[0, 1]]), Boxes.of([[(0, 0, 9, 9)]], [[1]]))
    assert tie.gold_rows.tolist() == [1]


def datumaro_by_hand(gold: Boxes, answer: Boxes, item: int, order: np.ndarray) -> dict[int, int]:
    (a, a_class), (b, b_class) = item_of(gold, item), item_of(answer, item)
    similarity, taken = box_iou(b, a), {}
    for mark in order:
        first = [k for k in range(len(a)) if a_class[k] == b_class[mark]]
        best, found = -1.0, None
        for k in first + [k for k in range(len(a)) if k not in first]:
            if k in taken.values() or similarity[mark, k] < 0.5 or similarity[mark, k] <= best:
                continue
            best, found = similarity[mark, k], k
        if found is not None:
            taken[int(mark)] = found
    return taken


def test_datumaro_pairs_are_those_of_its_loop() -> None:
    rng = np.random.default_rng(2)
    for draw in (scattered, on_a_grid):
        gold, answer = draw(rng, 150), draw(rng, 150)
        scores = rng.integers(0, 4, len(answer)).astype(np.float64)
        report = compare_as("datumaro", gold, answer, scores=scores)
        got = dict(zip(report.answer_rows.tolist(), report.gold_rows.tolist(), strict=True))
        for item in range(150):
            here = slice(answer.offsets[item], answer.offsets[item + 1])
            order = np.argsort(-scores[here], kind="stable")
            for mark, partner in datumaro_by_hand(gold, answer, item, order).items():
                assert got.pop(mark + answer.offsets[item]) == partner + gold.offsets[item]
        assert got == {}


def test_coco_serves_by_score_within_a_class_and_takes_the_later_of_equals() -> None:
    rng = np.random.default_rng(3)
    gold, answer = on_a_grid(rng, 200), on_a_grid(rng, 200)
    scores = rng.integers(0, 4, len(answer)).astype(np.float64)
    report = compare_as("coco", gold, answer, scores=scores)
    got = dict(zip(report.answer_rows.tolist(), report.gold_rows.tolist(), strict=True))
    for item in range(200):
        (a, a_class), (b, b_class) = item_of(gold, item), item_of(answer, item)
        similarity, taken = box_iou(b, a), set()
        here = slice(answer.offsets[item], answer.offsets[item + 1])
        for mark in np.argsort(-scores[here], kind="stable"):
            least, found = 0.5, None
            for k in range(len(a)):
                if k not in taken and a_class[k] == b_class[mark] and similarity[mark, k] >= least:
                    least, found = similarity[mark, k], k
            if found is not None:
                taken.add(found)
                assert got.pop(mark + answer.offsets[item]) == found + gold.offsets[item]
    assert got == {}


def test_label_studio_takes_the_lower_of_two_directions_without_pairs() -> None:
    rng = np.random.default_rng(4)
    gold, answer = scattered(rng, 120, mean=3), scattered(rng, 120, mean=3)
    report = compare_as("label-studio", gold, answer)
    for item in range(120):
        (a, a_class), (b, b_class) = item_of(gold, item), item_of(answer, item)
        same = np.where(a_class[:, None] == b_class, box_iou(a, b), 0.0)
        if not len(a) and not len(b):
            wanted = 1.0
        elif not len(a) or not len(b):
            wanted = 0.0
        else:
            wanted = min(same.max(axis=1).mean(), same.max(axis=0).mean())
        assert report.mean_iou[item] == pytest.approx(wanted)
    assert report.agreement == pytest.approx(report.mean_iou.mean())
    assert (report.accuracy, report.precision, report.recall) == (None, None, None)


def test_strict_is_our_own_matching_with_empty_items_counting_as_one() -> None:
    rng = np.random.default_rng(5)
    gold, answer = scattered(rng, 100, mean=2), scattered(rng, 100, mean=2)
    report, matches = compare_as("strict", gold, answer), match_boxes(gold, answer)
    assert np.array_equal(report.gold_rows, matches.left_rows)
    both_empty = ((gold.counts == 0) & (answer.counts == 0)).sum()
    assert both_empty > 0
    assert report.valid.sum() == matches.same_class.sum() + both_empty
    union = len(gold) + len(answer) - len(matches.left_rows) + both_empty
    assert report.accuracy == pytest.approx(report.valid.sum() / union)


def test_nothing_at_all_is_compared_to_zero_and_unknown_rules_are_refused() -> None:
    empty = Boxes.empty(2)
    for preset in ("cvat", "datumaro", "coco"):
        report = compare_as(preset, empty, empty)  # type: ignore[arg-type]
        assert (report.accuracy, report.precision, report.agreement) == (0.0, 0.0, 0.0)
    assert compare_as("cvat", empty, empty, empty_is_annotated=True).item_accuracy.tolist() == [1.0, 1.0]
    with pytest.raises(UnknownNameError, match="voc"):
        compare_as("voc", empty, empty)  # type: ignore[arg-type]
    with pytest.raises(ItemsDifferError):
        compare_as("cvat", empty, Boxes.empty(1))
