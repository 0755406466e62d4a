"""Units, and what kind of object they are."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality import Boxes
from assay.quality.convention.evidence import gather
from assay.quality.convention.features import covered_share, describe
from assay.quality.errors import ItemsDifferError, MarksMisshapenError

SIZES = np.array([[100.0, 100.0], [100.0, 100.0]])


def three_people() -> dict[str, Boxes]:
    return {
        "a": Boxes.of([[(0, 0, 20, 20), (50, 50, 60, 60)], []], [[0, 1], []]),
        "b": Boxes.of([[(0, 2, 22, 20)], [(10, 10, 30, 20)]], [[0], [2]]),
        "c": Boxes.of([[(1, 0, 24, 24), (50, 50, 62, 62)], []], [[1, 1], []]),
    }


def test_units_hold_the_median_of_their_sides_and_the_class_most_people_named() -> None:
    found = gather(three_people(), SIZES, assigned=None, flags={})
    assert found.people == ("a", "b", "c")
    assert found.image.tolist() == [0, 0, 1]
    assert found.box[0].tolist() == [0, 0, 22, 20]
    assert found.box[1].tolist() == [50, 50, 61, 61]
    assert found.label_class.tolist() == [0, 1, 2]
    assert found.n_drew.tolist() == [3, 2, 1]
    assert found.cells.drew.reshape(3, 3).tolist() == [[True] * 3, [True, False, True], [False, True, False]]
    assert found.others_drew.reshape(3, 3)[1].tolist() == [1, 2, 1]


def test_people_who_were_not_asked_have_no_row() -> None:
    asked = {"a": np.array([True, False]), "b": np.array([True, True]), "c": np.array([True, False])}
    found = gather(three_people(), SIZES, assigned=asked, flags={})
    assert found.cells.person.tolist() == [0, 1, 2, 0, 1, 2, 1]
    assert found.shared.tolist() == [True, False]


def test_a_flag_holds_when_half_of_those_who_drew_set_it() -> None:
    flags = {"occluded": {"a": [1, 0], "b": [0, 0], "c": [1, 1]}}
    found = gather(three_people(), SIZES, assigned=None, flags=flags)
    assert found.flags["occluded"].tolist() == [True, True, False]


def test_wrong_sizes_and_flags_are_refused() -> None:
    people = three_people()
    with pytest.raises(ItemsDifferError):
        gather(people, SIZES[:1], assigned=None, flags={})
    with pytest.raises(MarksMisshapenError):
        gather(people, SIZES * 0, assigned=None, flags={})
    with pytest.raises(MarksMisshapenError):
        gather(people, SIZES, assigned=None, flags={"x": {name: [1] for name in "abc"}})


def test_nothing_drawn_at_all_is_no_error() -> None:
    nothing = gather({"a": Boxes.empty(2), "b": Boxes.empty(2)}, None, assigned=None, flags={})
    assert nothing.n_units == 0
    assert describe(nothing, np.zeros(0, bool)) is not None


def test_covered_is_the_largest_share_under_one_other_box_and_copies_do_not_count() -> None:
    box = np.array([[0, 0, 10, 10], [0, 0, 10, 5], [0, 0, 10, 10.1], [50, 50, 60, 60]], float)
    share = covered_share(box, np.zeros(4, np.int64), np.ones(4, bool))
    assert share[0] == pytest.approx(0.5)  # the near copy covers it all and is ignored
    assert share[3] == 0
    apart = covered_share(box, np.array([0, 1, 2, 3]), np.ones(4, bool))
    assert (apart == 0).all()


def test_features_ask_for_edge_size_shape_and_class() -> None:
    found = gather(three_people(), SIZES, assigned=None, flags={})
    holds = {}
    for feature in describe(found, np.ones(3, bool)):
        holds.setdefault(feature.key, feature.holds.tolist())
    assert holds["edge"] == [True, False, False]
    assert holds["elongated"] == [False, False, True]
    assert holds["small"] == [False, True, False]
    assert holds["class:2"] == [False, False, True]
