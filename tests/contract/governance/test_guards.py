"""What a policy guards does not happen on any other way, and happens by itself once it is signed; on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.governing import set_rules, sign, somebody
from tests.support.projects import SETUP, Project, a_project, box

from assay.access import RoleNeededError
from assay.gold import GoldMark, gold_in, sign_gold
from assay.governance import (
    ApprovalNeededError,
    EvidenceMissingError,
    Guarded,
    ProposalInvalidError,
    ProposalState,
    SignatureRefusedError,
    Signing,
    add_signature,
    proposal_in,
)
from assay.guidelines import publish_guideline
from assay.jobs.proposing import propose_change
from assay.models.suggesting import set_suggestion_policy, suggestion_policy_in
from assay.review import Verdict, claim_review, decide_review, reviewers_until
from assay.storage import House

RULES = """
assay: policy/1
approvals:
  release: {signatures: 1, not_by: [author, reviewer]}
  guideline: {signatures: 1, by: [approver], evidence: [measurement]}
  gold: {signatures: 1, by: [approver]}
  threshold: {signatures: 1, by: [approver]}
"""
AUTOMATIC = {"model": "production", "classes": {"cell": {"mode": "automatic", "target": 0.05}}}


@pytest.fixture
def team(house: House) -> Project:
    """A project in which everything is guarded."""
    project = a_project(house, annotators=("ann",))
    set_rules(project, RULES)
    return project


def _put(project: Project, name: str, kind: Guarded, action: dict[str, Any], **evidence: str) -> str:
    caller, place = somebody(project, name)
    return propose_change(caller, place, kind, "a change", action, evidence=evidence, house=project.house).id


def _signed(project: Project, proposal_id: str) -> ProposalState:
    with project.house.read(SETUP, project.id) as rx:
        proposal = proposal_in(rx, proposal_id)
    sign(project, "approver", proposal)
    project.follow()
    with project.house.read(SETUP, project.id) as rx:
        return proposal_in(rx, proposal_id).state


def test_gold_waits_for_its_signature(team: Project) -> None:
    item, expert = team.items[0], team.actor("expert")
    mark = GoldMark("cell", "bbox", (10.0, 10.0, 30.0, 30.0), ("1.1",))
    with pytest.raises(ApprovalNeededError):
        sign_gold(expert, team.id, item, [mark], why="sure", house=team.house)
    action = {
        "item_id": item,
        "marks": [{"label_class": "cell", "bbox": [10.0, 10.0, 30.0, 30.0], "clauses": ["1.1"]}],
        "why": "sure",
    }
    assert _signed(team, _put(team, "expert", Guarded.GOLD, action)) is ProposalState.DONE
    with team.house.read(SETUP, team.id) as rx:
        gold = gold_in(rx, item)
    assert gold is not None
    assert (gold.marks, gold.signed_by) == ((mark,), team.people["expert"])


def test_a_threshold_that_takes_labels_unseen_waits_for_its_signature_and_a_careful_one_does_not(team: Project) -> None:
    lead = team.actor("lead")
    loop = {"model": "production", "classes": {"cell": {"mode": "loop"}}}
    set_suggestion_policy(lead, team.id, loop, why="look first", based_on=0, house=team.house)
    with pytest.raises(ApprovalNeededError):
        set_suggestion_policy(lead, team.id, AUTOMATIC, why="save time", based_on=1, house=team.house)
    action = {"body": AUTOMATIC, "why": "save time", "based_on": 1}
    assert _signed(team, _put(team, "lead", Guarded.THRESHOLD, action)) is ProposalState.DONE
    with team.house.read(SETUP, team.id) as rx:
        assert suggestion_policy_in(rx).of_class("cell").mode.value == "automatic"


def test_a_guideline_waits_for_its_evidence_and_its_signature(team: Project) -> None:
    text = "## 1.1 Whole cells\n\nBox each, twice.\n"
    with pytest.raises(ApprovalNeededError):
        publish_guideline(team.actor("lead"), team.id, text, note="", house=team.house)
    action = {"markdown": text, "note": "twice"}
    with pytest.raises(EvidenceMissingError, match="measurement"):
        _put(team, "lead", Guarded.GUIDELINE, action)
    with pytest.raises(RoleNeededError):
        _put(team, "approver", Guarded.GUIDELINE, action, measurement="agreement of 12 November")
    asked = _put(team, "lead", Guarded.GUIDELINE, action, measurement="agreement of 12 November")
    assert _signed(team, asked) is ProposalState.DONE


def test_what_cannot_be_done_any_more_is_closed_with_its_reason(team: Project) -> None:
    action = {"body": AUTOMATIC, "why": "save time", "based_on": 7}
    asked = _put(team, "lead", Guarded.THRESHOLD, action)
    assert _signed(team, asked) is ProposalState.FAILED
    with team.house.read(SETUP, team.id) as rx:
        assert "7" in (proposal_in(rx, asked).reason or "")


@pytest.mark.parametrize(
    ("kind", "action", "named"),
    [
        (Guarded.THRESHOLD, {"body": {}, "why": "x"}, "based_on"),
        (Guarded.THRESHOLD, {"body": {}, "why": "x", "based_on": True}, "action.based_on"),
        (Guarded.POLICY, {"source": 7, "based_on": 1}, "action.source"),
        (Guarded.POLICY, {"source": "assay: policy/1", "based_on": 1, "more": 1}, "more"),
    ],
)
def test_an_action_of_another_shape_is_refused_by_name(
    team: Project, kind: Guarded, action: dict[str, Any], named: str
) -> None:
    with pytest.raises(ProposalInvalidError, match=named):
        _put(team, "lead", kind, action)


def test_who_reviewed_any_of_a_release_does_not_sign_it_where_the_policy_says_so(team: Project) -> None:
    team.batch(review_share=1.0)
    team.work("ann")
    team.follow()
    team.add_person("rex", "reviewer", "approver")
    case = claim_review(team.actor("rex"), team.id, house=team.house)
    assert case is not None
    decide_review(
        team.actor("rex"),
        team.id,
        case.review.id,
        Verdict.ACCEPT,
        client_key="key-0001",
        marks=[box()],
        house=team.house,
    )
    with team.house.read(SETUP, team.id) as rx:
        reviewers = reviewers_until(rx, rx.now_us)
    assert reviewers == {team.people["rex"]}
    signing = Signing(frozenset(), reviewers=reviewers)
    for name, fine in (("rex", False), ("approver", True)):
        caller, place = somebody(team, name)
        with team.house.write(caller.actor, team.id, "sign") as tx:
            options: dict[str, Any] = {"subject": "release/1", "digest": "a" * 64, "meaning": "ok", "signing": signing}
            if fine:
                assert add_signature(tx, caller, place, **options).role == "approver"
                continue
            with pytest.raises(SignatureRefusedError, match="reviewed"):
                add_signature(tx, caller, place, **options)
            tx.record("signature.refused_in_test", subject="release/1")
