"""Proposals and promotions for pages."""

from __future__ import annotations

from assay.access import Caller, Membership, names_of
from assay.api.views.people import Names
from assay.governance import (
    Glass,
    Guarded,
    Proposal,
    guard_words,
    proposal_in,
    rulebook_in,
    signatures_of,
    why_not_decide,
    why_not_sign_proposal,
)
from assay.jobs.promoting_tools import quality_since
from assay.models import PRODUCTION, evaluation_in, find_version, version_of_alias
from assay.promotions import IN_USE, Promotion, PromotionState, headline
from assay.storage import Rx
from assay.wire.common import EstimateOut, Person, instant, instant_or_none
from assay.wire.governance import EvidenceOut, GlassOut, ProposalOut, ProposalSignature
from assay.wire.promotions import PromotionOut, PromotionPage, WatchOut

SEES_GOLD = ("expert", "lead", "auditor", "admin")
"""Roles that may know which items are gold; whoever may sign a proposal of gold sees that one."""


def proposal_out(proposal: Proposal, rx: Rx, caller: Caller, project: Membership) -> ProposalOut:
    """A proposal, with whether this caller may sign it and why not."""
    names, roles = Names(rx), frozenset(role.value for role in project.roles)
    signatures = signatures_of(rx, proposal.signing_subject, proposal.digest)
    signed = frozenset(s.user_id for s in signatures)
    why_not = why_not_sign_proposal(caller.user_id, caller.login, roles, proposal, signed)
    told = proposal.new.kind is not Guarded.GOLD or why_not is None or project.has(*SEES_GOLD)
    return ProposalOut.model_construct(
        id=proposal.id,
        kind=proposal.new.kind.value,
        subject=proposal.new.subject if told else "item",
        title=proposal.new.title,
        action=dict(proposal.new.action) if told else {},
        evidence=[
            EvidenceOut(kind=kind, ref=e.ref, digest=e.digest, words=e.words)
            for kind, e in sorted(proposal.new.evidence.items())
        ],
        digest=proposal.digest,
        state=proposal.state.value,
        rule=guard_words(proposal.guard, len(signed)),
        signatures=[
            ProposalSignature(user=names(s.user_id), role=s.role, meaning=s.meaning, at=instant(s.signed_at_us))
            for s in signatures
        ],
        signatures_needed=proposal.guard.signatures,
        authors=[names(user) for user in sorted(proposal.new.authors)],
        proposed_by=names(proposal.proposed_by),
        created_at=instant(proposal.created_at_us),
        expires_at=instant(proposal.expires_at_us),
        closed_at=instant_or_none(proposal.closed_at_us),
        reason=proposal.reason,
        emergency=None if proposal.glass is None else _glass(proposal.glass, names, rx.now_us),
        may_sign=why_not is None,
        why_not=why_not,
        may_break_glass=_may_break(proposal, caller, roles),
    )


def _glass(glass: Glass, names: Names, now_us: int) -> GlassOut:
    return GlassOut(
        by=names(glass.by),
        reason=glass.reason,
        second_until=instant(glass.second_until_us),
        second_by=names.or_none(glass.second_by),
        overdue=glass.second_by is None and glass.second_until_us <= now_us,
    )


def _may_break(proposal: Proposal, caller: Caller, roles: frozenset[str]) -> bool:
    glass = proposal.guard.break_glass
    if glass is None or proposal.state.value != "open" or roles.isdisjoint(glass.by):
        return False
    reason = why_not_decide(caller.user_id, caller.login, frozenset(proposal.guard.by), proposal)
    return reason is None or not reason.startswith("You ")


def promotion_out(promotion: Promotion, rx: Rx) -> PromotionOut:
    """A promotion, its page's answer in the title."""
    names = Names(rx)
    version = find_version(rx, promotion.version_id)
    before = None if promotion.incumbent_id is None else find_version(rx, promotion.incumbent_id)
    model = promotion.version_id if version is None else version.title
    now = version_of_alias(rx, PRODUCTION)
    in_use = promotion.state in IN_USE and now is not None and now.id == promotion.version_id
    return PromotionOut.model_construct(
        id=promotion.id,
        model=model,
        model_id=promotion.version_id,
        instead_of=None if before is None else before.title,
        state=promotion.state.value,
        title=_title(promotion, model, in_use=in_use),
        why=promotion.why,
        requested_by=names(promotion.requested_by),
        requested_at=instant(promotion.requested_at_us),
        evaluation_id=promotion.evaluation_id,
        gate=None if promotion.gate is None else dict(promotion.gate),
        gate_digest=promotion.gate_digest,
        proposal_id=promotion.proposal_id,
        taken_at=instant_or_none(promotion.taken_at_us),
        in_use=in_use,
        watch_until=instant_or_none(promotion.watch_until_us),
        ended_at=instant_or_none(promotion.ended_at_us),
        reason=promotion.reason,
    )


def promotion_page(promotion: Promotion, rx: Rx, project: Membership) -> PromotionPage:
    """One promotion with the times of its steps, who may still sign, and how the watch stands."""
    proposal = None if promotion.proposal_id is None else proposal_in(rx, promotion.proposal_id)
    evaluation = None if promotion.evaluation_id is None else evaluation_in(rx, promotion.evaluation_id)
    refused = promotion.state is PromotionState.REFUSED
    gated_us = promotion.ended_at_us if refused else None if proposal is None else proposal.created_at_us
    whole = promotion_out(promotion, rx)
    return PromotionPage.model_construct(
        **{name: getattr(whole, name) for name in PromotionOut.model_fields},
        evaluated_at=None if evaluation is None else instant(evaluation.created_at_us),
        gated_at=instant_or_none(gated_us),
        instead_of_id=promotion.incumbent_id,
        wanted_from=[] if proposal is None else _wanted_from(proposal, rx),
        watch=_watch(promotion, rx) if promotion.state is PromotionState.WATCHED else None,
        may_roll_back=whole.in_use and project.has("lead", "approver", "admin"),
    )


def _wanted_from(proposal: Proposal, rx: Rx) -> list[Person]:
    """Everybody whose signature is wanted now, by name."""
    names, signed = (
        Names(rx),
        frozenset(s.user_id for s in signatures_of(rx, proposal.signing_subject, proposal.digest)),
    )
    wanted = []
    for user_id, member in names_of(rx).items():
        roles = frozenset(role.value for role in member.roles)
        if member.state != "active" or member.user.state != "active":
            continue
        if why_not_sign_proposal(user_id, member.user.login, roles, proposal, signed) is None:
            wanted.append(names(user_id))
    return sorted(wanted, key=lambda person: (person.name, person.id))


def _watch(promotion: Promotion, rx: Rx) -> WatchOut:
    rules = rulebook_in(rx).promotion
    quality = quality_since(rx, promotion.version_id, promotion.taken_at_us or 0)
    return WatchOut(quality=EstimateOut.of(quality), roll_back_below=rules.roll_back_below, min_items=rules.watch_items)


def _title(promotion: Promotion, model: str, *, in_use: bool) -> str:
    if promotion.state in IN_USE and not in_use:
        return f"{model} was in use; another model has taken its place"
    said = "" if promotion.gate is None else headline(promotion.gate)
    words = {
        PromotionState.REQUESTED: f"{model} is being evaluated",
        PromotionState.EVALUATED: f"{model} is at the gate",
        PromotionState.WAITING: f"{model} passed the gate and waits for signatures: {said}",
        PromotionState.WATCHED: f"{model} is in use and watched",
        PromotionState.KEPT: f"{model} was taken into use and watched to the end",
        PromotionState.ROLLED_BACK: f"{model} was rolled back: {promotion.reason}",
        PromotionState.REFUSED: f"{model} was refused by the gate: {promotion.reason}",
        PromotionState.DECLINED: f"{model} was not taken into use: {promotion.reason}",
        PromotionState.FAILED: f"The promotion of {model} failed: {promotion.reason}",
    }
    return words[promotion.state]
