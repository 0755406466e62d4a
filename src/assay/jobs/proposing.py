"""Puts a change that the policy guards to people: who may, whether it could be done at all, and with which evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from assay.access import Caller, Membership, Role
from assay.escalations import escalation_in, ruling_digest
from assay.gold import gold_mark_from_json, gold_mark_to_json
from assay.governance import (
    EVIDENCE,
    EvidenceItem,
    Guarded,
    NewProposal,
    Proposal,
    ProposalInvalidError,
    check_rulebook,
    propose,
    rulebook_in,
)
from assay.guidelines import parse_clauses
from assay.items import media_in
from assay.kernel.canonical import digest
from assay.labels import schema_in
from assay.models.suggesting import certificate_in, policy_from_json
from assay.storage import House, Rx

MAY: dict[Guarded, tuple[Role, ...]] = {
    Guarded.GUIDELINE: (Role.LEAD, Role.EXPERT, Role.ADMIN),
    Guarded.GOLD: (Role.EXPERT, Role.ADMIN),
    Guarded.POLICY: (Role.LEAD, Role.ADMIN),
    Guarded.THRESHOLD: (Role.LEAD, Role.ADMIN),
}
"""Those who could make the change where nothing guards it."""
_FIELDS: dict[Guarded, dict[str, type | tuple[type, ...]]] = {
    Guarded.GUIDELINE: {"markdown": str, "note": str},
    Guarded.GOLD: {"item_id": str, "marks": list, "why": str, "exposure_cap": (int, type(None))},
    Guarded.POLICY: {"source": str, "based_on": int},
    Guarded.THRESHOLD: {"body": dict, "why": str, "based_on": int},
}


def propose_change(
    caller: Caller,
    project: Membership,
    kind: Guarded,
    title: str,
    action: Mapping[str, Any],
    *,
    evidence: Mapping[str, str],
    house: House,
) -> Proposal:
    """Propose a change of a guideline, gold, a threshold or the policy; what could never be done is refused now.

    Args:
        evidence: kind to a reference; `escalation/<id>` is looked up, anything else is kept as it is written.

    Raises:
        RoleNeededError: the caller could not make the change if nothing guarded it.
        ProposalInvalidError: the action lacks something, or names evidence that there is not.
    """
    project.require(*MAY[kind])
    full = {"exposure_cap": None, **action} if kind is Guarded.GOLD else dict(action)
    _shaped(kind, full)
    if kind is Guarded.GUIDELINE:
        parse_clauses(full["markdown"])
    if kind is Guarded.POLICY:
        check_rulebook(caller.actor, project.project_id, full["source"], house=house)
    with house.write(caller.actor, project.project_id, title[:500]) as tx:
        subject = f"{kind.value}/next"
        if kind is Guarded.GOLD:
            media_in(tx, full["item_id"])
            subject, full["marks"] = f"item/{full['item_id']}", _marks(full["marks"])
        if kind is Guarded.POLICY:
            subject = f"rulebook/{rulebook_in(tx).version + 1}"
        if kind is Guarded.THRESHOLD:
            policy_from_json(full["body"], [c.id for c in schema_in(tx, None).classes], full["based_on"] + 1)
        found = {name: _evidence(tx, kind, name, ref) for name, ref in evidence.items()}
        return propose(tx, NewProposal(kind, subject, " ".join(title.split()), full, found))


def _shaped(kind: Guarded, action: Mapping[str, Any]) -> None:
    """Refuse an action with other fields than its kind has, or of another type."""
    fields = _FIELDS[kind]
    wrong = sorted(set(action) ^ set(fields))
    if wrong:
        raise ProposalInvalidError(
            f"The action of a {kind.value} proposal has {', '.join(fields)}; see {wrong[0][:64]!r}."
        )
    for name, right in fields.items():
        if not isinstance(action[name], right) or isinstance(action[name], bool):
            raise ProposalInvalidError(f"action.{name} has the wrong type.")


def _marks(marks: list[Any]) -> list[dict[str, Any]]:
    """Gold marks in their stored form, so that what is done later is exactly what was signed."""
    try:
        return [gold_mark_to_json(gold_mark_from_json({"clauses": [], "shape": "bbox", **mark})) for mark in marks]
    except (KeyError, TypeError, ValueError):
        raise ProposalInvalidError("Each mark of action.marks has label_class, bbox and clauses.") from None


def _evidence(rx: Rx, kind: Guarded, name: str, ref: str) -> EvidenceItem:
    if name not in EVIDENCE[kind]:
        raise ProposalInvalidError(
            f"A {kind.value} proposal has no evidence {name[:64]!r}; it may have {', '.join(EVIDENCE[kind])}."
        )
    if name == "certificate":
        certificate = certificate_in(rx, ref.removeprefix("certificate/"))
        words = f"{certificate.label_class}: {certificate.state}, at most {certificate.target:g} wrong"
        return EvidenceItem(f"certificate/{certificate.id}", digest(asdict(certificate)), words)
    if name == "ruling":
        escalation = escalation_in(rx, ref.removeprefix("escalation/"))
        if escalation.ruling is None:
            raise ProposalInvalidError(f"{escalation.subject} has no ruling yet.")
        hashed = ruling_digest(escalation.id, escalation.question, escalation.ruling.text)
        return EvidenceItem(escalation.subject, hashed, f"ruling: {escalation.ruling.text[:200]}")
    return EvidenceItem(ref, digest(ref), ref)
