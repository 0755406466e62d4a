"""Proposals and their signatures on both databases: bound to the evidence, never by their authors, used once."""

from __future__ import annotations

import pytest
from tests.support.governing import TWO_SIGN, evidence, put, set_rules, sign, somebody
from tests.support.projects import SETUP, Project, a_project

from assay.access.errors import KeyNotEnoughError
from assay.governance import (
    AlreadySignedError,
    ApprovalNeededError,
    BreakGlassRefusedError,
    EvidenceChangedError,
    EvidenceMissingError,
    Guarded,
    NewProposal,
    NotApprovedError,
    PolicyFileError,
    PolicyInvalidError,
    PolicyStaleError,
    Proposal,
    ProposalClosedError,
    ProposalState,
    SignatureRefusedError,
    allow,
    break_glass,
    get_policy,
    lapse_proposals,
    policy_action,
    proposal_in,
    propose,
    publish_rulebook,
    publish_rulebook_by,
    refuse_proposal,
    rulebook_in,
    rulebook_source,
    set_policy,
    sign_proposal,
    waiting_for,
    withdraw_proposal,
)
from assay.storage import House


@pytest.fixture
def team(house: House) -> Project:
    """A project with three approvers, two leads and rules for two signatures."""
    project = a_project(house, n_items=0)
    for name in ("eva", "ben", "kim"):
        project.add_person(name, "approver")
    project.add_person("mia", "lead")
    set_rules(project)
    return project


def _use(project: Project, proposal: Proposal, *, name: str = "lead", n: int = 1) -> None:
    with project.house.write(project.actor(name), project.id, "act") as tx:
        allow(tx, proposal.new.kind, {"n": n}, proposal=proposal.id)


def _now(project: Project, proposal: Proposal) -> Proposal:
    with project.house.read(SETUP, project.id) as rx:
        return proposal_in(rx, proposal.id)


def test_what_is_guarded_happens_with_its_signatures_once_and_never_without(team: Project) -> None:
    proposal = put(team, "lead", Guarded.PROMOTION)
    with pytest.raises(NotApprovedError, match="it is open"):
        _use(team, proposal)
    assert sign(team, "eva", proposal).state is ProposalState.OPEN
    with pytest.raises(AlreadySignedError):
        sign(team, "eva", proposal)
    assert sign(team, "ben", proposal).state is ProposalState.APPROVED
    with pytest.raises(NotApprovedError, match="proposes something else"):
        _use(team, proposal, n=2)
    _use(team, proposal)
    with pytest.raises(NotApprovedError, match="it is done"):
        _use(team, proposal)
    with pytest.raises(ApprovalNeededError, match="2 signatures"), team.house.write(SETUP, team.id, "act") as tx:
        allow(tx, Guarded.PROMOTION, {"n": 1})


def test_nobody_signs_what_they_made_or_proposed_and_a_key_never_signs(team: Project) -> None:
    proposal = put(team, "eva", Guarded.PROMOTION, authors=frozenset({team.people["ben"]}))
    for name in ("eva", "ben"):
        with pytest.raises(SignatureRefusedError, match="nobody approves their own work"):
            sign(team, name, proposal)
    with pytest.raises(SignatureRefusedError, match="Here approver sign"):
        sign(team, "expert", proposal)
    caller, place = somebody(team, "kim", by_key=True)
    with pytest.raises(KeyNotEnoughError):
        sign_proposal(caller, place, proposal.id, digest=proposal.digest, meaning="approved", house=team.house)


def test_a_signature_under_other_evidence_is_refused(team: Project) -> None:
    proposal = put(team, "lead", Guarded.PROMOTION)
    with pytest.raises(EvidenceChangedError):
        sign(team, "eva", proposal, digest="0" * 64)


def test_without_the_evidence_that_the_policy_asks_for_nothing_is_put_to_anybody(team: Project) -> None:
    new = NewProposal(Guarded.PROMOTION, "model/1", "x", {"n": 1}, evidence("gate"))
    with pytest.raises(EvidenceMissingError, match="evaluation"), team.house.write(SETUP, team.id, "x") as tx:
        propose(tx, new)


def test_a_refused_withdrawn_or_lapsed_proposal_is_over(team: Project) -> None:
    refused, withdrawn, lapsed = (put(team, "lead", Guarded.PROMOTION, n=n) for n in (1, 2, 3))
    refuse_proposal(*somebody(team, "eva"), refused.id, reason="slice night is thin", house=team.house)
    with pytest.raises(SignatureRefusedError, match="Only its authors"):
        withdraw_proposal(*somebody(team, "eva"), withdrawn.id, reason="no", house=team.house)
    withdraw_proposal(*somebody(team, "lead"), withdrawn.id, reason="a better one comes", house=team.house)
    team.clock.advance(15 * 86_400)
    assert lapse_proposals(house=team.house) >= 1  # of other projects in this house too
    states = [_now(team, p).state.value for p in (refused, withdrawn, lapsed)]
    assert states == ["refused", "withdrawn", "expired"]
    for proposal in (refused, withdrawn, lapsed):
        with pytest.raises(ProposalClosedError):
            sign(team, "ben", proposal)


def test_the_inbox_holds_what_one_can_sign_and_says_why(team: Project) -> None:
    proposal = put(team, "eva", Guarded.PROMOTION)
    with team.house.read(SETUP, team.id) as rx:
        assert waiting_for(rx, *somebody(team, "eva")) == []
        assert waiting_for(rx, *somebody(team, "expert")) == []
        [row] = waiting_for(rx, *somebody(team, "ben"))
    assert row.why == "You are approver here, and 2 more signatures are needed."
    sign(team, "ben", proposal)
    with team.house.read(SETUP, team.id) as rx:
        assert waiting_for(rx, *somebody(team, "ben")) == []
        [row] = waiting_for(rx, *somebody(team, "kim"))
    assert row.why == "You are approver here, and one more signature is needed."


def test_one_person_acts_alone_only_as_the_policy_says_and_a_second_must_follow(team: Project) -> None:
    reason = "line 4 stands still since 02:10, the old model stops every board"
    own = put(team, "lead", Guarded.PROMOTION, n=1)
    with pytest.raises(BreakGlassRefusedError, match="own work"):
        break_glass(*somebody(team, "lead"), own.id, digest=own.digest, reason=reason, house=team.house)
    proposal = put(team, "expert", Guarded.PROMOTION, n=2)
    for name, words, match in (("eva", reason, "Here admin or lead sign"), ("mia", "because", "7 characters")):
        with pytest.raises(BreakGlassRefusedError, match=match):
            break_glass(*somebody(team, name), proposal.id, digest=proposal.digest, reason=words, house=team.house)
    done = break_glass(*somebody(team, "mia"), proposal.id, digest=proposal.digest, reason=reason, house=team.house)
    assert done.state is ProposalState.APPROVED
    assert done.glass is not None
    with team.house.read(SETUP, team.id) as rx:
        assert [w.proposal.id for w in waiting_for(rx, *somebody(team, "eva"))] == [own.id, proposal.id][::-1]
    _use(team, proposal, name="expert", n=2)
    team.clock.advance(25 * 3600)
    lapse_proposals(house=team.house)
    lapse_proposals(house=team.house)
    assert len(team.events("glass.overdue")) == 1
    late = sign(team, "eva", proposal)
    assert late.glass is not None
    assert late.glass.second_by == team.people["eva"]
    assert late.state is ProposalState.DONE


def test_without_a_way_around_there_is_none(team: Project) -> None:
    proposal = put(team, "expert", Guarded.THRESHOLD)
    with pytest.raises(BreakGlassRefusedError, match="no way around"):
        break_glass(*somebody(team, "lead"), proposal.id, digest=proposal.digest, reason="x" * 60, house=team.house)


def test_a_policy_guards_itself_and_an_open_proposal_is_decided_by_the_rule_it_was_made_under(team: Project) -> None:
    softer = TWO_SIGN.replace("promotion: {signatures: 2", "promotion: {signatures: 1")
    caller, place = somebody(team, "lead")
    with pytest.raises(ApprovalNeededError):
        publish_rulebook(caller, place, softer, based_on=1, house=team.house)
    settings = get_policy(SETUP, team.id, house=team.house)
    with pytest.raises(ApprovalNeededError):
        set_policy(caller, place, settings.to_json() | {"overlap": 2}, house=team.house)
    waiting = put(team, "lead", Guarded.PROMOTION)
    sign(team, "eva", waiting)
    with team.house.write(caller.actor, team.id, "propose") as tx:
        action = policy_action(softer, 1)
        change = propose(tx, NewProposal(Guarded.POLICY, "rulebook/2", "softer", action))
    sign(team, "mia", change)
    sign(team, "ben", change)
    published = publish_rulebook(caller, place, softer, based_on=1, house=team.house, proposal=change.id)
    assert (published.version, published.guard(Guarded.PROMOTION).signatures) == (2, 1)
    assert sign(team, "ben", waiting).state is ProposalState.STALE
    with team.house.read(SETUP, team.id) as rx:
        assert rulebook_source(rx) == softer
        assert rulebook_in(rx, 1).guard(Guarded.PROMOTION).signatures == 2


def test_a_file_that_the_people_there_are_could_never_satisfy_is_not_published(house: House) -> None:
    project = a_project(house, n_items=0)
    caller, place = somebody(project, "lead")
    text = "assay: policy/1\napprovals:\n  policy: {signatures: 2, by: [approver]}\n  gold: {people: [zoe]}\n"
    with pytest.raises(PolicyFileError) as refusal:
        publish_rulebook(caller, place, text, based_on=0, house=house)
    assert any("needs 2 signatures, but 1 of this project's people may sign" in f for f in refusal.value.faults)
    assert any("'zoe', who is not in this project" in f for f in refusal.value.faults)


def test_publishing_keeps_the_settings_of_the_work_in_line(house: House) -> None:
    project = a_project(house, n_items=0)
    work, release = "work: {preset: strict, overlap: 5}", "release: {signatures: 2, by: [approver, lead]}"
    text = f"assay: policy/1\n{work}\napprovals:\n  {release}\n"
    publish_rulebook_by(SETUP, project.id, text, based_on=0, house=house)
    policy = get_policy(SETUP, project.id, house=house)
    assert (policy.preset, policy.overlap, policy.signatures_needed, policy.leads_may_sign) == ("strict", 5, 2, True)
    with pytest.raises(PolicyStaleError):
        publish_rulebook_by(SETUP, project.id, text, based_on=0, house=house)
    caller, place = somebody(project, "lead")
    with pytest.raises(PolicyInvalidError, match="version 1 of the policy file says 2"):
        set_policy(caller, place, policy.to_json() | {"signatures_needed": 1}, house=house)
    assert set_policy(caller, place, policy.to_json() | {"overlap": 2}, house=house).overlap == 2
