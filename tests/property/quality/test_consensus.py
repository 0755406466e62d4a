"""Consensus finds the truth from several people, learns who can be trusted, and does not depend on order."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.quality_boxes import a_truth, on_a_grid, redrawn, scattered

from assay.kernel import native
from assay.quality import AuthorSkill, Boxes, fuse_boxes, match_boxes


def f1_against(truth: Boxes, answer: Boxes) -> float:
    return 2 * len(match_boxes(truth, answer, mode="class_aware").left_rows) / (len(truth) + len(answer))


def test_three_careful_people_together_are_better_than_each_alone() -> None:
    rng = np.random.default_rng(1)
    truth = a_truth(rng, 150)
    authors = {name: redrawn(rng, truth, misses=0.1, invents=0.1, swaps=0.05) for name in "abc"}
    fused = fuse_boxes(authors).boxes
    assert f1_against(truth, fused) > 0.95
    assert f1_against(truth, fused) > max(f1_against(truth, alone) for alone in authors.values()) + 0.08
    placed = {name: match_boxes(truth, answer).pair_iou.mean() for name, answer in {**authors, "all": fused}.items()}
    assert placed["all"] > max(placed[name] for name in authors) + 0.02


def test_a_spammer_is_found_out_and_outvoted() -> None:
    rng = np.random.default_rng(2)
    truth = a_truth(rng, 150)
    authors = {name: redrawn(rng, truth) for name in "abc"}
    authors["spammer"] = redrawn(rng, truth, misses=0.7, invents=1.0, noise=0.2, swaps=0.6)
    fused = fuse_boxes(authors)
    assert f1_against(truth, fused.boxes) > 0.98
    spammer, others = fused.skills["spammer"], [fused.skills[name] for name in "abc"]
    assert spammer.finds < 0.5 < min(other.finds for other in others)
    assert spammer.invents > 2 * max(other.invents for other in others)
    assert spammer.right_class < min(other.right_class for other in others) - 0.2
    assert spammer.noise > 2 * max(other.noise for other in others)


@pytest.mark.parametrize("n_hard_in_four", [0, 1])
@pytest.mark.parametrize("misses", [(0.1, 0.25, 0.4), (0.05, 0.05, 0.1)])
def test_confidence_is_near_the_share_of_candidates_that_are_real(
    misses: tuple[float, ...], n_hard_in_four: int
) -> None:
    rng = np.random.default_rng(3)
    truth = a_truth(rng, 1_000)
    hard = rng.random(len(truth)) < n_hard_in_four / 4
    authors = {
        name: redrawn(rng, truth.where(~hard | (rng.random(len(truth)) < 0.45)), misses=miss)
        for name, miss in zip("abc", misses, strict=True)
    }
    fused = fuse_boxes(authors)
    real = match_boxes(truth, fused.candidates, mode="class_agnostic", threshold=0.3).left_of_right >= 0
    one, more = fused.n_drawn == 1, fused.n_drawn > 1
    assert real[more].mean() == pytest.approx(fused.confidence[more].mean(), abs=0.02)
    # Whether what one of three drew is real cannot be told from the marks alone, so the prior speaks here.
    assert real[one].mean() == pytest.approx(fused.confidence[one].mean(), abs=0.25)


def test_known_skills_are_used_as_given_and_decide_a_dispute() -> None:
    anna, bela = Boxes.of([[(0, 0, 10, 10)]], [[0]]), Boxes.empty(1)
    sharp, blind = AuthorSkill(finds=0.99, invents=0.01), AuthorSkill(finds=0.3, invents=0.01)
    trusting = fuse_boxes({"anna": anna, "bela": bela}, skills={"anna": sharp, "bela": blind})
    doubting = fuse_boxes({"anna": anna, "bela": bela}, skills={"anna": AuthorSkill(0.9, 0.4), "bela": sharp})
    assert trusting.confidence[0] > 0.8
    assert doubting.confidence[0] < 0.3
    assert trusting.skills["anna"].finds == pytest.approx(0.99)


def test_a_trusted_person_outweighs_two_others_on_the_class() -> None:
    box = [[(0.0, 0.0, 10.0, 10.0)]]
    authors = {"a": Boxes.of(box, [[1]]), "b": Boxes.of(box, [[2]]), "c": Boxes.of(box, [[2]])}
    trusted, weak = AuthorSkill(0.9, 0.05, right_class=0.99), AuthorSkill(0.9, 0.05, right_class=0.6)
    assert fuse_boxes(authors, skills={"a": trusted, "b": weak, "c": weak}).candidates.classes.tolist() == [1]
    assert fuse_boxes(authors).candidates.classes.tolist() == [2]


def test_the_order_of_authors_and_of_their_boxes_does_not_matter() -> None:
    rng = np.random.default_rng(4)
    for draw in (scattered, on_a_grid):
        authors = {name: draw(rng, 25) for name in "abcd"}
        one = fuse_boxes(authors)
        shuffled = {}
        for name in reversed(authors):
            boxes = authors[name]
            order = np.lexsort((rng.random(len(boxes)), boxes.items))
            shuffled[name] = Boxes(boxes.offsets, boxes.xyxy[order], boxes.classes[order])
        other = fuse_boxes(shuffled)
        assert np.array_equal(one.candidates.xyxy, other.candidates.xyxy)
        assert np.array_equal(one.candidates.classes, other.candidates.classes)
        assert np.array_equal(one.confidence, other.confidence)


def test_both_kernels_join_the_same_boxes() -> None:
    rng = np.random.default_rng(5)
    for draw in (scattered, on_a_grid):
        boxes = draw(rng, 40, mean=20)
        order = np.lexsort((*boxes.xyxy.T[::-1], boxes.items))
        authors = rng.integers(0, 4, len(boxes)).astype(np.int32)
        for threshold in (0.05, 0.3, 0.6):
            joined = [
                native.cluster_boxes(boxes.offsets, authors, boxes.xyxy[order], threshold=threshold, backend=backend)
                for backend in ("compiled", "numpy")
            ]
            assert np.array_equal(joined[0][0], joined[1][0])
            assert joined[0][1] == pytest.approx(joined[1][1], abs=1e-12)


def test_nobody_is_in_a_group_twice_and_everybody_is_in_one() -> None:
    rng = np.random.default_rng(6)
    authors = {name: scattered(rng, 30) for name in "abc"}
    clusters = fuse_boxes(authors).clusters
    assert (
        len(np.unique(clusters.owners * 3 + clusters.authors)) == len(clusters.rows) == sum(map(len, authors.values()))
    )
    for number, name in enumerate(clusters.names):
        assert sorted(clusters.rows[clusters.authors == number]) == list(range(len(authors[name])))


def test_items_nobody_drew_on_are_sure_and_empty() -> None:
    fused = fuse_boxes({"a": Boxes.empty(3), "b": Boxes.empty(3)})
    assert len(fused.boxes) == 0
    assert fused.sureness.tolist() == [1.0, 1.0, 1.0]


def test_a_dispute_leaves_its_item_unsure_and_an_agreed_item_sure() -> None:
    both, alone = [(0, 0, 10, 10)], [(50, 50, 60, 60)]
    fused = fuse_boxes({"a": Boxes.of([both, both + alone]), "b": Boxes.of([both, both])})
    assert fused.sureness[0] > 0.85
    assert fused.sureness[1] < 0.7
    assert fused.members(2) == {"a": 2}
    assert fused.n_drawn.tolist() == [2, 2, 1]
    assert fused.n_shown.tolist() == [2, 2, 2]
