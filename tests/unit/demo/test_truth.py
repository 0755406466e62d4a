"""Labels of any data set become hidden truth with flags computed from the boxes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from tests.support.demo import true_items

from assay.demo.truth import covered_shares, truth_from_labels, with_small_flags
from assay.kernel.marks import ITEMS_SCHEMA, MARKS_SCHEMA, LabelSet


def a_label_set(*marks: dict[str, object], width_px: int | None = 100, height_px: int | None = 80) -> LabelSet:
    items = [
        {"item": "a", "file_name": "a.jpg", "width_px": width_px, "height_px": height_px},
        {"item": "b", "file_name": "b.jpg", "width_px": 100, "height_px": 80},
    ]
    rows = [
        {"item": "a", "mark": str(i), "author": "imported", "shape": "bbox", "is_crowd": False, "label_class": "x"}
        | mark
        for i, mark in enumerate(marks)
    ]
    return LabelSet(pa.Table.from_pylist(items, ITEMS_SCHEMA), pa.Table.from_pylist(rows, MARKS_SCHEMA), ("x",))


def a_box(x0: float, y0: float, x1: float, y1: float, **more: object) -> dict[str, object]:
    return {"x_min_px": x0, "y_min_px": y0, "x_max_px": x1, "y_max_px": y1} | more


def test_items_without_marks_are_kept_empty() -> None:
    items = truth_from_labels(a_label_set(a_box(10, 10, 20, 20)))
    assert [i.name for i in items] == ["a.jpg", "b.jpg"]
    assert items[1].objects == ()
    assert items[0].origin == "real"


def test_a_box_at_the_edge_is_flagged_and_cut_to_the_picture() -> None:
    (at_edge, inside), _ = (
        i.objects for i in truth_from_labels(a_label_set(a_box(-5, 10, 20, 30), a_box(40, 40, 60, 60)))
    )
    assert at_edge.touches_edge
    assert at_edge.box == (0, 10, 20, 30)
    assert not inside.touches_edge


def test_tags_crowds_and_boxes_outside_the_picture_are_left_out() -> None:
    tag = {"shape": "tag"}
    items = truth_from_labels(a_label_set(tag, a_box(1, 1, 50, 50, is_crowd=True), a_box(120, 10, 140, 20)))
    assert items[0].objects == ()


def test_a_picture_without_a_stated_size_is_as_large_as_its_marks_need() -> None:
    labels = a_label_set(a_box(0, 0, 41.5, 20), width_px=None, height_px=None)
    assert (truth_from_labels(labels)[0].width_px, truth_from_labels(labels)[0].height_px) == (42, 20)


def test_covered_share_is_the_largest_part_that_one_other_box_hides() -> None:
    boxes = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [8, 0, 28, 10], [100, 0, 110, 10]], dtype=float)
    assert covered_shares(boxes) == pytest.approx([0.5, 0.7, 0.35, 0.0])


def test_a_copy_left_behind_covers_nothing() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 10]], dtype=float)
    assert covered_shares(boxes).tolist() == [0, 0]


def test_a_made_up_shadow_belongs_to_a_quarter_of_the_objects_and_stays_with_them() -> None:
    marks = [a_box(5 + i % 20, 5, 15 + i % 20, 25) for i in range(400)]
    first, again = (truth_from_labels(a_label_set(*marks))[0].objects for _ in range(2))
    assert first == again
    echoes = [o.echo_box for o in first]
    assert 0.18 < np.mean([e is not None for e in echoes]) < 0.32
    assert all(e is None or 35 <= e[3] <= 37.4 for e in echoes)


def test_a_fifth_of_the_objects_is_small_and_they_are_the_smallest() -> None:
    objects = [o for i in with_small_flags(true_items(80)) for o in i.objects]
    areas = np.array([(o.box[2] - o.box[0]) * (o.box[3] - o.box[1]) for o in objects])
    small = np.array([o.small for o in objects])
    assert small.mean() == pytest.approx(0.2, abs=0.01)
    assert areas[small].max() <= areas[~small].min()
