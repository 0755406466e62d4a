"""Calls of policies, approvals, promotions and edge cases, as functions from plain values to a `Call`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from urllib.parse import quote

from assay.client.request import Call, get, reader, send
from assay.wire.common import Page, Rows
from assay.wire.escalations import ClauseIn, EscalationNew, EscalationOut, OwnEscalation, Precedent, RulingIn
from assay.wire.governance import (
    InboxRow,
    ProposalBreak,
    ProposalOut,
    ProposalSign,
    RulebookChecked,
    RulebookCheckIn,
    RulebookNew,
    RulebookOut,
    RulebookPublished,
    WhyIn,
)
from assay.wire.marks import MarkIn
from assay.wire.promotions import PromotionNew, PromotionOut, PromotionPage, RollbackIn


def _path(project: str, *parts: str) -> str:
    return "/".join(["/v1/projects", quote(project, safe=""), *(quote(part, safe="") for part in parts)])


def rulebook(project: str) -> Call[RulebookOut]:
    """The policy file in force, and what it does in words."""
    return get(_path(project, "rulebook"), reader(RulebookOut))


def check_rulebook(project: str, source: str) -> Call[RulebookChecked]:
    """What a policy file would do there."""
    body = RulebookCheckIn(source=source)
    return send("POST", _path(project, "rulebook", "check"), reader(RulebookChecked), body, repeatable=True)


def publish_rulebook(project: str, source: str, based_on: int) -> Call[RulebookPublished]:
    """Publish a policy file, or propose it where the one in force guards itself."""
    return send(
        "POST", _path(project, "rulebook"), reader(RulebookPublished), RulebookNew(source=source, based_on=based_on)
    )


def inbox(project: str) -> Call[Rows[InboxRow]]:
    """What waits for the caller, and why."""
    return get(_path(project, "inbox"), reader(Rows[InboxRow]))


def proposals(project: str, state: Literal["open", "closed", "all"] = "open") -> Call[Page[ProposalOut]]:
    """What is or was put to people."""
    return get(_path(project, "proposals"), reader(Page[ProposalOut]), state=state)


def proposal(project: str, proposal_id: str) -> Call[ProposalOut]:
    """One proposal with its evidence and signatures."""
    return get(_path(project, "proposals", proposal_id), reader(ProposalOut))


def sign_proposal(project: str, proposal_id: str, password: str, meaning: str, digest: str) -> Call[ProposalOut]:
    """Sign a proposal under exactly the evidence with this digest."""
    body = ProposalSign(password=password, meaning=meaning, digest=digest)
    return send("POST", _path(project, "proposals", proposal_id, "signatures"), reader(ProposalOut), body)


def break_glass(project: str, proposal_id: str, password: str, reason: str, digest: str) -> Call[ProposalOut]:
    """Act alone in an emergency."""
    body = ProposalBreak(password=password, reason=reason, digest=digest)
    return send("POST", _path(project, "proposals", proposal_id, "emergency"), reader(ProposalOut), body)


def refuse_proposal(project: str, proposal_id: str, reason: str) -> Call[ProposalOut]:
    """Refuse a proposal."""
    body = WhyIn(reason=reason)
    return send("POST", _path(project, "proposals", proposal_id, "refusal"), reader(ProposalOut), body)


def withdraw_proposal(project: str, proposal_id: str, reason: str) -> Call[ProposalOut]:
    """Take back what one has proposed."""
    body = WhyIn(reason=reason)
    return send("POST", _path(project, "proposals", proposal_id, "withdrawal"), reader(ProposalOut), body)


def promotions(project: str, cursor: str = "", limit: int = 200) -> Call[Page[PromotionOut]]:
    """A page of promotions, newest first."""
    return get(_path(project, "promotions"), reader(Page[PromotionOut]), cursor=cursor, limit=limit)


def promote(project: str, model: str, why: str) -> Call[PromotionOut]:
    """Ask for a model version to be taken into use."""
    return send("POST", _path(project, "promotions"), reader(PromotionOut), PromotionNew(model=model, why=why))


def promotion(project: str, promotion_id: str) -> Call[PromotionPage]:
    """One promotion with what the gate said, and who may still sign."""
    return get(_path(project, "promotions", promotion_id), reader(PromotionPage))


def roll_back(project: str, reason: str, promotion_id: str | None = None) -> Call[PromotionOut]:
    """Go back to the model that was in use before."""
    body = RollbackIn(reason=reason, promotion_id=promotion_id)
    return send("POST", _path(project, "rollbacks"), reader(PromotionOut), body)


def escalate(project: str, question: EscalationNew) -> Call[OwnEscalation]:
    """Ask an expert about an edge case."""
    return send("POST", _path(project, "escalations"), reader(OwnEscalation), question, repeatable=True)


def escalations(project: str, state: Literal["open", "ruled", "withdrawn"] = "open") -> Call[Page[EscalationOut]]:
    """Questions in a state, newest first."""
    return get(_path(project, "escalations"), reader(Page[EscalationOut]), state=state)


def rule(
    project: str,
    escalation_id: str,
    ruling: str,
    *,
    label_class: str | None = None,
    marks: Sequence[MarkIn] | None = None,
    clause: ClauseIn | None = None,
    gold: bool = False,
) -> Call[EscalationOut]:
    """Rule on a question."""
    body = RulingIn(
        ruling=ruling,
        label_class=label_class,
        marks=None if marks is None else list(marks),
        clause=clause,
        gold=gold,
    )
    return send("POST", _path(project, "escalations", escalation_id, "ruling"), reader(EscalationOut), body)


def precedents(project: str, words: str = "", *, clause: str = "", label_class: str = "") -> Call[Rows[Precedent]]:
    """Rulings so far."""
    path = _path(project, "precedents")
    return get(path, reader(Rows[Precedent]), q=words, clause=clause, label_class=label_class)
