"""Habits: practice that differs by the kind of object is found, carelessness and difficulty are not."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest

from assay.kernel.estimate import Estimate
from assay.quality.boxes import Boxes
from assay.quality.habit_evidence import (
    FEATURES,
    Opportunities,
    object_flags,
    opportunities_on_gold,
    opportunities_on_work,
)
from assay.quality.habit_words import clause_for, hint_for, title_for
from assay.quality.habits import EXTENDS_DOWN, concentration_p, find_habits

NAMES = ("ana", "bo", "chidi", "dewi", "elif", "farid")


def a_world(
    seed: int,
    *,
    miss: dict[str, float] | None = None,
    skip: dict[str, dict[str, float]] | None = None,
    down: dict[str, float] | None = None,
    n_images: int = 36,
    small_follows_edge: bool = False,
    image_lapses: float = 0.0,
) -> Opportunities:
    """Evidence drawn from chances: `miss` by person, `skip` by feature and person, `down` by person."""
    rng = np.random.default_rng(seed)
    image = np.repeat(np.arange(n_images), rng.integers(6, 18, n_images))
    edge = rng.random(len(image)) < 0.25
    covered = rng.random(len(image)) < 0.2
    small = (edge & (rng.random(len(image)) < 0.6)) if small_follows_edge else rng.random(len(image)) < 0.2
    flags = np.stack([edge, covered, small], axis=1)
    parts = []
    for number, name in enumerate(NAMES):
        chance = np.full(len(image), (miss or {}).get(name, 0.02))
        lapse = rng.random(n_images) < image_lapses
        chance = np.where(lapse[image], 0.7, chance)
        for feature, people in (skip or {}).items():
            follows = flags[:, FEATURES.index(feature)]
            chance = np.where(follows, np.maximum(chance, people.get(name, 0.0)), chance)
        missed = rng.random(len(image)) < chance
        reach = rng.normal(0, 0.02, (len(image), 4))
        ill = rng.random(len(image)) < 0.05
        reach[np.flatnonzero(ill), rng.integers(0, 4, ill.sum())] = 0.5
        reach[rng.random(len(image)) < (down or {}).get(name, 0.0), 3] = 0.5
        reach[missed] = np.nan
        boxes = np.zeros((len(image), 4))
        parts.append(Opportunities(NAMES, np.full(len(image), number), image, flags, missed, reach, boxes))
    return Opportunities.same_images(parts)


def test_two_people_with_the_same_habit_make_one_finding() -> None:
    found = find_habits(a_world(1, skip={"touches_edge": {"bo": 0.85, "dewi": 0.5}}), things="parts")
    assert [(h.feature, h.people) for h in found] == [("touches_edge", ("bo", "dewi"))]
    (habit,) = found
    assert habit.title == "Two people leave out parts cut by the edge"
    assert habit.other_people == ("ana", "chidi", "elif", "farid")
    assert habit.value.value is not None
    assert habit.others.value is not None
    assert habit.others.value < 0.1
    assert habit.value.value > 0.5
    assert habit.n == habit.value.n > 100
    assert habit.value.n_items > 30


@pytest.mark.parametrize("feature", FEATURES)
def test_each_kind_of_leaving_out_is_found_and_named(feature: str) -> None:
    found = find_habits(a_world(2, skip={feature: {"chidi": 0.7}}))
    assert [(h.feature, h.people) for h in found] == [(feature, ("chidi",))]


def test_boxes_that_reach_down_are_found() -> None:
    found = find_habits(a_world(3, down={"dewi": 0.2}))
    assert [(h.feature, h.people) for h in found] == [(EXTENDS_DOWN, ("dewi",))]
    assert "reflection" in found[0].clause_hint


def test_one_person_may_have_two_habits() -> None:
    found = find_habits(a_world(4, skip={"touches_edge": {"dewi": 0.6}}, down={"dewi": 0.3}))
    assert {h.feature for h in found} == {"touches_edge", EXTENDS_DOWN}


def test_a_feature_that_comes_with_the_real_one_is_not_reported_too() -> None:
    reported = [
        {h.feature for h in find_habits(a_world(s, skip={"touches_edge": {"bo": 0.85}}, small_follows_edge=True))}
        for s in range(30)
    ]
    assert all("touches_edge" in r for r in reported)
    assert sum("small" in r for r in reported) <= 1


def test_what_everybody_misses_is_difficulty_and_no_habit() -> None:
    hard = {"touches_edge": dict.fromkeys(NAMES, 0.6)}
    assert find_habits(a_world(5, skip=hard)) == []


def test_careless_people_spammers_and_lapses_by_whole_images_are_no_habits() -> None:
    careless = {"bo": 0.2, "chidi": 0.15, "farid": 0.5}
    reports = sum(bool(find_habits(a_world(s, miss=careless, image_lapses=0.2))) for s in range(60))
    assert reports <= 3


def test_with_too_little_evidence_nothing_is_said() -> None:
    assert find_habits(a_world(6, skip={"touches_edge": {"bo": 0.9}}, n_images=7)) == []


def test_the_concentration_test_is_exact() -> None:
    image = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1])
    flagged = np.array([1, 1, 0, 0, 1, 0, 0, 1, 0], bool)
    missed = np.array([1, 0, 0, 1, 1, 0, 0, 1, 0], bool)
    ways = [
        sum(flagged[list(first)]) + sum(flagged[list(second)])
        for first in combinations(range(4), 2)
        for second in combinations(range(4, 9), 2)
    ]
    assert concentration_p(missed, flagged, image) == pytest.approx(np.mean(np.array(ways) >= 3))


def test_an_image_where_everything_or_nothing_was_missed_says_nothing() -> None:
    image = np.repeat([0, 1], 5)
    flagged = np.tile([True, True, False, False, False], 2)
    missed = np.repeat([True, False], 5)
    assert concentration_p(missed, flagged, image) == 1.0


def test_flags_come_from_boxes_alone() -> None:
    boxes = np.array([[0, 10, 30, 40], [100, 100, 140, 140], [115, 100, 160, 140], [300, 300, 304, 304]], float)
    flags = object_flags(boxes, np.zeros(4, np.int64), np.array([[640.0, 480.0]]))
    assert flags[:, 0].tolist() == [True, False, False, False]
    assert flags[:, 1].tolist() == [False, True, True, False]
    assert flags[:, 2].tolist() == [False, False, False, True]


def test_evidence_on_gold_knows_who_was_shown_what_and_how_far_each_side_reaches() -> None:
    gold = Boxes.of([[(100, 100, 200, 200), (0, 0, 50, 50)], [(10, 10, 60, 60)]])
    answers = {
        "a": Boxes.of([[(100, 100, 200, 255)], [(10, 10, 60, 60)]]),
        "b": Boxes.of([[(100, 100, 200, 200), (0, 0, 50, 50)], []]),
    }
    shown = {"a": [True, True], "b": [True, False]}
    rows = opportunities_on_gold(gold, answers, shown, [(640, 480), (640, 480)])
    assert rows.person.tolist() == [0, 0, 0, 1, 1]
    assert rows.missed.tolist() == [False, True, False, False, False]
    assert rows.reach[0] == pytest.approx([0, 0, 0, 0.55])
    assert np.isnan(rows.reach[4][:2]).all()
    assert rows.reach[4][2:] == pytest.approx([0, 0])


def test_evidence_on_work_compares_a_person_with_what_two_others_drew() -> None:
    answers = {
        "a": Boxes.of([[(100, 100, 200, 200), (300, 300, 350, 350)]]),
        "b": Boxes.of([[(102, 100, 202, 200)]]),
        "c": Boxes.of([[(98, 100, 198, 200), (20, 20, 60, 60)]]),
        "d": Boxes.of([[]]),
    }
    shown = {name: [name != "d"] for name in answers}
    rows = opportunities_on_work(answers, shown, [(640, 480)])
    assert rows.person.tolist() == [0, 1, 2]
    assert not rows.missed.any()
    assert rows.box[0].tolist() == [100, 100, 200, 200]
    assert rows.box[1].tolist() == [99, 100, 199, 200]


def test_evidence_of_gold_and_work_can_be_joined_and_images_stay_apart() -> None:
    world = a_world(1, n_images=5)
    both = Opportunities.joined([world, world])
    assert len(both) == 2 * len(world)
    assert len(np.unique(both.image)) == 10
    with pytest.raises(ValueError, match="different people"):
        Opportunities.joined(
            [world, opportunities_on_gold(Boxes.empty(1), {"x": Boxes.empty(1)}, {"x": [True]}, [(9, 9)])]
        )


def test_nobody_having_answered_anything_finds_nothing() -> None:
    nothing = opportunities_on_work({"x": Boxes.empty(2)}, {"x": [True, True]}, [(9, 9), (9, 9)])
    assert len(nothing) == 0
    assert find_habits(nothing) == []


def test_every_number_of_a_finding_is_an_estimate_with_its_counts() -> None:
    (habit,) = find_habits(a_world(7, skip={"small": {"elif": 0.8}}))
    for estimate in (habit.value, habit.others):
        assert isinstance(estimate, Estimate)
        assert estimate.low is not None
        assert estimate.high is not None
        assert 0 <= estimate.low < estimate.high <= 1
        assert estimate.n >= estimate.n_items > 0


@pytest.mark.parametrize("feature", [*FEATURES, EXTENDS_DOWN])
def test_the_words_describe_the_work_and_blame_nobody(feature: str) -> None:
    text = " ".join([title_for(feature, 1, "cells"), title_for(feature, 9, "cells"), clause_for(feature, "cells")])
    assert "cells" in text
    assert text.startswith("One person ")
    assert "9 people " in text
    assert not re.search(r"wrong|careless|fault|blame|mistake|fail", text)
    assert hint_for(feature)
