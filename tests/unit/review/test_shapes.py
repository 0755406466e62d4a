"""What several answers of any shape say together: the geometry that stands for them is one that somebody drew."""

from __future__ import annotations

from tests.unit.gold.test_shapes import SIZE, mask, point, polygon, tag

from assay.annotations import Mark
from assay.review import merge_answers
from assay.review.rules import Merged


def merged(*answers: list[Mark]) -> Merged:
    return merge_answers(answers, [None] * len(answers), match_iou=0.5, size_px=SIZE)


def test_a_single_answer_keeps_geometry_and_attributes() -> None:
    drawn = Mark("a", "polygon", (1, 1, 9, 9), {"cut": True}, {"polygon": [[[1, 1, 9, 1, 9, 9]]]})
    (found,) = merged([drawn]).marks
    assert (found.shape, found.geometry, found.attributes) == ("polygon", drawn.geometry, {"cut": True})


def test_the_polygon_nearest_to_what_all_say_stands_for_them() -> None:
    left, middle, right = polygon(19, 20, 20, 20), polygon(20, 20, 20, 20), polygon(21, 20, 20, 20)
    result = merged([left], [middle], [right])
    (found,) = result.marks
    assert (found.shape, found.geometry, found.n_votes) == ("polygon", middle.geometry, 3)
    assert result.mean_iou is not None
    assert 0.7 < result.mean_iou < 1
    assert not result.disputes


def test_shapes_of_several_kinds_are_told_apart_and_disputed_where_one_is_missing() -> None:
    result = merged([mask(5, 5, 20, 20), tag("a"), point(60, 40)], [polygon(5, 5, 20, 20), tag("a")])
    assert sorted(m.shape for m in result.marks) in (
        ["mask", "tag"],
        ["polygon", "tag"],
        ["mask", "point", "tag"],
        ["point", "polygon", "tag"],
    )
    assert [(d.kind, d.drawn_by) for d in result.disputes] == [("existence", ("A",))]


def test_tags_of_different_classes_are_different_things() -> None:
    result = merged([tag("a")], [tag("b")])
    assert result.mean_iou == 0
    assert sorted(d.kind for d in result.disputes) == ["existence", "existence"]


def test_attributes_take_the_value_most_gave() -> None:
    def drawn(value: str) -> Mark:
        return Mark("a", "bbox", (10, 10, 30, 30), {"side": value})

    (found,) = merged([drawn("left")], [drawn("right")], [drawn("right")]).marks
    assert found.attributes == {"side": "right"}
