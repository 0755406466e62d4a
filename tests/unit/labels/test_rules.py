"""Which label schemas make sense, and stable ids for names of any alphabet."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.labels import (
    Attribute,
    AttributeKind,
    ClassRules,
    LabelClass,
    SchemaInvalidError,
    checked_classes,
    class_from_json,
    class_id,
    class_to_json,
)

CELL = LabelClass("cell", "Cell")


def test_free_digits_are_given_out_in_order_and_chosen_ones_stay() -> None:
    classes = [LabelClass(f"c{n}", f"C {n}", key="2" if n == 5 else None) for n in range(11)]
    keys = [c.key for c in checked_classes(classes)]
    assert keys == ["1", "3", "4", "5", "6", "2", "7", "8", "9", None, None]


@pytest.mark.parametrize(
    ("classes", "named"),
    [
        ([], "0"),
        ([CELL] * 2001, "2001"),
        ([CELL, replace(CELL, name="Other")], "class id 'cell' is used twice"),
        ([CELL, replace(CELL, id="other", name="  CELL ")], "class name 'cell' is used twice"),
        ([replace(CELL, key="1"), LabelClass("b", "B", key="1")], "key '1' is used twice"),
        ([replace(CELL, id="Cell")], "'Cell'"),
        ([replace(CELL, id="")], "''"),
        ([replace(CELL, id="a/b")], "'a/b'"),
        ([replace(CELL, id="-a")], "'-a'"),
        ([replace(CELL, id="a" * 65)], "aaa"),
        ([replace(CELL, name=" ")], "needs a name"),
        ([replace(CELL, name="x" * 129)], "needs a name"),
        ([replace(CELL, shapes=())], "allows"),
        ([replace(CELL, shapes=("box",))], "box"),
        ([replace(CELL, key="")], "has the key ''"),
        ([replace(CELL, key="12")], "has the key '12'"),
        ([replace(CELL, key="0")], "has the key '0'"),
        ([replace(CELL, key="a")], "has the key 'a'"),
        ([replace(CELL, rules=ClassRules(min_width_px=0))], "min_width_px = 0"),
        ([replace(CELL, rules=ClassRules(min_height_px=-1.0))], "min_height_px = -1.0"),
        ([replace(CELL, rules=ClassRules(min_height_px=float("nan")))], "min_height_px = nan"),
        ([replace(CELL, rules=ClassRules(max_count=0))], "max_count = 0"),
        ([replace(CELL, attributes=(Attribute("a", AttributeKind.ENUM),))], "needs choices"),
        ([replace(CELL, attributes=(Attribute("a", AttributeKind.BOOL, ("x",)),))], "takes no choices"),
        ([replace(CELL, attributes=(Attribute("a", AttributeKind.MULTI, ("x", "x")),))], "twice"),
        ([replace(CELL, attributes=(Attribute("a", AttributeKind.MULTI, ("x", " ")),))], "empty"),
        ([replace(CELL, attributes=(Attribute(" ", AttributeKind.TEXT),))], "without a name"),
        ([replace(CELL, attributes=(Attribute("a", AttributeKind.INT),) * 2)], "'a' is used twice"),
    ],
)
def test_a_schema_that_contradicts_itself_is_refused_by_name(classes: list[LabelClass], named: str) -> None:
    with pytest.raises(SchemaInvalidError, match=named.replace("(", r"\(")):
        checked_classes(classes)


def test_a_class_comes_back_from_its_json_as_it_was() -> None:
    rich = LabelClass(
        "cell",
        "Cell",
        ("bbox", "polygon"),
        "7",
        (Attribute("stain", AttributeKind.ENUM, ("a", "b"), required=True, ordinal=True),),
        ClassRules(3.0, 4.0, inside_image=False, max_count=9),
    )
    assert class_from_json(class_to_json(rich)) == rich


@pytest.mark.parametrize(
    ("name", "made"),
    [("Red cell", "red-cell"), ("RBC", "rbc"), ("  a__b  ", "a-b"), ("Café", "cafe"), ("1", "1"), ("a+b", "a-b")],
)
def test_plain_names_make_plain_ids(name: str, made: str) -> None:
    assert class_id(name) == made


def test_names_without_latin_letters_never_fall_together() -> None:
    names = [
        "赤血球",
        "白血球",
        "赤血球1",
        "白血球1",
        "клетка",
        "кровь",
        "細胞 A",
        "組織 A",
        "🙂",
        "🙁",
        "x" * 70 + "1",
        "x" * 70 + "2",
    ]
    letters = [n for n in names if any(c.isalnum() for c in n)]
    assert len({class_id(n) for n in letters}) == len(letters)


@given(name=st.text(min_size=1, max_size=200))
def test_every_name_makes_an_id_a_schema_takes(name: str) -> None:
    (made,) = checked_classes([LabelClass(class_id(name), "x")])
    assert made.id == class_id(name)
