"""Which items of an evaluation are asked for: by error, class, slice, and beside the model in use."""

from __future__ import annotations

from assay.models import ItemOutcome
from assay.models.evaluating import Looking, compare
from assay.models.evaluating.looking import is_wanted

RIGHT = ItemOutcome("a", 2, 0, correct=True, slices={"line": "3", "has cell": "yes"})
WRONG = ItemOutcome(
    "a",
    3,
    2,
    correct=False,
    slices={"line": "3"},
    detail=(
        {"kind": "missed", "label_class": "cell"},
        {"kind": "misclassified", "label_class": "dust", "answer_class": "scratch"},
    ),
)


def test_an_item_is_better_worse_or_the_same_as_with_the_model_in_use() -> None:
    assert compare(RIGHT, WRONG) == "better"
    assert compare(WRONG, RIGHT) == "worse"
    assert compare(RIGHT, RIGHT) == compare(WRONG, WRONG) == "same"
    assert compare(RIGHT, None) is None


def test_asking_nothing_gets_every_item() -> None:
    assert is_wanted(RIGHT, None, Looking())
    assert is_wanted(WRONG, RIGHT, Looking())


def test_kind_and_class_must_belong_to_the_same_error() -> None:
    assert is_wanted(WRONG, None, Looking(kind="missed"))
    assert is_wanted(WRONG, None, Looking(label_class="dust"))
    assert is_wanted(WRONG, None, Looking(label_class="scratch"))  # what it was taken for counts as well
    assert is_wanted(WRONG, None, Looking(kind="missed", label_class="cell"))
    assert not is_wanted(WRONG, None, Looking(kind="missed", label_class="dust"))
    assert not is_wanted(RIGHT, None, Looking(kind="missed"))


def test_a_slice_is_named_as_measures_name_it() -> None:
    assert is_wanted(RIGHT, None, Looking(slice="line:3"))
    assert is_wanted(RIGHT, None, Looking(slice="has cell:yes"))
    assert not is_wanted(WRONG, None, Looking(slice="has cell:yes"))
    assert not is_wanted(RIGHT, None, Looking(slice="line:4"))


def test_only_items_with_an_error_and_only_those_that_differ() -> None:
    assert not is_wanted(RIGHT, None, Looking(wrong=True))
    assert is_wanted(RIGHT, WRONG, Looking(beside="better"))
    assert not is_wanted(RIGHT, RIGHT, Looking(beside="better"))
    assert not is_wanted(RIGHT, None, Looking(beside="worse"))
