"""What becomes of suggestions, who sees them, and when an answer is the people's."""

from __future__ import annotations

import pytest

from assay.annotations import Mark
from assay.models import PredictedMark
from assay.models.suggesting import ClassPolicy, Mode, SuggestionPolicy, policy_from_json
from assay.models.suggesting.model import Arm
from assay.models.suggesting.rules import draw_arm, is_right, judge_fates, shown_marks, whole_confidence

Box = tuple[float, float, float, float]
A, B, C = (0.0, 0.0, 10.0, 10.0), (30.0, 30.0, 50.0, 50.0), (60.0, 60.0, 80.0, 80.0)


def _box(box: Box, label: str = "cell") -> Mark:
    return Mark(label, "bbox", box)


def _tag(label: str) -> Mark:
    return Mark(label, "tag", (0.0, 0.0, 100.0, 100.0))


def test_a_mark_is_kept_moved_renamed_or_gone_and_others_are_new() -> None:
    moved = (31.0, 31.0, 51.0, 51.0)
    fates, n_added = judge_fates(
        [_box(A), _box(B), _box(C)], [_box(A), _box(moved, "dust"), _box((200, 200, 210, 210))]
    )
    assert [f["fate"] for f in fates] == ["kept", "changed", "removed"]
    assert n_added == 1


def test_a_nudge_below_half_a_pixel_is_no_change() -> None:
    nudged = (0.3, 0.0, 10.2, 10.0)
    assert judge_fates([_box(A)], [_box(nudged)])[0][0]["fate"] == "kept"


def test_another_tag_is_a_changed_one() -> None:
    assert judge_fates([_tag("light")], [_tag("dark")]) == ([{"no": 0, "fate": "changed", "final": 0}], 0)


def test_without_suggestions_everything_is_new() -> None:
    assert judge_fates([], [_box(A), _tag("light")]) == ([], 2)


def test_the_share_that_is_withheld_is_the_one_of_the_policy_and_stays_for_an_assignment() -> None:
    arms = [draw_arm(f"{n:032x}", 0.2) for n in range(5000)]
    assert arms.count(Arm.WITHHELD) / 5000 == pytest.approx(0.2, abs=0.02)
    assert arms == [draw_arm(f"{n:032x}", 0.2) for n in range(5000)]


def test_only_classes_in_the_loop_are_shown_from_their_confidence_on() -> None:
    policy = SuggestionPolicy(classes={"cell": ClassPolicy(Mode.LOOP, 0.6), "dust": ClassPolicy(Mode.MANUAL)})
    marks = [PredictedMark(_box(A), 0.7), PredictedMark(_box(B), 0.5), PredictedMark(_box(C, "dust"), 0.9)]
    assert shown_marks(marks, policy) == marks[:1]
    assert shown_marks(marks, SuggestionPolicy()) == []


def test_an_answer_is_as_sure_as_its_least_sure_mark_and_as_what_it_leaves_out() -> None:
    marks = [PredictedMark(_box(A), 0.9), PredictedMark(_box(B), 0.3)]
    assert whole_confidence(marks, 0.5) == pytest.approx(0.7)
    assert whole_confidence([], 0.5) == 1.0


def test_an_answer_is_right_when_its_marks_are_the_peoples_one_to_one() -> None:
    assert is_right([_box(A), _box(B)], [_box(B), _box(A)])
    assert not is_right([_box(A)], [_box(A), _box(B)])
    assert not is_right([_box(A)], [_box(A, "dust")])
    assert not is_right([_box(A)], [_box(C)])
    assert is_right([], [])
    assert is_right([_tag("light")], [_tag("light")])
    assert not is_right([_tag("light")], [_tag("dark")])


def test_a_class_without_a_rule_has_the_one_of_all_others() -> None:
    policy = policy_from_json({"classes": {"*": {"mode": "loop"}, "crack": {"mode": "manual"}}}, ["crack", "dust"], 3)
    assert policy.version == 3
    assert policy.of_class("dust").mode is Mode.LOOP
    assert policy.of_class("crack").mode is Mode.MANUAL
    assert policy.suggests
    assert not SuggestionPolicy().suggests
