"""The steps of a promotion, one transaction each: ask, measure, judge, take into use, keep, roll back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.access import Caller, Membership, Role
from assay.governance import (
    EvidenceItem,
    Guarded,
    NewProposal,
    NotApprovedError,
    ProposalState,
    allow,
    close_proposal,
    proposal_in,
    propose,
    rulebook_in,
)
from assay.kernel.actor import Actor
from assay.kernel.canonical import digest
from assay.kernel.clock import SECOND_US
from assay.models import (
    PRODUCTION,
    AliasMovedError,
    Evaluation,
    ModelVersion,
    evaluation_in,
    move_alias,
    version_in,
    version_of_alias,
)
from assay.promotions import store
from assay.promotions.errors import (
    AlreadyUnderWayError,
    NothingToRollBackError,
    PromotionNotFoundError,
    PromotionStateError,
    ReasonMissingError,
)
from assay.promotions.model import IN_USE, UNFINISHED, Promotion, PromotionState
from assay.promotions.rules import headline
from assay.storage import House, Rx, Tx

MAX_REASON = 500


def request_promotion(
    actor: Actor, project: str, wanted: str, why: str, *, house: House, key: str | None = None
) -> Promotion:
    """Ask for a model version to be taken into use; its workflow begins with the event.

    Raises:
        ModelNotFoundError: there is no such version.
        AlreadyUnderWayError: it is in use already, or on its way.
    """
    text = clean_reason(why, "A promotion")
    with house.write(actor, project, text, key=key) as tx:
        version = version_in(tx, wanted)
        if tx.replayed:
            return next(p for p in store.list_promotions(tx) if p.version_id == version.id)
        now = version_of_alias(tx, PRODUCTION)
        if now is not None and now.id == version.id:
            raise AlreadyUnderWayError(version.title, "in use")
        for other in store.list_promotions(tx, UNFINISHED):
            if other.version_id == version.id and other.state is not PromotionState.WATCHED:
                raise AlreadyUnderWayError(version.title, f"on its way ({other.state.value})")
        promotion = Promotion(tx.new_id(), version.id, text, PromotionState.REQUESTED, actor.id, tx.now_us)
        store.add_promotion(tx, promotion)
        tx.record("promotion.requested", subject=promotion.subject, version=version.id)
    return promotion


def keep_measured(tx: Tx, promotion_id: str, evaluation: Evaluation, incumbent: ModelVersion | None) -> None:
    """Note the challenger's evaluation and whom it was held beside."""
    promotion = locked(tx, promotion_id, PromotionState.REQUESTED)
    incumbent_id = None if incumbent is None else incumbent.id
    store.move(tx, promotion, PromotionState.EVALUATED, evaluation_id=evaluation.id, incumbent_id=incumbent_id)
    tx.record("promotion.evaluated", subject=promotion.subject, evaluation=evaluation.id, incumbent=incumbent_id)


def keep_gate(
    tx: Tx, promotion_id: str, gate: Mapping[str, Any], *, authors: frozenset[str], reviewers: frozenset[str]
) -> None:
    """Note what the gate said; put the promotion to people when it passed, end it otherwise."""
    promotion = locked(tx, promotion_id, PromotionState.EVALUATED)
    gate_digest = digest(gate)
    if not gate["passed"]:
        reason = headline(gate)
        _end(tx, promotion, PromotionState.REFUSED, reason, gate=gate, gate_digest=gate_digest)
        return
    version = version_in(tx, promotion.version_id)
    evaluation = evaluation_in(tx, promotion.evaluation_id or "")
    evidence = {
        "evaluation": EvidenceItem(
            f"evaluation/{evaluation.id}", evaluation.digest, f"{evaluation.n_items} frozen gold items"
        ),
        "gate": EvidenceItem(promotion.subject, gate_digest, headline(gate)),
    }
    proposal = propose(
        tx,
        NewProposal(
            kind=Guarded.PROMOTION,
            subject=version.subject,
            title=f"Take {version.title} into use",
            action=promotion_action(promotion),
            evidence=evidence,
            authors=authors | {promotion.requested_by, version.created_by},
            reviewers=reviewers,
        ),
    )
    store.move(
        tx,
        promotion,
        PromotionState.WAITING,
        gate=gate,
        gate_digest=gate_digest,
        proposal_id=proposal.id,
    )
    tx.record("promotion.gated", subject=promotion.subject, gate=gate_digest, proposal=proposal.id)


def promotion_action(promotion: Promotion) -> dict[str, Any]:
    """What the proposal of a promotion proposes: this version in the place of that one, by this evaluation."""
    return {
        "promotion": promotion.id,
        "version": promotion.version_id,
        "instead_of": promotion.incumbent_id,
        "evaluation": promotion.evaluation_id,
    }


def take_into_use(tx: Tx, promotion_id: str) -> Promotion:
    """Point the production alias to the challenger, when its proposal is approved: in one transaction, once.

    Where the model in use, or the rules, changed since, the promotion fails and says so; nothing is moved.
    """
    promotion = locked(tx, promotion_id, PromotionState.WAITING)
    rules = rulebook_in(tx).promotion
    try:
        _same_in_use(tx, promotion)
        allow(tx, Guarded.PROMOTION, promotion_action(promotion), proposal=promotion.proposal_id)
    except (NotApprovedError, AliasMovedError) as error:
        close_proposal(tx, promotion.proposal_id or "", ProposalState.FAILED, error.message)
        _end(tx, promotion, PromotionState.FAILED, error.message)
        return promotion_in(tx, promotion_id)
    move_alias(tx, PRODUCTION, promotion.version_id, expected=promotion.incumbent_id, why=promotion.why)
    until_us = tx.now_us + rules.watch_s * SECOND_US
    store.move(tx, promotion, PromotionState.WATCHED, taken_at_us=tx.now_us, watch_until_us=until_us)
    tx.record(
        "promotion.taken_into_use",
        subject=promotion.subject,
        version=promotion.version_id,
        previous=promotion.incumbent_id,
        watch_until_us=until_us,
    )
    return promotion_in(tx, promotion_id)


def _same_in_use(rx: Rx, promotion: Promotion) -> None:
    """Go on only while the model that the challenger was held beside is still the one in use."""
    now = version_of_alias(rx, PRODUCTION)
    found = None if now is None else now.id
    if found != promotion.incumbent_id:
        raise AliasMovedError(PRODUCTION, promotion.incumbent_id, found)


def decline(tx: Tx, promotion_id: str) -> Promotion:
    """End a promotion whose proposal people refused, withdrew or did not sign in time."""
    promotion = locked(tx, promotion_id, PromotionState.WAITING)
    proposal = proposal_in(tx, promotion.proposal_id or "")
    words = {"refused": "refused by a person", "withdrawn": "withdrawn", "expired": "not signed in time"}
    words |= {"stale": "the policy changed while it was open"}
    why = words.get(proposal.state.value, proposal.state.value)
    _end(tx, promotion, PromotionState.DECLINED, f"{why}: {proposal.reason}" if proposal.reason else why)
    return promotion_in(tx, promotion_id)


def keep_in_use(tx: Tx, promotion_id: str) -> Promotion:
    """End the watch of a model that did well."""
    promotion = locked(tx, promotion_id, PromotionState.WATCHED)
    _end(tx, promotion, PromotionState.KEPT, "watched to the end")
    return promotion_in(tx, promotion_id)


def fail(tx: Tx, promotion_id: str, reason: str) -> Promotion:
    """End a promotion that cannot go on, with what stands in its way."""
    promotion = locked(tx, promotion_id, *UNFINISHED)
    if promotion.proposal_id is not None and promotion.state is PromotionState.WAITING:
        close_proposal(tx, promotion.proposal_id, ProposalState.FAILED, reason)
    _end(tx, promotion, PromotionState.FAILED, reason)
    return promotion_in(tx, promotion_id)


def roll_back_in(tx: Tx, promotion_id: str, reason: str) -> Promotion:
    """Point the production alias back to where it was before this promotion: in one transaction.

    Raises:
        AliasMovedError: another model was taken into use since; roll that one back first.
    """
    promotion = locked(tx, promotion_id, *IN_USE)
    move_alias(tx, PRODUCTION, promotion.incumbent_id, expected=promotion.version_id, why=reason)
    _end(tx, promotion, PromotionState.ROLLED_BACK, reason)
    return promotion_in(tx, promotion_id)


def roll_back(
    caller: Caller, project: Membership, reason: str, *, house: House, promotion_id: str | None = None
) -> Promotion:
    """Go back to the model that was in use before, at once; by default from the newest promotion in use.

    Going back to what was approved before needs a reason and no signature, so that nothing stands in the way of
    stopping harm.
    """
    project.require(Role.LEAD, Role.APPROVER, Role.ADMIN)
    text = clean_reason(reason, "A rollback")
    with house.write(caller.actor, project.project_id, text) as tx:
        return roll_back_in(tx, promotion_id or newest_in_use(tx).id, text)


def newest_in_use(rx: Rx) -> Promotion:
    """The promotion that brought the model that is in use now.

    Raises:
        NothingToRollBackError: none did.
    """
    now = version_of_alias(rx, PRODUCTION)
    for promotion in store.list_promotions(rx, IN_USE):
        if now is not None and promotion.version_id == now.id:
            return promotion
    raise NothingToRollBackError


def promotion_in(rx: Rx, promotion_id: str) -> Promotion:
    """One promotion inside an open transaction.

    Raises:
        PromotionNotFoundError: there is none of this id in the project.
    """
    found = store.find_promotion(rx, promotion_id)
    if found is None:
        raise PromotionNotFoundError(promotion_id)
    return found


def locked(tx: Tx, promotion_id: str, *wanted: PromotionState) -> Promotion:
    """A promotion in one of these states, that nobody else moves until this transaction has ended."""
    found = store.lock_promotion(tx, promotion_id)
    if found is None:
        raise PromotionNotFoundError(promotion_id)
    if found.state not in wanted:
        raise PromotionStateError(promotion_id, found.state.value, " or ".join(s.value for s in wanted))
    return found


def clean_reason(text: str, what: str) -> str:
    """A reason on one line."""
    words = " ".join(text.split())
    if not words or len(words) > MAX_REASON:
        raise ReasonMissingError(what)
    return words


def _end(tx: Tx, promotion: Promotion, state: PromotionState, reason: str, **values: Any) -> None:  # noqa: ANN401 - columns
    store.move(tx, promotion, state, ended_at_us=tx.now_us, reason=reason, **values)
    tx.record(f"promotion.{state.value}", subject=promotion.subject, version=promotion.version_id)


list_promotions = store.list_promotions
newest_of_versions = store.newest_of_versions
promotions_before = store.promotions_before
promotion_of_proposal = store.promotion_of_proposal
unfinished_promotions = store.unfinished_promotions
