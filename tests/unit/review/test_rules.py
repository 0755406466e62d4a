"""What several answers to one item say together, whoever gave which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.scores import a_score

from assay.annotations import Mark
from assay.quality.agreement import pairwise_agreement
from assay.quality.boxes import Boxes
from assay.quality.consensus import AuthorSkill
from assay.review import letter, merge_answers, skill_from
from assay.review.rules import Merged, alikeness, is_sampled


def mark(x: float, label_class: str = "cell", size: float = 10.0) -> Mark:
    return Mark(label_class, "bbox", (x, 0.0, x + size, size))


def merge(answers: Sequence[Sequence[Mark]], skills: Sequence[AuthorSkill | None] | None = None) -> Merged:
    return merge_answers(answers, skills or [None] * len(answers), match_iou=0.5)


def test_letters_go_on_after_z() -> None:
    assert [letter(n) for n in (0, 1, 25, 26, 27, 52)] == ["A", "B", "Z", "A1", "B1", "A2"]


def test_one_answer_alone_is_taken_as_it_is_and_agrees_with_nobody() -> None:
    merged = merge([[mark(0), mark(50)]])
    assert [(m.bbox, m.n_votes, m.drawn_by) for m in merged.marks] == [
        ((0.0, 0.0, 10.0, 10.0), 1, ("A",)),
        ((50.0, 0.0, 60.0, 10.0), 1, ("A",)),
    ]
    assert (merged.mean_iou, merged.f1, merged.disputes) == (None, None, ())
    assert merge([]).marks == ()


def test_equal_answers_agree_wholly_and_give_what_all_drew() -> None:
    merged = merge([[mark(0), mark(50)]] * 3)
    assert (merged.mean_iou, merged.f1, merged.disputes) == (1.0, 1.0, ())
    assert [m.n_votes for m in merged.marks] == [3, 3]
    assert merged.marks[0].bbox == pytest.approx((0, 0, 10, 10))


def test_answers_that_are_all_empty_agree() -> None:
    merged = merge([[], []])
    assert (merged.mean_iou, merged.f1, merged.marks) == (1.0, 1.0, ())


@pytest.mark.parametrize(
    ("answers", "kinds"),
    [
        ([[mark(0)], [mark(0)], []], ["existence"]),
        ([[mark(0)], [mark(0, "dust")]], ["class"]),
        ([[mark(0)], [mark(3.2)]], ["placement"]),
        ([[mark(0)], [mark(90)]], ["existence", "existence"]),
    ],
)
def test_a_dispute_says_on_what_the_answers_differ(answers: list[list[Mark]], kinds: list[str]) -> None:
    assert [d.kind for d in merge(answers).disputes] == kinds


def test_unmatched_marks_count_nothing_in_the_mean_overlap() -> None:
    merged = merge([[mark(0), mark(50)], [mark(0)]])
    assert merged.mean_iou == pytest.approx(0.5)
    assert merged.f1 == pytest.approx(2 / 3)


people = st.lists(
    st.lists(st.tuples(st.floats(0, 200), st.floats(6, 20), st.sampled_from(["cell", "dust"])), min_size=0, max_size=5),
    min_size=2,
    max_size=5,
)


@given(drawn=people, seed=st.integers(0, 999))
def test_the_order_of_people_does_not_matter(drawn: list[list[tuple[float, float, str]]], seed: int) -> None:
    answers = [[mark(x, c, w) for x, w, c in one] for one in drawn]
    rng = np.random.default_rng(seed)
    skills = [None if i % 2 else AuthorSkill(0.9, 0.05 + i / 50, 0.95) for i in range(len(answers))]
    order = rng.permutation(len(answers)).tolist()
    one, other = merge(answers, skills), merge([answers[i] for i in order], [skills[i] for i in order])
    assert other.mean_iou == pytest.approx(one.mean_iou)
    assert other.f1 == pytest.approx(one.f1)
    told = {letter(place): letter(was) for place, was in enumerate(order)}

    def said(merged: Merged, names: dict[str, str]) -> list[tuple[object, ...]]:
        rows = [
            (
                m.label_class,
                tuple(round(v, 6) for v in m.bbox),
                round(m.confidence, 6),
                sorted(names[w] for w in m.drawn_by),
            )
            for m in merged.marks
        ]
        return sorted(rows, key=str)

    same = {name: name for name in told.values()}
    assert said(other, told) == said(one, same)
    assert sorted(d.kind for d in other.disputes) == sorted(d.kind for d in one.disputes)


@given(drawn=people)
def test_alikeness_is_what_the_engine_measures_over_one_item(drawn: list[list[tuple[float, float, str]]]) -> None:
    code = {"cell": 0, "dust": 1}
    boxes = {
        f"p{i}": Boxes.of([[(x, 0.0, x + w, w) for x, w, _ in one]], [[code[c] for _, _, c in one]])
        for i, one in enumerate(drawn)
    }
    mean_iou, f1 = alikeness(list(boxes.values()), 0.5)
    measured = pairwise_agreement(boxes, rng=np.random.default_rng(0), threshold=0.5)
    assert f1 == pytest.approx(measured.f1.value)
    assert mean_iou == pytest.approx(measured.mean_iou.value)


def test_a_person_is_known_from_five_gold_images_on() -> None:
    assert skill_from([a_score(3)] * 4) is None
    assert skill_from([a_score(3)] * 5) is not None


def test_nobody_is_taken_for_infallible_and_errors_pull_their_own_rate() -> None:
    perfect = skill_from([a_score(10)] * 50)
    assert perfect is not None
    assert perfect.finds < 1
    assert perfect.invents > 0
    assert perfect.right_class < 1
    blind = skill_from([a_score(10, missed=10)] * 50)
    dreamer = skill_from([a_score(10, spurious=10)] * 50)
    mixer = skill_from([a_score(10, misclassified=10)] * 50)
    assert blind is not None
    assert dreamer is not None
    assert mixer is not None
    assert blind.finds < 0.05
    assert dreamer.invents == pytest.approx(0.5, abs=0.02)
    assert mixer.right_class < 0.05
    assert dreamer.finds == pytest.approx(perfect.finds)


@given(
    marks=st.integers(0, 8),
    missed=st.integers(0, 8),
    spurious=st.integers(0, 8),
    confused=st.integers(0, 8),
    n=st.integers(5, 30),
)
def test_skills_are_rates_whatever_the_counts(marks: int, missed: int, spurious: int, confused: int, n: int) -> None:
    missed = min(missed, marks)
    confused = min(confused, marks - missed)
    skill = skill_from([a_score(marks, missed=missed, spurious=spurious, misclassified=confused)] * n)
    assert skill is not None
    assert all(0 < rate < 1 for rate in (skill.finds, skill.invents, skill.right_class))


def test_the_share_that_is_reviewed_is_met_and_drawn_the_same_every_time() -> None:
    ids = [f"{n:032x}" for n in range(4000)]
    drawn = [i for i in ids if is_sampled(i, 0.1, "batch")]
    assert abs(len(drawn) - 400) < 4 * np.sqrt(4000 * 0.1 * 0.9)
    assert drawn == [i for i in ids if is_sampled(i, 0.1, "batch")]
    assert drawn != [i for i in ids if is_sampled(i, 0.1, "other")]
    assert not any(is_sampled(i, 0.0, "batch") for i in ids)
    assert all(is_sampled(i, 1.0, "batch") for i in ids)
