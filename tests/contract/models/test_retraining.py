"""Rules for retraining on both databases: a named cause begins a training or asks people, worse labels never do."""

from __future__ import annotations

import pytest
from tests.support.governing import set_rules
from tests.support.model_shop import ModelShop
from tests.support.projects import SETUP

from assay.datasets import Release, sign_release
from assay.drift import keep_answer, keep_question
from assay.jobs import retraining as jobs
from assay.kernel.estimate import Estimate
from assay.models import PRODUCTION, find_version, move_alias, versions_of
from assay.models.retraining import (
    NoReleaseToRetrainError,
    NotTrainedHereError,
    Retraining,
    RetrainingDecidedError,
    RetrainingState,
    retrainings_before,
)
from assay.models.runs import all_runs
from assay.quality.diagnosis import Cause, Diagnosis, Effect

pytestmark = pytest.mark.slow
RULES = """
assay: policy/1
approvals:
  promotion: {signatures: 1, by: [approver, lead]}
retrain:
  - {cause: covariate, drop: 3 points, act: start}
  - {cause: concept, drop: 5 points, act: propose}
"""


def size(value: float) -> Estimate:
    return Estimate(value, value - 0.02, value + 0.02, 400, 400, "test")


def diagnosed(shop: ModelShop, cause: Cause, part: float, *, also: tuple[Cause, ...] = ()) -> str:
    """Let experts have found a cause, as a time capsule ends; returns the diagnosis."""
    project = shop.project
    named = {cause, *also}
    effects = tuple(
        Effect(c, size(part if c in named else 0.0), 0.001 if c in named else 0.5, c in named, "test")
        for c in (Cause.CONCEPT, Cause.COVARIATE, Cause.LABELS, Cause.ECHO)
    )
    retrains = cause in {Cause.COVARIATE, Cause.CONCEPT} and not named & {Cause.LABELS, Cause.ECHO}
    found = Diagnosis(cause, also, size(part), effects, 0.0, "act", retrains, ("because",))
    asked = keep_question(SETUP, project.id, "why", batch_id="b" * 32, monitor_id=None, spec={}, house=shop.house)
    keep_answer(SETUP, project.id, asked.id, found, house=shop.house)
    project.follow()
    return asked.id


def requests(shop: ModelShop) -> list[Retraining]:
    with shop.house.read(SETUP, shop.project.id) as rx:
        return retrainings_before(rx, "g", 100)


def signed(shop: ModelShop) -> Release:
    release = shop.release()
    caller = shop.caller("approver")
    return sign_release(caller, caller.membership(shop.project.id), release.id, "approved", house=shop.house)


@pytest.fixture
def used(ready: ModelShop) -> ModelShop:
    """A model that was trained here is in use, and the policy has rules; a diagnosis before them asked for nothing."""
    diagnosed(ready, Cause.COVARIATE, 0.5)
    assert ready.project.events("retraining.asked", "retraining.not_asked") == []
    set_rules(ready.project, RULES)
    version = ready.trained()
    with ready.house.write(SETUP, ready.project.id, "first") as tx:
        move_alias(tx, PRODUCTION, version.id, expected=None, why="first")
    return ready


def test_a_rule_that_starts_waits_for_a_release_and_then_trains_once(used: ModelShop) -> None:
    diagnosis = diagnosed(used, Cause.COVARIATE, 0.06)
    [asked] = requests(used)
    assert (asked.state, asked.diagnosis_id, asked.trigger.cause) == (RetrainingState.WAITING, diagnosis, "covariate")
    assert "6.0 points of the fall are its part" in asked.reason
    jobs.look(used.house)
    assert [r.state for r in requests(used)] == [RetrainingState.WAITING]  # it would learn the same again
    used.project.clock.advance(60)
    release = signed(used)
    for _ in range(2):
        jobs.look(used.house)
    [started] = requests(used)
    assert started.state is RetrainingState.STARTED
    used.desk.work()
    with used.house.read(SETUP, used.project.id) as rx:
        runs = [r for r in all_runs(rx) if r.id == started.run_id]
        assert [(r.kind, r.name, r.release_id, r.error) for r in runs] == [("tags", "shade", release.id, None)]
        assert len(all_runs(rx)) == 2
        assert [v.title for v in versions_of(rx)] == ["shade@2", "shade@1"]
        in_use = find_version(rx, PRODUCTION)
    assert in_use is not None
    assert in_use.title == "shade@1"  # a training makes a version; the gate and people decide
    [event] = used.project.events("retraining.started")
    assert (event.actor_id, event.body["cause"], event.body["reason"]) == ("retraining", "covariate", asked.reason)


def test_a_rule_that_proposes_leaves_it_to_a_person(used: ModelShop) -> None:
    diagnosed(used, Cause.CONCEPT, 0.06)
    [asked] = requests(used)
    assert asked.state is RetrainingState.OPEN
    lead = used.project.actor("lead")
    with pytest.raises(NoReleaseToRetrainError, match="would learn the same again"):
        jobs.begin(lead, used.project.id, asked.id, house=used.house)
    used.project.clock.advance(60)
    signed(used)
    jobs.look(used.house)
    assert [r.state for r in requests(used)] == [RetrainingState.OPEN]
    _, run = jobs.begin(lead, used.project.id, asked.id, house=used.house)
    assert run.created_by == lead.id
    with pytest.raises(RetrainingDecidedError, match="started already"):
        jobs.begin(lead, used.project.id, asked.id, house=used.house)


def test_worse_labels_start_nothing_and_the_log_says_why(used: ModelShop) -> None:
    diagnosed(used, Cause.COVARIATE, 0.2, also=(Cause.LABELS,))
    assert requests(used) == []
    [event] = used.project.events("retraining.not_asked")
    assert "names covariate and labels, which never starts a training" in event.body["reason"]
    used.project.clock.advance(60)
    signed(used)
    assert jobs.look(used.house) == 0
    with used.house.read(SETUP, used.project.id) as rx:
        assert len(all_runs(rx)) == 1


def test_the_same_cause_asks_once_until_a_person_says_no(used: ModelShop) -> None:
    diagnosed(used, Cause.CONCEPT, 0.06)
    diagnosed(used, Cause.CONCEPT, 0.09)
    for event in used.project.events("diagnosis.concluded")[1:]:
        jobs.consider(used.house, event)
    [asked] = requests(used)
    [event] = used.project.events("retraining.not_asked")
    assert "for the same cause is undecided" in event.body["reason"]
    jobs.decline(used.project.actor("lead"), used.project.id, asked.id, "the line stands still", house=used.house)
    [done] = requests(used)
    assert (done.state, done.note) == (RetrainingState.DISMISSED, "the line stands still")
    with pytest.raises(RetrainingDecidedError):
        jobs.decline(used.project.actor("lead"), used.project.id, asked.id, "again", house=used.house)
    diagnosed(used, Cause.CONCEPT, 0.07)
    assert [r.state for r in requests(used)] == [RetrainingState.OPEN, RetrainingState.DISMISSED]


def test_a_model_from_elsewhere_cannot_be_trained_again_and_people_are_told(used: ModelShop) -> None:
    diagnosed(used, Cause.COVARIATE, 0.06)
    with used.house.write(SETUP, used.project.id, "away") as tx:
        version = find_version(tx, PRODUCTION)
        assert version is not None
        move_alias(tx, PRODUCTION, None, expected=version.id, why="away")
    jobs.look(used.house)
    [asked] = requests(used)
    assert (asked.state, asked.note[:18]) == (RetrainingState.OPEN, "No model is in use")
    with pytest.raises(NotTrainedHereError):
        jobs.begin(used.project.actor("lead"), used.project.id, asked.id, house=used.house)
