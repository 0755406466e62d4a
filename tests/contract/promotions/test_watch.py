"""The watch over a promoted model reads production: real predictions, people's real answers, a rollback by itself."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.support.governing import set_rules, sign
from tests.support.projects import SETUP, Project, a_project, box
from tests.support.promoting import a_version, evaluator

from assay.annotations import Mark
from assay.governance import proposal_in
from assay.jobs import promoting
from assay.jobs.promoting import Tools
from assay.jobs.promoting_tools import quality_since
from assay.models import PRODUCTION, NewPrediction, PredictedMark, PredictionOrigin, version_of_alias
from assay.promotions import promotion_in, request_promotion
from assay.serving import receive
from assay.storage import House

pytestmark = pytest.mark.slow
RULES = """
assay: policy/1
approvals:
  promotion: {signatures: 1, by: [approver]}
promotion:
  first_model: {floors: {f1: 0.5}}
  watch: {for: 2 days, roll_back_below: 0.7, min_items: 10}
serving: {ask_below: 0.4, random_share: 100 %}
"""
N_EACH = 12


def promoted(project: Project, sha: str) -> str:
    """Take a version into use with its signature; returns the promotion."""
    house = project.house
    version = a_version(house, project.id, project.actor("expert"), sha=sha)
    asked = request_promotion(project.actor("lead"), project.id, version, "better", house=house)
    tools = Tools(house, evaluator(house, {version: 0 if sha == "b" else 40}))
    promoting.measure(tools, project.id, asked.id)
    promoting.gate(tools, project.id, asked.id)
    with house.read(SETUP, project.id) as rx:
        proposal = proposal_in(rx, promotion_in(rx, asked.id).proposal_id or "")
    sign(project, "approver", proposal)
    assert promoting.settle(tools, project.id, asked.id) == "watched"
    return asked.id


def say(project: Project, version: str, items: Sequence[str], mark: Mark, *, confidence: float = 0.9) -> None:
    """Let a version see one thing on each picture, and people look at whatever they are asked about: it is a cell."""
    at_us = project.clock.now_us()
    said = [
        NewPrediction("", i, PredictionOrigin.SERVED, version, (PredictedMark(mark, 0.9),), confidence, at_us)
        for i in items
    ]
    receive(SETUP, project.id, version, said, house=project.house)
    project.follow()
    for name in ("ann", "bob", "cid"):
        project.work(name)
    project.follow()


def test_people_s_answers_to_the_random_share_roll_a_bad_model_back_and_leave_a_good_one(house: House) -> None:
    project = a_project(house, n_items=4 * N_EACH)
    set_rules(project, RULES)
    parts = [project.items[n : n + N_EACH] for n in range(0, 4 * N_EACH, N_EACH)]
    watching = Tools(house, evaluator(house, {}), quality=quality_since)
    first = promoted(project, "a")
    say(project, "finder@1", parts[0], box())
    assert promoting.look_after(watching, project.id, first) == "watched"
    project.clock.advance(3 * 86_400)
    assert promoting.look_after(watching, project.id, first) == "kept"
    say(project, "finder@1", parts[1], box(label_class="dust"))  # the old model errs; the new one is not to pay for it
    second = promoted(project, "b")
    project.clock.advance(60)
    assert promoting.look_after(watching, project.id, second) == "watched"
    say(project, "finder@2", parts[2][:9], box(label_class="dust"))
    assert promoting.look_after(watching, project.id, second) == "watched"  # fewer than min_items
    say(project, "finder@2", [*parts[2][9:], *parts[3]], box(label_class="dust"))
    assert promoting.look_after(watching, project.id, second) == "rolled_back"
    with house.read(SETUP, project.id) as rx:
        in_use = version_of_alias(rx, PRODUCTION)
        ended = promotion_in(rx, second)
    assert in_use is not None
    assert in_use.title == "finder@1"
    assert ended.reason is not None
    assert ended.reason.startswith("production quality is 0.000 (0.000 to ")
    assert ended.reason.endswith("n 24, shown to be below 0.7")


def test_answers_to_pictures_the_model_was_unsure_of_do_not_count(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.serving.rules.drawn", lambda _id, _share: False)
    project = a_project(house, n_items=2 * N_EACH)
    set_rules(project, RULES)
    only = promoted(project, "a")
    say(project, "finder@1", project.items, box(label_class="dust"), confidence=0.3)
    assert len(project.events("production.judged")) == 2 * N_EACH
    with house.read(SETUP, project.id) as rx:
        version = version_of_alias(rx, PRODUCTION)
        assert version is not None
        assert quality_since(rx, version.id, 0).value is None
    watching = Tools(house, evaluator(house, {}), quality=quality_since)
    assert promoting.look_after(watching, project.id, only) == "watched"
