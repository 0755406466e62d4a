"""Does what was approved: the consumer that turns an approved proposal into the change it proposes, exactly once."""

from __future__ import annotations

import logging
from collections.abc import Callable

from assay.gold import gold_mark_from_json, sign_gold
from assay.governance import Guarded, Proposal, ProposalState, close_proposal, proposal_in, publish_rulebook_by
from assay.guidelines import publish_guideline
from assay.kernel.actor import Actor, system
from assay.kernel.errors import AssayError, UnavailableError
from assay.models.suggesting import set_suggestion_policy
from assay.storage import Consumer, Event, House

logger = logging.getLogger(__name__)
CARRIER = system("governance")

Carry = Callable[[House, str, Proposal, Actor], object]


def _policy(house: House, project: str, proposal: Proposal, actor: Actor) -> object:
    action = proposal.new.action
    return publish_rulebook_by(
        actor, project, action["source"], based_on=action["based_on"], house=house, proposal=proposal.id
    )


def _guideline(house: House, project: str, proposal: Proposal, actor: Actor) -> object:
    action = proposal.new.action
    return publish_guideline(actor, project, action["markdown"], note=action["note"], house=house, proposal=proposal.id)


def _gold(house: House, project: str, proposal: Proposal, actor: Actor) -> object:
    action = proposal.new.action
    marks = [gold_mark_from_json(mark) for mark in action["marks"]]
    return sign_gold(
        actor,
        project,
        action["item_id"],
        marks,
        why=action["why"],
        house=house,
        exposure_cap=action["exposure_cap"],
        proposal=proposal.id,
    )


def _threshold(house: House, project: str, proposal: Proposal, actor: Actor) -> object:
    action = proposal.new.action
    return set_suggestion_policy(
        actor,
        project,
        action["body"],
        why=action["why"],
        based_on=action["based_on"],
        house=house,
        proposal=proposal.id,
    )


CARRIED: dict[Guarded, Carry] = {
    Guarded.POLICY: _policy,
    Guarded.GUIDELINE: _guideline,
    Guarded.GOLD: _gold,
    Guarded.THRESHOLD: _threshold,
}
"""What is done here; a promotion is carried out by its own workflow, a release by its last signature."""


def carry_out(house: House, event: Event) -> None:
    """Do what an approved proposal proposes, in the name of whoever proposed it.

    The proposal is used up in the same transaction as the change, so that doing it again finds it done. What cannot be
    done any more (another policy was published meanwhile) closes the proposal with the reason.
    """
    carry = CARRIED.get(Guarded(event.body["kind"]))
    if carry is None:
        return
    proposal_id = event.subject.removeprefix("proposal/")
    with house.read(CARRIER, event.project_id) as rx:
        proposal = proposal_in(rx, proposal_id)
    if proposal.state is not ProposalState.APPROVED:
        return
    try:
        carry(house, event.project_id, proposal, Actor(proposal.proposed_by))
    except UnavailableError:
        raise
    except AssayError as error:
        logger.warning("proposal %s could not be carried out: %s", proposal_id, error.code)
        with house.write(CARRIER, event.project_id, "cannot be carried out", key=f"carry-out/{event.id}") as tx:
            if not tx.replayed:
                close_proposal(tx, proposal_id, ProposalState.FAILED, error.message)


def followers_of_approvals() -> list[Consumer]:
    """The consumers of approvals."""
    return [Consumer("carry-out", frozenset({"proposal.approved"}), carry_out)]
