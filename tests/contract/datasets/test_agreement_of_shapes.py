"""Agreement counts marks of every shape, on both databases: polygons, masks, points and tags beside boxes."""

from __future__ import annotations

import pytest
from tests.support.projects import HEIGHT_PX, SETUP, WIDTH_PX, a_project, box

from assay.annotations import Mark
from assay.datasets import Work, gather_work
from assay.governance import policy_in
from assay.insights import read_pairs
from assay.labels import LabelClass, publish_schema
from assay.storage import House


def polygon(x: float, size: float = 40.0, label_class: str = "cell") -> Mark:
    ring = [x, 10.0, x + size, 10.0, x + size, 50.0, x, 50.0]
    return Mark(label_class, "polygon", (x, 10.0, x + size, 50.0), geometry={"polygon": [[ring]]})


def tag(label_class: str) -> Mark:
    return Mark(label_class, "tag", (0.0, 0.0, float(WIDTH_PX), float(HEIGHT_PX)))


def point(x: float) -> Mark:
    return Mark("dust", "point", (x, 80.0, x, 80.0), geometry={"points": [x, 80.0]})


def worked(house: House, *both: tuple[list[Mark], list[Mark]]) -> tuple[Work, str]:
    project = a_project(house, n_items=len(both), annotators=("ann", "bob"))
    shapes = ("bbox", "polygon", "point", "tag")
    classes = [LabelClass("cell", "Cell", shapes), LabelClass("dust", "Dust", shapes)]
    publish_schema(SETUP, project.id, classes, house=house)
    project.batch(overlap=2)
    for place, name in enumerate(("ann", "bob")):
        project.work(name, dict(zip(project.items, (pair[place] for pair in both), strict=True)))
    with house.read(SETUP, project.id) as rx:
        return gather_work(rx, policy_in(rx)), project.id


def test_polygons_that_differ_are_seen_and_boxes_elsewhere_still_count(house: House) -> None:
    work, project = worked(
        house,
        ([polygon(10)], [polygon(20)]),  # 30 of 50 columns shared: IoU .6
        ([polygon(10)], [polygon(120)]),  # apart
        ([box()], [box()]),
    )
    assert work.agreement is not None
    assert work.agreement.f1.value == pytest.approx(2 * 2 / 6)
    assert work.agreement.f1.n == 6
    assert work.agreement.geometry.value == pytest.approx((0.6 + 1) / 2)
    assert work.agreement.mean_iou.value == pytest.approx((0.6 + 1) / 4)
    (pair,) = read_pairs(SETUP, project, house=house)
    assert (pair.f1.value, pair.n_first, pair.n_second, pair.n_both) == (pytest.approx(4 / 6), 3, 3, 3)


def test_a_box_is_compared_with_a_polygon_pixel_by_pixel(house: House) -> None:
    half = Mark("cell", "bbox", (10.0, 10.0, 50.0, 30.0))
    work, _ = worked(house, ([polygon(10)], [half]))
    assert work.agreement is not None
    assert work.agreement.geometry.value == pytest.approx(0.5)


def test_tags_agree_by_class_and_say_nothing_about_places(house: House) -> None:
    work, _ = worked(house, ([tag("cell")], [tag("cell")]), ([tag("cell")], [tag("dust")]), ([tag("dust")], []))
    assert work.agreement is not None
    assert work.agreement.f1.value == pytest.approx(2 / 5)
    assert work.agreement.existence.value == pytest.approx(2 / 5)
    assert (work.agreement.geometry.n, work.agreement.label_class.n) == (0, 0)
    by_name = {work.boxes.classes[code]: each.f1.value for code, each in work.agreement.by_class.items()}
    assert by_name == {"cell": pytest.approx(2 / 3), "dust": 0.0}


def test_points_match_when_they_lie_close_and_never_match_a_box_or_a_tag(house: House) -> None:
    work, _ = worked(
        house,
        ([point(50), tag("dust"), box(100)], [point(51), tag("dust"), box(100)]),
        ([point(50)], [point(120)]),
        ([point(2)], [tag("cell")]),
    )
    assert work.agreement is not None
    assert work.agreement.f1.value == pytest.approx(2 * 3 / 10)


def test_classes_that_only_other_shapes_use_keep_their_names(house: House) -> None:
    work, _ = worked(house, ([box(label_class="dust")], [box(label_class="dust")]), ([polygon(10)], [polygon(10)]))
    assert work.agreement is not None
    assert {work.boxes.classes[code] for code in work.agreement.by_class} == {"cell", "dust"}
    assert work.agreement.f1.value == 1.0
