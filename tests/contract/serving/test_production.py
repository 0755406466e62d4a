"""Predictions of production on both databases: who looks at which, and what their answers say of the model."""

from __future__ import annotations

import pytest
from tests.support.projects import SETUP, WIDTH_PX, Project, a_project, box

from assay.annotations import Mark
from assay.governance import publish_rulebook_by, rulebook_in
from assay.models import (
    ModelNotFoundError,
    NewPrediction,
    NewVersion,
    PredictedMark,
    PredictionInvalidError,
    PredictionOrigin,
    Runner,
    Task,
    register_version,
)
from assay.queue import tasks_of_item
from assay.serving import (
    Check,
    Reason,
    Received,
    TooManyPredictionsError,
    checks_of_item,
    production_quality,
    receive,
)
from assay.storage import House

DAY_US = 86_400_000_000


def rules(house: House, project: Project, *, ask_below: float, random_share: float, classes: str = "") -> None:
    text = f"assay: policy/1\nserving:\n  ask_below: {ask_below}\n  random_share: {random_share}\n{classes}"
    with house.read(SETUP, project.id) as rx:
        based_on = rulebook_in(rx).version
    publish_rulebook_by(SETUP, project.id, text, based_on=based_on, house=house)


@pytest.fixture
def nothing_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids are random: without this one prediction in a thousand would be drawn."""
    monkeypatch.setattr("assay.serving.rules.drawn", lambda _id, _share: False)


@pytest.fixture
def project(house: House) -> Project:
    made = a_project(house, n_items=6, annotators=("ann", "bob", "cid"))
    new = NewVersion("cells", Task.BOXES, Runner.NONE, "test", None, 0, 1, "tests")
    register_version(SETUP, made.id, new, house=house)
    return made


def said(
    project: Project, item: str, marks: list[Mark], *, confidence: float | None = 0.9, key: str = "k", **context: str
) -> NewPrediction:
    predicted = tuple(PredictedMark(m, 0.9) for m in marks)
    at_us = project.clock.now_us()
    return NewPrediction("", item, PredictionOrigin.SERVED, key, predicted, confidence, at_us, context=context)


def push(project: Project, *new: NewPrediction) -> Received:
    made = receive(SETUP, project.id, "cells@1", new, house=project.house)
    project.follow()
    return made


def check(project: Project, item: str) -> list[Check]:
    with project.house.read(SETUP, project.id) as rx:
        return checks_of_item(rx, item)


def n_tasks(project: Project, item: str) -> int:
    with project.house.read(SETUP, project.id) as rx:
        return len(tasks_of_item(rx, item))


@pytest.mark.usefixtures("nothing_drawn")
def test_unsure_predictions_become_tasks_and_sure_ones_do_not(house: House, project: Project) -> None:
    rules(house, project, ask_below=0.6, random_share=0.001)
    sure, unsure, silent = project.items[:3]
    made = push(
        project,
        said(project, sure, [box()], confidence=0.61),
        said(project, unsure, [box()], confidence=0.59),
        said(project, silent, [], confidence=None),
    )
    assert (made.n_new, made.n_random, made.n_low) == (3, 0, 2)
    assert [n_tasks(project, i) for i in (sure, unsure, silent)] == [0, 1, 1]
    (found,) = check(project, unsure)
    assert (found.reason, found.threshold, found.queued) == (Reason.LOW, 0.6, True)
    assert found.batch_id is not None


@pytest.mark.usefixtures("nothing_drawn")
def test_a_class_that_a_person_must_always_see_is_sent_however_sure_the_model_is(
    house: House, project: Project
) -> None:
    rules(house, project, ask_below=0.1, random_share=0.001, classes="classes:\n  dust:\n    human_review: always\n")
    cell, dust = project.items[:2]
    push(project, said(project, cell, [box()]), said(project, dust, [box(label_class="dust")]))
    assert check(project, cell) == []
    assert [c.reason for c in check(project, dust)] == [Reason.ALWAYS]


def test_people_s_answer_judges_a_prediction_by_class_and_slice(house: House, project: Project) -> None:
    rules(house, project, ask_below=0.0, random_share=1.0)
    right, wrong = project.items[:2]
    swapped = [box(), box(x=100, label_class="cell")]
    push(
        project,
        said(project, right, [box()], line="1"),
        said(project, wrong, swapped, line="2"),
    )
    answers = {right: [box()], wrong: [box(), box(x=100, label_class="dust"), box(x=WIDTH_PX - 40)]}
    for name in ("ann", "bob", "cid"):
        project.work(name, marks=answers)
    project.follow()
    found = production_quality(SETUP, project.id, every_us=DAY_US, n_points=3, house=house)
    assert found.overall.wrong.n_items == 2
    assert found.overall.wrong.n == 4
    assert found.overall.wrong.value == pytest.approx(2 / 4)
    assert found.overall.right_items.value == pytest.approx(1 / 2)
    assert found.slices["line:1"].value == 0.0
    assert found.slices["line:2"].value == pytest.approx(2 / 3)
    assert found.by_class["dust"].value == 1.0
    assert found.points[-1].n_waiting == 0


@pytest.mark.usefixtures("nothing_drawn")
def test_the_same_predictions_again_are_the_same_and_make_no_second_task(house: House, project: Project) -> None:
    rules(house, project, ask_below=1.0, random_share=0.001)
    item = project.items[0]
    first = push(project, said(project, item, [box()], confidence=0.5))
    again = push(project, said(project, item, [box()], confidence=0.5))
    assert first.prediction_ids == again.prediction_ids
    assert n_tasks(project, item) == 1
    push(project, said(project, item, [box()], confidence=0.4, key="another"))
    assert n_tasks(project, item) == 1
    assert len(check(project, item)) == 2


def test_what_cannot_be_is_refused_whole(house: House, project: Project) -> None:
    rules(house, project, ask_below=0.5, random_share=1.0)
    good, bad = project.items[:2]
    with pytest.raises(PredictionInvalidError, match="leaves the picture"):
        push(project, said(project, good, [box()]), said(project, bad, [box(x=WIDTH_PX)]))
    with pytest.raises(PredictionInvalidError, match="'ghost' is not one of cell, dust"):
        push(project, said(project, good, [box(label_class="ghost")]))
    with pytest.raises(ModelNotFoundError):
        receive(SETUP, project.id, "cells@7", [], house=house)
    with pytest.raises(TooManyPredictionsError, match="501"):
        receive(SETUP, project.id, "cells@1", [said(project, good, [])] * 501, house=house)
    assert check(project, good) == []
