"""A time capsule through the real queue: blind, for experts only, and its answer names the cause."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.pictured import TEST
from tests.support.projects import Project, a_project

from assay.annotations import Mark
from assay.drift import AlreadyConcludedError, AnswersMissingError, ArchiveTooSmallError, NoExpertsError
from assay.gold import GoldMark, sign_gold
from assay.jobs.capsules import Question, answered_of, ask_experts, conclude, outlook_of
from assay.models import (
    PRODUCTION,
    NewPrediction,
    NewVersion,
    PredictedMark,
    PredictionOrigin,
    Runner,
    Task,
    move_alias,
    register_version,
    take_in_predictions,
)
from assay.queue import list_batches
from assay.storage import Blobs, House

PLACE = (10.0, 10.0, 30.0, 30.0)
N_GOLD, N_LATER = 110, 60
ASKED = Question(n_now=50, n_then=40, expert_wrong=2, expert_n=200)


def one(label_class: str) -> Mark:
    return Mark(label_class, "bbox", PLACE)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(f"file://{tmp_path / 'blobs'}")


@pytest.fixture
def project(house: House) -> Project:
    """Gold and later work, answered by one annotator and by the model in use, which is wrong on every fifth item."""
    made = a_project(house, n_items=N_GOLD + N_LATER, annotators=("ann",))
    made.add_person("eve", "expert", "annotator")
    return made


def answered(project: Project, say: Callable[[int], str]) -> None:
    """The annotator answers everything, the model predicts everything; the truth is `cell`."""
    gold = project.items[:N_GOLD]
    for item in gold:
        marks = [GoldMark("cell", "bbox", PLACE, ("1.1",))]
        sign_gold(project.actor("expert"), project.id, item, marks, why="sure", house=project.house)
    project.batch(project.items)
    project.work("ann", {item: [one(say(n))] for n, item in enumerate(project.items)})
    project.follow()
    new = NewVersion("m", Task.BOXES, Runner.NONE, "test", None, 0, 1, "tests")
    version = register_version(TEST, project.id, new, house=project.house)
    predictions = [
        NewPrediction(
            version.id, item, PredictionOrigin.SERVED, f"key-{n}",
            (PredictedMark(one("dust" if n % 5 == 0 else "cell"), 0.9),), 0.9, 1,
        )
        for n, item in enumerate(project.items)
    ]  # fmt: skip
    with project.house.write(TEST, project.id, "predict") as tx:
        take_in_predictions(tx, predictions)
        move_alias(tx, PRODUCTION, version.id, expected=None, why="test")
        tx.record("predictions.taken", subject="test")


@pytest.mark.slow
def test_careless_annotators_are_found_by_experts_who_cannot_tell_old_items_from_new(
    project: Project, blobs: Blobs
) -> None:
    answered(project, lambda n: "dust" if n >= N_GOLD and n % 3 == 0 else "cell")
    with project.house.read(TEST, project.id) as rx:
        outlook = outlook_of(rx)
    assert (outlook.experts, outlook.model, outlook.expert_n) == ((project.people["eve"],), "m@1", 0)
    asked = ask_experts(TEST, project.id, "why", ASKED, house=project.house, blobs=blobs)
    assert [b.policy.blind for b in list_batches(TEST, project.id, house=project.house)] == [True, False]
    assert project.claim("ann") is None
    first = project.claim("eve")
    assert first is not None
    assert first.batch_id == asked.batch_id
    seen = [first.item_id]
    project.hand_in("eve", first, [one("cell")])
    with pytest.raises(AnswersMissingError, match="answered 1 of 90 items"):
        conclude(TEST, project.id, asked.id, house=project.house, blobs=blobs)
    while (held := project.claim("eve")) is not None:
        seen.append(held.item_id)
        project.hand_in("eve", held, [one("cell")])
    project.follow()
    assert sorted(seen) == sorted([*asked.spec["now"], *asked.spec["then"]])
    assert {"now", "then"} == {"now" if i in asked.spec["now"] else "then" for i in seen[:15]}
    with project.house.read(TEST, project.id) as rx:
        assert answered_of(rx, asked) == (50, 40)
    found = conclude(TEST, project.id, asked.id, house=project.house, blobs=blobs)
    assert found.result is not None
    assert found.result["cause"] == "labels"
    assert not found.result["starts_retraining"]
    assert project.events("diagnosis.concluded")[0].body["cause"] == "labels"
    with pytest.raises(AlreadyConcludedError):
        conclude(TEST, project.id, asked.id, house=project.house, blobs=blobs)


def test_a_capsule_needs_experts_in_the_queue_and_gold_that_was_answered(project: Project, blobs: Blobs) -> None:
    other = a_project(project.house, n_items=1)
    with pytest.raises(NoExpertsError):
        ask_experts(TEST, other.id, "why", ASKED, house=project.house, blobs=blobs)
    new = NewVersion("m", Task.BOXES, Runner.NONE, "test", None, 0, 1, "tests")
    version = register_version(TEST, project.id, new, house=project.house)
    with project.house.write(TEST, project.id, "promote") as tx:
        move_alias(tx, PRODUCTION, version.id, expected=None, why="test")
    with pytest.raises(ArchiveTooSmallError, match="0 gold items"):
        ask_experts(TEST, project.id, "why", ASKED, house=project.house, blobs=blobs)
