"""Marks against the machine-checkable rules of a schema."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.annotations import Mark, MarksRefusedError, check_marks, mark_from_json, mark_to_json, marks_digest
from assay.annotations.rules import MAX_MARKS
from assay.labels import Attribute, AttributeKind, ClassRules, LabelClass, LabelSchema

WIDTH, HEIGHT = 100, 50


def schema(*classes: LabelClass) -> LabelSchema:
    return LabelSchema(1, classes or (LabelClass("cell", "Cell"),), "lead", 0)


def mark(x0: float = 10, y0: float = 10, x1: float = 20, y1: float = 20, **fields: Any) -> Mark:
    return Mark(**{"label_class": "cell", "shape": "bbox", "bbox": (x0, y0, x1, y1), **fields})


def rules_broken(marks: list[Mark], against: LabelSchema | None = None, **options: Any) -> list[tuple[int | None, str]]:
    try:
        check_marks(marks, against or schema(), WIDTH, HEIGHT, **options)
    except MarksRefusedError as error:
        return [(p.mark_no, p.rule) for p in error.problems]
    return []


def test_marks_that_keep_the_rules_pass_up_to_the_very_edges() -> None:
    assert rules_broken([]) == []
    assert rules_broken([mark(0, 0, WIDTH, HEIGHT), mark(-1e-7, 0, WIDTH + 1e-7, HEIGHT)]) == []


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        (mark(label_class="dust"), "class"),
        (mark(shape="polygon"), "shape"),
        (mark(10, 10, 10, 20), "size"),
        (mark(20, 10, 10, 20), "size"),
        (mark(10, 20, 20, 20), "size"),
        (mark(-1, 0, 5, 5), "inside_image"),
        (mark(0, 0, WIDTH + 0.001, 5), "inside_image"),
        (mark(0, 0, 5, HEIGHT + 1), "inside_image"),
        (mark(float("nan"), 0, 5, 5), "finite"),
        (mark(0, 0, float("inf"), 5), "finite"),
        (mark(0, 0, 1e308, 5), "finite"),
        (mark(attributes={"unknown": 1}), "attribute"),
    ],
)
def test_each_broken_rule_is_named_with_its_mark(wrong: Mark, rule: str) -> None:
    assert rules_broken([mark(), wrong]) == [(1, rule)]


def test_every_broken_rule_is_told_and_not_only_the_first() -> None:
    strict = schema(LabelClass("cell", "Cell", rules=ClassRules(min_width_px=15, min_height_px=15, max_count=1)))
    found = rules_broken([mark(), mark(90, 0, 110, 5), mark(label_class="x")], strict)
    assert sorted(found, key=str) == sorted(
        [
            (0, "min_width"),
            (0, "min_height"),
            (1, "inside_image"),
            (1, "min_height"),
            (2, "class"),
            (None, "max_count"),
        ],
        key=str,
    )


def test_marks_may_leave_the_picture_where_the_class_says_so() -> None:
    loose = schema(LabelClass("cell", "Cell", rules=ClassRules(inside_image=False)))
    assert rules_broken([mark(-50, -50, 500, 500)], loose) == []
    assert rules_broken([mark(-1e9, 0, 5, 5)], loose) == [(0, "finite")]


def test_too_many_marks_are_refused_before_each_is_looked_at() -> None:
    assert rules_broken([mark()] * (MAX_MARKS + 1)) == [(None, "max_marks")]


FLAT: dict[str, dict[str, Any] | None] = {
    "tag": None,
    "point": {"points": [5, 5]},
    "polyline": {"points": [5, 5, 5, 5]},
    "keypoints": {"points": [5, 5, 2]},
}


@pytest.mark.parametrize("shape", FLAT)
def test_shapes_without_area_may_have_a_flat_envelope(shape: str) -> None:
    flat = schema(LabelClass("cell", "Cell", (shape,)))
    assert rules_broken([mark(5, 5, 5, 5, shape=shape, geometry=FLAT[shape])], flat) == []
    assert (0, "size") in rules_broken([mark(9, 5, 5, 5, shape=shape, geometry=FLAT[shape])], flat)


ATTRIBUTES = {
    "bool": Attribute("a", AttributeKind.BOOL),
    "enum": Attribute("a", AttributeKind.ENUM, ("x", "y")),
    "multi": Attribute("a", AttributeKind.MULTI, ("x", "y")),
    "int": Attribute("a", AttributeKind.INT),
    "float": Attribute("a", AttributeKind.FLOAT),
    "text": Attribute("a", AttributeKind.TEXT),
}


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("bool", True, True),
        ("bool", 1, False),
        ("bool", "true", False),
        ("enum", "x", True),
        ("enum", "z", False),
        ("enum", ["x"], False),
        ("multi", [], True),
        ("multi", ["x", "y"], True),
        ("multi", ["x", "x"], False),
        ("multi", ["z"], False),
        ("multi", "x", False),
        ("multi", [["x"]], False),
        ("multi", [{}], False),
        ("multi", [1], False),
        ("int", 3, True),
        ("int", 3.0, False),
        ("int", True, False),
        ("int", 10**30, False),
        ("float", 3, True),
        ("float", 3.5, True),
        ("float", True, False),
        ("float", float("nan"), False),
        ("float", float("inf"), False),
        ("float", 10**400, False),
        ("text", "a" * 2000, True),
        ("text", "a" * 2001, False),
        ("text", 5, False),
    ],
)
def test_attribute_values_fit_their_kind_or_are_refused(kind: str, value: Any, fits: bool) -> None:  # noqa: FBT001
    told = schema(LabelClass("cell", "Cell", attributes=(ATTRIBUTES[kind],)))
    assert rules_broken([mark(attributes={"a": value})], told) == ([] if fits else [(0, "attribute")])


def test_a_required_attribute_must_be_there_except_where_only_geometry_counts() -> None:
    needs = schema(LabelClass("cell", "Cell", attributes=(Attribute("a", AttributeKind.BOOL, required=True),)))
    assert rules_broken([mark()], needs) == [(0, "required_attribute")]
    assert rules_broken([mark(attributes={"a": None})], needs) == [(0, "required_attribute")]
    assert rules_broken([mark(attributes={"a": False})], needs) == []
    assert rules_broken([mark()], needs, geometry_only=True) == []


boxes = st.builds(
    lambda x, y, w, h: (x, y, x + w, y + h), *[st.floats(0, 50, allow_nan=False)] * 2, *[st.floats(0.5, 50)] * 2
)


@given(
    box=boxes,
    attributes=st.dictionaries(st.text(max_size=5), st.one_of(st.booleans(), st.integers(-5, 5), st.text(max_size=5))),
)
def test_a_mark_comes_back_from_its_json_and_its_digest_ignores_the_pages_own_id(
    box: tuple[float, float, float, float], attributes: dict[str, Any]
) -> None:
    one = Mark("cell", "bbox", box, attributes, client_id="m1")
    assert mark_from_json(mark_to_json(one)) == one
    assert marks_digest([one]) == marks_digest([replace(one, client_id="m2")])
    assert marks_digest([one]) != marks_digest([one, one])
    moved = (box[0], box[1], box[2] + 1, box[3])
    assert marks_digest([one]) != marks_digest([replace(one, bbox=moved)])
