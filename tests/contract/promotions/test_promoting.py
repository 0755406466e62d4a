"""The way of a model into use and back, on both databases, step by step."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.governing import put, set_rules, sign, somebody
from tests.support.projects import SETUP, Project, a_project
from tests.support.promoting import a_version, evaluator

from assay.governance import (
    Guarded,
    Proposal,
    ProposalState,
    SignatureRefusedError,
    break_glass,
    lapse_proposals,
    proposal_in,
    refuse_proposal,
)
from assay.jobs import promoting
from assay.jobs.promoting import Tools
from assay.kernel.errors import InvalidInputError
from assay.kernel.estimate import Estimate
from assay.models import PRODUCTION, alias_moves, move_alias, version_of_alias
from assay.promotions import (
    AlreadyUnderWayError,
    NothingToRollBackError,
    Promotion,
    PromotionState,
    promotion_in,
    request_promotion,
    roll_back,
)
from assay.storage import House

RULES = """
assay: policy/1
approvals:
  promotion: {signatures: 2, by: [approver], break_glass: {by: [admin], reason_chars: 20}}
promotion:
  first_model: {floors: {f1: 0.5}}
  watch: {for: 2 days, roll_back_below: 0.7}
"""
WRONG: dict[str, int] = {}


@pytest.fixture
def lab(house: House) -> Project:
    """A project with three approvers, rules for two signatures, and nobody in use."""
    project = a_project(house, n_items=0)
    for name in ("eva", "ben", "kim"):
        project.add_person(name, "approver")
    set_rules(project, RULES)
    return project


def tools(project: Project, **changes: object) -> Tools:
    return replace(Tools(project.house, evaluator(project.house, WRONG)), **changes)  # type: ignore[arg-type]


def ask(project: Project, version: str, name: str = "lead") -> Promotion:
    return request_promotion(project.actor(name), project.id, version, "better", house=project.house)


def now(project: Project, promotion: Promotion) -> Promotion:
    with project.house.read(SETUP, project.id) as rx:
        return promotion_in(rx, promotion.id)


def proposal_of(project: Project, promotion: Promotion) -> Proposal:
    with project.house.read(SETUP, project.id) as rx:
        return proposal_in(rx, promotion_in(rx, promotion.id).proposal_id or "")


def in_use(project: Project) -> str | None:
    with project.house.read(SETUP, project.id) as rx:
        found = version_of_alias(rx, PRODUCTION)
    return None if found is None else found.id


def to_the_gate(project: Project, version: str, name: str = "lead", **changes: object) -> Promotion:
    promotion, mine = ask(project, version, name), tools(project, **changes)
    promoting.measure(mine, project.id, promotion.id)
    promoting.gate(mine, project.id, promotion.id)
    return now(project, promotion)


def into_use(project: Project, version: str) -> Promotion:
    promotion = to_the_gate(project, version)
    for name in ("eva", "ben"):
        sign(project, name, proposal_of(project, promotion))
    assert promoting.settle(tools(project), project.id, promotion.id) == "watched"
    return now(project, promotion)


def test_two_signatures_take_a_model_into_use_and_doing_it_again_changes_nothing(lab: Project) -> None:
    version = a_version(lab.house, lab.id, lab.actor("expert"))
    promotion = to_the_gate(lab, version)
    assert promotion.state is PromotionState.WAITING
    assert promoting.settle(tools(lab), lab.id, promotion.id) == "waiting"
    sign(lab, "eva", proposal_of(lab, promotion))
    assert promoting.settle(tools(lab), lab.id, promotion.id) == "waiting"
    assert in_use(lab) is None
    sign(lab, "ben", proposal_of(lab, promotion))
    for _ in range(2):
        assert promoting.settle(tools(lab), lab.id, promotion.id) == "watched"
    assert in_use(lab) == version
    assert proposal_of(lab, promotion).state is ProposalState.DONE
    with lab.house.read(SETUP, lab.id) as rx:
        assert len(alias_moves(rx, PRODUCTION)) == 1
    with pytest.raises(AlreadyUnderWayError):
        ask(lab, version)
    lab.clock.advance(3 * 86_400)
    for _ in range(2):
        assert promoting.look_after(tools(lab), lab.id, promotion.id) == "kept"


def test_whoever_made_asked_for_or_trained_a_model_does_not_approve_it(lab: Project) -> None:
    version = a_version(lab.house, lab.id, lab.actor("eva"))
    makers = frozenset({lab.people["kim"]})
    promotion = to_the_gate(lab, version, "ben", makers=lambda _rx, _version: makers)
    for name in ("eva", "ben", "kim"):
        with pytest.raises(SignatureRefusedError, match="nobody approves their own work"):
            sign(lab, name, proposal_of(lab, promotion))


def test_the_gate_refuses_a_damaged_model_and_says_on_which_slice(lab: Project) -> None:
    good, bad = (a_version(lab.house, lab.id, lab.actor("expert"), sha=sha) for sha in ("a", "b"))
    into_use(lab, good)
    WRONG[bad] = 100
    refused = to_the_gate(lab, bad)
    assert refused.state is PromotionState.REFUSED
    assert refused.proposal_id is None
    assert "Worse on line 0" in (refused.reason or "")
    assert in_use(lab) == good


def test_another_model_taken_into_use_meanwhile_fails_the_promotion_and_moves_nothing(lab: Project) -> None:
    first, second = (a_version(lab.house, lab.id, lab.actor("expert"), sha=sha) for sha in ("a", "b"))
    promotion = to_the_gate(lab, first)
    for name in ("eva", "ben"):
        sign(lab, name, proposal_of(lab, promotion))
    with lab.house.write(SETUP, lab.id, "by hand") as tx:
        move_alias(tx, PRODUCTION, second, expected=None, why="by hand")
    assert promoting.settle(tools(lab), lab.id, promotion.id) == "failed"
    assert in_use(lab) == second
    assert proposal_of(lab, promotion).state is ProposalState.FAILED


def test_rules_that_changed_meanwhile_void_the_signatures(lab: Project) -> None:
    promotion = to_the_gate(lab, a_version(lab.house, lab.id, lab.actor("expert")))
    for name in ("eva", "ben"):
        sign(lab, name, proposal_of(lab, promotion))
    set_rules(lab, RULES.replace("signatures: 2", "signatures: 3"))
    assert promoting.settle(tools(lab), lab.id, promotion.id) == "failed"
    assert in_use(lab) is None


def test_people_say_no_or_nothing(lab: Project) -> None:
    one, two = (a_version(lab.house, lab.id, lab.actor("expert"), sha=sha) for sha in ("a", "b"))
    refused, lapsed = to_the_gate(lab, one), to_the_gate(lab, two)
    refuse_proposal(*somebody(lab, "kim"), proposal_of(lab, refused).id, reason="night is thin", house=lab.house)
    lab.clock.advance(15 * 86_400)
    lapse_proposals(house=lab.house)
    for promotion in (refused, lapsed):
        assert promoting.settle(tools(lab), lab.id, promotion.id) == "declined"
    assert now(lab, refused).reason == "refused by a person: night is thin"
    assert now(lab, lapsed).reason == "not signed in time: not signed in time"


def test_the_watch_rolls_back_what_is_shown_to_be_bad_and_only_that(lab: Project) -> None:
    first, second = (a_version(lab.house, lab.id, lab.actor("expert"), sha=sha) for sha in ("a", "b"))
    into_use(lab, first)
    WRONG[second] = 0
    promotion = into_use(lab, second)
    for quality, state in (
        (Estimate(0.6, 0.5, 0.72, 80, 80, "test"), "watched"),  # may still be good enough
        (Estimate(0.6, 0.5, 0.69, 40, 40, "test"), "watched"),  # too few
        (Estimate(0.6, 0.5, 0.69, 80, 80, "test"), "rolled_back"),
    ):
        watching = tools(lab, quality=lambda _rx, _version, _since, seen=quality: seen)
        assert promoting.look_after(watching, lab.id, promotion.id) == state
    assert in_use(lab) == first
    assert "0.600 (0.500 to 0.690), n 80, shown to be below 0.7" in (now(lab, promotion).reason or "")


def test_one_command_goes_back_step_by_step_to_nobody_in_use(lab: Project) -> None:
    first, second = (a_version(lab.house, lab.id, lab.actor("expert"), sha=sha) for sha in ("a", "b"))
    into_use(lab, first)
    WRONG[second] = 0
    into_use(lab, second)
    for expected in (first, None):
        roll_back(*somebody(lab, "kim"), "a drill", house=lab.house)
        assert in_use(lab) == expected
    with pytest.raises(NothingToRollBackError):
        roll_back(*somebody(lab, "kim"), "a drill", house=lab.house)


def test_what_one_person_did_alone_is_undone_when_nobody_seconds_it(lab: Project) -> None:
    promotion = to_the_gate(lab, a_version(lab.house, lab.id, lab.actor("expert")))
    lab.add_person("root", "annotator")
    proposal = proposal_of(lab, promotion)
    reason = "line 4 stands still, the old model is gone"
    break_glass(*somebody(lab, "root", admin=True), proposal.id, digest=proposal.digest, reason=reason, house=lab.house)
    assert promoting.settle(tools(lab), lab.id, promotion.id) == "watched"
    lab.clock.advance(2 * 86_400)
    lapse_proposals(house=lab.house)
    [overdue] = lab.events("glass.overdue")
    for _ in range(2):
        promoting.undo_unseconded(lab.house, lab.id, overdue.subject.removeprefix("proposal/"))
    assert now(lab, promotion).state is PromotionState.ROLLED_BACK
    assert in_use(lab) is None


def test_an_evaluation_that_is_under_way_is_waited_for_and_one_that_fails_ends_it(lab: Project) -> None:
    promotion = ask(lab, a_version(lab.house, lab.id, lab.actor("expert")))
    under_way = tools(lab, evaluate=lambda *_: None)
    assert promoting.measure(under_way, lab.id, promotion.id) == "requested"

    def broken(*_: object) -> str:
        raise InvalidInputError("there is no gold to measure on")

    assert promoting.measure(tools(lab, evaluate=broken), lab.id, promotion.id) == "failed"
    assert now(lab, promotion).reason == "It could not be evaluated: there is no gold to measure on"


def test_the_clock_begins_what_an_event_should_have_begun(lab: Project) -> None:
    asked = ask(lab, a_version(lab.house, lab.id, lab.actor("expert"), sha="a"))
    decided = to_the_gate(lab, a_version(lab.house, lab.id, lab.actor("expert"), sha="b"))
    for name in ("eva", "ben"):
        sign(lab, name, proposal_of(lab, decided))
    put(lab, "lead", Guarded.PROMOTION)
    begun: list[tuple[str, str]] = []
    promoting.tend(
        tools(lab),
        lambda project, promotion: begun.append(("judge", promotion)) if project == lab.id else None,
        lambda project, promotion: begun.append(("finish", promotion)) if project == lab.id else None,
    )
    assert begun == [("judge", asked.id), ("finish", decided.id)]
    promoting.give_up(tools(lab), lab.id, asked.id, RuntimeError("x"))
    assert now(lab, asked).state is PromotionState.FAILED
