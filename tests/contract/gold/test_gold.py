"""Living gold on both databases: signed, scored once, judged anew, retired, contested, watched."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.projects import SETUP, Project, a_project, box

from assay.annotations import Mark, MarksRefusedError
from assay.gold import (
    AlreadyContestedError,
    ContestNotFoundError,
    ContestRuledError,
    GoldClauseUnknownError,
    GoldMark,
    GoldNotFoundError,
    GoldState,
    VerdictNotFoundError,
    contest_verdict,
    gold_in,
    list_contests,
    practice_verdicts,
    retire_gold,
    rule_on_contest,
    scores_of_user,
    sign_gold,
    verdicts_shown_to,
)
from assay.items import ItemNotFoundError
from assay.labels import Attribute, AttributeKind, LabelClass, publish_schema
from assay.queue import claim_practice
from assay.reliability import WatchRules, alarms_of, counted, needs_watching, rho_in, watch
from assay.storage import House

BOX = (10.0, 10.0, 30.0, 30.0)
RULES = WatchRules(0.05, 0.15, 1000.0, 0.5, 0.7)


def sign(
    project: Project, item: str, *boxes: tuple[float, float, float, float], clauses: tuple[str, ...] = ("1.1",)
) -> int:
    marks = [GoldMark("cell", "bbox", b, clauses) for b in boxes or (BOX,)]
    return sign_gold(project.actor("expert"), project.id, item, marks, why="sure", house=project.house).version


def scores(project: Project, name: str) -> list[Any]:
    with project.house.read(SETUP, project.id) as rx:
        return scores_of_user(rx, project.people[name])


@pytest.fixture
def project(house: House) -> Project:
    """Three items; the first is signed gold and in the queue as such."""
    made = a_project(house, n_items=3)
    sign(made, made.items[0])
    made.batch(overlap=1, gold=made.items[:1], gold_rate=0.5)
    made.follow()
    return made


def test_signing_keeps_every_version_and_the_newest_counts(project: Project) -> None:
    assert sign(project, project.items[0], (0.0, 0.0, 9.0, 9.0)) == 2
    with project.house.read(SETUP, project.id) as rx:
        found = gold_in(rx, project.items[0])
    assert found is not None
    assert (found.version, found.state, found.marks[0].bbox) == (2, GoldState.LIVE, (0.0, 0.0, 9.0, 9.0))


def test_gold_names_clauses_that_stand_in_the_guideline_and_marks_the_schema_allows(project: Project) -> None:
    with pytest.raises(GoldClauseUnknownError, match=r"9\.9"):
        sign(project, project.items[1], clauses=("9.9",))
    with pytest.raises(MarksRefusedError):
        sign(project, project.items[1], (0.0, 0.0, 999.0, 9.0))
    with pytest.raises(ItemNotFoundError):
        sign(project, "0" * 32)


def test_gold_needs_no_attributes_where_annotators_must_give_them(project: Project) -> None:
    needed = Attribute("stain", AttributeKind.BOOL, required=True)
    publish_schema(SETUP, project.id, [LabelClass("cell", "Cell", attributes=(needed,))], house=project.house)
    assert sign(project, project.items[1]) == 1


def test_an_answer_to_gold_is_scored_once_however_often_the_event_is_seen(project: Project) -> None:
    project.work("ann", {project.items[0]: [box(), box(60, 60)]})
    project.follow()
    (stored,) = scores(project, "ann")
    assert (stored.score.n_units, stored.score.n_errors, stored.item_id) == (2, 1, project.items[0])
    project._followed = ""
    project.follow()
    assert [s.id for s in scores(project, "ann")] == [stored.id]
    assert len(project.events("gold.scored")) == 1


def test_answers_to_work_are_not_scored(project: Project) -> None:
    done = project.work("ann")
    project.follow()
    assert len(done) == 3
    assert len(scores(project, "ann")) == 1


def test_gold_signed_anew_judges_earlier_answers_again_and_looks_at_their_authors_charts(project: Project) -> None:
    project.work("ann")
    project.work("bob", {project.items[0]: [box(60, 60)]})
    project.follow()
    assert [scores(project, name)[0].score.n_errors for name in ("ann", "bob")] == [0, 2]
    sign(project, project.items[0], (60.0, 60.0, 80.0, 80.0))
    project.follow()
    assert [scores(project, name)[0].score.n_errors for name in ("ann", "bob")] == [2, 0]
    assert [scores(project, name)[0].gold_version for name in ("ann", "bob")] == [2, 2]
    (rescored,) = project.events("gold.rescored")
    assert rescored.body["users"] == sorted(project.people[name] for name in ("ann", "bob"))


def test_verdicts_are_shown_once_the_gold_is_retired_and_to_their_author_alone(project: Project) -> None:
    project.work("ann")
    project.follow()
    house = project.house
    assert verdicts_shown_to(project.actor("ann"), project.id, house=house) == []
    retire_gold(project.actor("expert"), project.id, project.items[0], why="known by now", house=house)
    project.follow()
    assert [s.item_id for s in verdicts_shown_to(project.actor("ann"), project.id, house=house)] == [project.items[0]]
    assert verdicts_shown_to(project.actor("bob"), project.id, house=house) == []
    assert project.items[0] not in {s.item_id for s in project.work("bob")}, "it is shown no more"


def test_only_gold_can_be_retired(project: Project) -> None:
    with pytest.raises(GoldNotFoundError):
        retire_gold(project.actor("expert"), project.id, project.items[1], why="x", house=project.house)


def test_withdrawn_gold_counts_no_more_and_counts_again_when_signed_anew(project: Project) -> None:
    project.work("ann")
    project.follow()
    retire_gold(project.actor("expert"), project.id, project.items[0], why="wrong", withdraw=True, house=project.house)
    assert counted(scores(project, "ann")) == []
    sign(project, project.items[0])
    project.follow()
    assert len(counted(scores(project, "ann"))) == 1


def verdict_of(project: Project, name: str) -> str:
    return str(scores(project, name)[0].id)


def contested(project: Project) -> str:
    """A contest by ann on retired gold."""
    project.work("ann", {project.items[0]: []})
    project.follow()
    retire_gold(project.actor("expert"), project.id, project.items[0], why="enough", house=project.house)
    made = contest_verdict(
        project.actor("ann"), project.id, verdict_of(project, "ann"), "there is nothing", house=project.house
    )
    return made.id


def test_a_verdict_is_contested_by_its_author_once_it_is_shown_and_only_once(project: Project) -> None:
    project.work("ann", {project.items[0]: []})
    project.follow()
    verdict, house = verdict_of(project, "ann"), project.house
    with pytest.raises(VerdictNotFoundError):  # still live: it must not be told that this was gold
        contest_verdict(project.actor("ann"), project.id, verdict, "no", house=house)
    retire_gold(project.actor("expert"), project.id, project.items[0], why="enough", house=house)
    with pytest.raises(VerdictNotFoundError):
        contest_verdict(project.actor("bob"), project.id, verdict, "no", house=house)
    with pytest.raises(VerdictNotFoundError):
        contest_verdict(project.actor("ann"), project.id, "0" * 32, "no", house=house)
    contest_verdict(project.actor("ann"), project.id, verdict, "no", house=house)
    with pytest.raises(AlreadyContestedError):
        contest_verdict(project.actor("ann"), project.id, verdict, "no", house=house)


@pytest.mark.parametrize("upheld", [True, False])
def test_a_ruling_stands_and_an_upheld_one_takes_the_verdicts_out(project: Project, upheld: bool) -> None:  # noqa: FBT001
    contest, expert, house = contested(project), project.actor("expert"), project.house
    ruled = rule_on_contest(expert, project.id, contest, upheld=upheld, text="I looked", house=house)
    assert (ruled.state, ruled.ruling) == ("upheld" if upheld else "declined", "I looked")
    assert len(counted(scores(project, "ann"))) == (0 if upheld else 1)
    with pytest.raises(ContestRuledError):
        rule_on_contest(expert, project.id, contest, upheld=not upheld, text="on second thought", house=house)
    with project.house.read(SETUP, project.id) as rx:
        assert list_contests(rx, ["open"]) == []


def test_an_unknown_contest_cannot_be_ruled_on(project: Project) -> None:
    with pytest.raises(ContestNotFoundError):
        rule_on_contest(project.actor("expert"), project.id, "0" * 32, upheld=True, text="x", house=project.house)


def test_practice_is_scored_and_counts_for_nothing(house: House) -> None:
    project = a_project(house, n_items=1)
    sign(project, project.items[0])
    project.batch(practice=True)
    assignment = claim_practice(project.actor("ann"), project.id, house=house).assignment
    assert assignment is not None
    project.hand_in("ann", assignment, [])
    project.follow()
    (stored,) = practice_verdicts(project.actor("ann"), project.id, house=house)
    assert (stored.is_practice, stored.score.n_errors) == (True, 1)
    assert counted(scores(project, "ann")) == []
    contest_verdict(project.actor("ann"), project.id, stored.id, "shown at once, contestable at once", house=house)


def slipping(house: House, n_gold: int = 40) -> Project:
    """Ann misses everything from her 15th gold image on; bob never errs."""
    project = a_project(house, n_items=n_gold + 20, annotators=["ann", "bob"])
    for item in project.items[:n_gold]:
        sign(project, item, BOX, (60.0, 60.0, 80.0, 80.0), (100.0, 10.0, 120.0, 30.0))
    project.follow()
    project.batch(overlap=2, gold=project.items[:n_gold], gold_rate=0.5, review_share=0.0)
    right = [box(), box(60, 60), box(100, 10)]
    for name in ("ann", "bob"):
        seen = 0
        while (assignment := project.claim(name)) is not None:
            seen += assignment.kind.value == "gold"
            marks: list[Mark] = [] if name == "ann" and seen > 14 else right
            project.clock.advance(30)
            project.hand_in(name, assignment, marks)
        project.follow()
    return project


@pytest.fixture(scope="module")
def slipped(open_shared_house: House) -> Project:
    """One such project for all tests that only look at it."""
    return slipping(open_shared_house)


def test_an_alarm_is_raised_for_who_slips_and_for_nobody_else_and_each_once(slipped: Project) -> None:
    house = slipped.house
    with house.read(SETUP, slipped.id) as rx:
        mine, others = alarms_of(rx, slipped.people["ann"]), alarms_of(rx, slipped.people["bob"])
    assert others == []
    assert mine
    assert len({a.gold_image for a in mine}) == len(mine)
    first = mine[0]
    assert 15 <= first.gold_image <= 22
    assert 12 <= first.median_image <= 16
    raised = len(slipped.events("alarm.raised"))
    for _ in range(3):
        assert watch(slipped.id, slipped.people["ann"], RULES, house=house) == []
    assert len(slipped.events("alarm.raised")) == raised == len(mine)


def test_the_work_since_the_estimated_change_goes_back(slipped: Project) -> None:
    (first, *_) = slipped.events("work.put_back")
    with slipped.house.read(SETUP, slipped.id) as rx:
        alarm = alarms_of(rx, slipped.people["ann"])[0]
    assert first.body["alarm"] == alarm.id
    back = {item for item, _ in first.body["items"]}
    since = [
        e.body["item"]
        for e in slipped.events("submission.received")
        if e.actor_id == slipped.people["ann"] and alarm.median_at_us < e.at_us < alarm.raised_at_us
    ]
    assert set(since) <= back
    assert first.body["n_review"] >= len(since)


def test_who_rang_is_watched_until_enough_gold_spoke_again(slipped: Project) -> None:
    with slipped.house.read(SETUP, slipped.id) as rx:
        last = alarms_of(rx, slipped.people["ann"])[-1]
        ann, later = slipped.people["ann"], last.raised_at_us + 1
        assert needs_watching(rx, ann, at_us=later, gold_images=1)
        assert not needs_watching(rx, ann, at_us=later, gold_images=0)
        assert not needs_watching(rx, ann, at_us=last.raised_at_us, gold_images=1), "it rang just then"
        assert not needs_watching(rx, slipped.people["bob"], at_us=later, gold_images=10**6)


def test_gold_answered_since_an_alarm_speaks_for_the_work_again(slipped: Project) -> None:
    ann = slipped.people["ann"]
    fresh = slipped.add_items(6)
    for item in fresh[:2]:
        sign(slipped, item)
    slipped.follow()
    slipped.clock.advance(10)
    slipped.batch(fresh, overlap=2, gold=fresh[:2], gold_rate=0.5)
    slipped.work("ann")
    slipped.follow()
    with slipped.house.read(SETUP, slipped.id) as rx:
        at_us = slipped.clock.now_us()
        assert needs_watching(rx, ann, at_us=at_us, gold_images=3)
        assert not needs_watching(rx, ann, at_us=at_us, gold_images=2)
    asked = {e.subject for e in slipped.events("review.asked")}
    late = [e for e in slipped.events("submission.received") if e.body["item"] in fresh and e.actor_id == ann]
    assert {e.subject for e in late} <= asked, "each of them was looked at, gold and work alike"


def test_the_pooled_clustering_of_an_earlier_moment_ignores_what_came_since(slipped: Project) -> None:
    at = slipped.house.clock.now_us()
    with slipped.house.read(SETUP, slipped.id) as rx:
        before, whole = rho_in(rx, before_us=0), rho_in(rx)
        assert rho_in(rx, before_us=at + 1) == whole
        assert before != whole
