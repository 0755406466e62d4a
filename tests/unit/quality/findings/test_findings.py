"""Suspicious marks on small, plain examples."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality import Boxes
from assay.quality.errors import MarksMisshapenError, ThresholdInvalidError
from assay.quality.findings import ClassRule, find_against, find_broken_rules, find_doubles, find_odd

SIZES = np.full((3, 2), 200.0)


def kinds(found: list) -> list[str]:
    return [suspect.kind for suspect in found]


def test_the_same_thing_boxed_twice_is_found_with_both_boxes_to_look_at() -> None:
    boxes = Boxes.of([[(0, 0, 40, 40), (1, 0, 40, 40), (100, 100, 140, 140)], [(0, 0, 40, 40)]], [[0, 0, 1], [0]])
    found = find_doubles(boxes)
    assert kinds(found) == ["duplicate"]
    assert (found[0].item, found[0].row, found[0].evidence["other_row"]) == (0, 1, 0)
    assert found[0].score == pytest.approx(39 / 40)
    assert [look.what for look in found[0].looks] == ["mark", "other"]


def test_one_place_boxed_as_two_classes_is_a_kind_of_its_own() -> None:
    found = find_doubles(Boxes.of([[(0, 0, 40, 40), (0, 0, 40, 39)]], [[0, 2]]))
    assert kinds(found) == ["two_classes"]
    assert (found[0].label_class, found[0].suggested_class) == (2, 0)
    with pytest.raises(ThresholdInvalidError):
        find_doubles(Boxes.empty(1), threshold=0)


def test_what_only_the_others_drew_is_perhaps_overlooked() -> None:
    marks = Boxes.of([[(0, 0, 40, 40)]], [[0]])
    others = Boxes.of([[(0, 0, 40, 40), (100, 100, 140, 140)]], [[0, 0]])
    found = find_against(marks, others)
    assert kinds(found) == ["overlooked"]
    assert found[0].row is None
    assert found[0].looks[0].box == (100, 100, 140, 140)
    assert kinds(find_against(others, marks)) == []
    assert kinds(find_against(others, marks, unsupported=True)) == ["unsupported"]


def test_another_class_at_the_same_place_is_swapped_and_shows_a_usual_one_of_that_class() -> None:
    marks = Boxes.of([[(0, 0, 40, 40)], [(0, 0, 20, 20), (50, 50, 72, 70), (100, 100, 119, 120)]], [[0], [1, 1, 1]])
    others = Boxes.of([[(0, 0, 40, 38)], [(0, 0, 20, 20), (50, 50, 72, 70), (100, 100, 119, 120)]], [[1], [1, 1, 1]])
    found = find_against(marks, others)
    assert kinds(found) == ["swapped"]
    assert (found[0].label_class, found[0].suggested_class) == (0, 1)
    assert found[0].score == pytest.approx(38 / 40)
    assert found[0].looks[1].what == "typical"
    assert found[0].looks[1].item == 1


def test_a_pair_of_one_class_that_fits_badly_is_badly_placed_and_not_overlooked() -> None:
    found = find_against(Boxes.of([[(0, 0, 40, 40)]]), Boxes.of([[(20, 0, 60, 40)]]))
    assert kinds(found) == ["badly_placed"]
    assert found[0].score == pytest.approx(2 / 3)


def test_a_prediction_counts_only_when_it_is_as_sure_as_those_that_are_right() -> None:
    marks = Boxes.of([[(0, 0, 40, 40)]], [[0]])
    others = Boxes.of([[(0, 0, 40, 40), (100, 0, 140, 40), (100, 100, 140, 140)]], [[0, 0, 0]])
    found = find_against(marks, others, confidence=[0.8, 0.3, 0.9])
    assert [suspect.looks[0].box for suspect in found] == [(100, 100, 140, 140)]
    assert found[0].score == pytest.approx(0.9)
    assert kinds(find_against(marks, others, confidence=[np.nan, np.nan, np.nan])) == ["overlooked", "overlooked"]
    with pytest.raises(MarksMisshapenError):
        find_against(marks, others, confidence=[0.8])


def test_marks_far_from_what_is_usual_for_their_class_are_odd() -> None:
    rng = np.random.default_rng(0)
    corner = rng.uniform(10, 100, (60, 2))
    usual = np.hstack([corner, corner + rng.normal(30, 1.5, (60, 2))])
    odd = np.array([(20, 20, 22.5, 22.5), (20, 20, 180, 24), (50, 50, 51, 80)])
    boxes = Boxes(np.array([0, 60, 63]), np.vstack([usual, odd]), np.zeros(63, np.int32))
    found = find_odd(boxes, np.full((2, 2), 200.0))
    assert {(s.kind, s.row) for s in found} == {("no_extent", 62), ("odd_size", 60), ("odd_shape", 61)}
    assert found[0].kind == "no_extent"
    assert all(0.5 <= s.score <= 1 for s in found)


def test_marks_cut_by_the_edge_are_not_judged_by_size() -> None:
    usual = [(50.0, 50.0, 80.0, 80.0)] * 40
    boxes = Boxes.of([usual, [(0.0, 50.0, 4.0, 80.0)]])
    assert find_odd(boxes, np.full((2, 2), 200.0)) == []


def test_a_class_that_keeps_to_a_band_shows_what_lies_elsewhere() -> None:
    rows = [(10.0 + i, 150.0 + i % 3, 20.0 + i, 160.0 + i % 3) for i in range(40)]
    boxes = Boxes.of([rows, [(50.0, 20.0, 60.0, 30.0)]])
    assert kinds(find_odd(boxes, np.full((2, 2), 200.0))) == ["odd_position"]


def test_few_marks_of_a_class_are_never_odd() -> None:
    assert find_odd(Boxes.of([[(10, 10, 20, 20)] * 20 + [(10, 10, 190, 190)]]), SIZES[:1]) == []


def test_every_rule_is_checked_and_says_why() -> None:
    boxes = Boxes.of([[(0, 0, 4, 30), (190, 0, 210, 30), (50, 50, 90, 90)], [], [(0, 0, 9, 9)]], [[0, 0, 0], [], [1]])
    rule = ClassRule(
        min_width_px=5,
        min_height_px=5,
        max_count=2,
        shapes=("polygon",),
        required=("side",),
        values={"side": ("left",)},
    )
    found = find_broken_rules(
        boxes, {0: rule}, sizes_px=SIZES, shapes=["bbox", "polygon", "polygon", "bbox"],
        attributes=[{"side": "left"}, {}, {"side": "up"}, {}],
    )  # fmt: skip
    said = {(s.row, s.evidence["rule"]) for s in found}
    assert said == {
        (0, "min_width_px"),
        (0, "shapes"),
        (1, "inside_image"),
        (1, "required"),
        (2, "values"),
        (2, "max_count"),
    }
    assert "10 px beyond" in next(s.evidence["why"] for s in found if s.evidence["rule"] == "inside_image")


def test_unknown_sizes_put_nothing_outside() -> None:
    boxes = Boxes.of([[(0, 0, 5000, 30)]])
    assert find_broken_rules(boxes, {0: ClassRule()}, sizes_px=np.full((1, 2), np.nan)) == []
