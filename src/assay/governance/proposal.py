"""Proposals: what is put to people, with its evidence, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from assay.governance.model import Signature
from assay.governance.rulebook import Guard, Guarded
from assay.kernel.canonical import digest


class ProposalState(StrEnum):
    """Where a proposal stands; every state but `open` and `approved` is its last."""

    OPEN = "open"
    APPROVED = "approved"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    STALE = "stale"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One piece of evidence.

    Attributes:
        ref: where to look, such as `evaluation/<id>`.
        digest: hash of what it says; a signature is worth nothing under another.
        words: what it says, in a sentence.
    """

    ref: str
    digest: str
    words: str

    def to_json(self) -> dict[str, str]:
        """As JSON."""
        return {"ref": self.ref, "digest": self.digest, "words": self.words}


@dataclass(frozen=True, slots=True)
class NewProposal:
    """Something somebody wants to happen.

    Attributes:
        subject: what it concerns, such as `model/<id>` or `guideline/next`.
        title: what will happen, as people read it.
        action: everything needed to do it; what is done later is exactly this.
        authors: ids of everybody who made what is proposed, beside the one who proposes it.
        reviewers: ids of everybody who has judged it on the way.
    """

    kind: Guarded
    subject: str
    title: str
    action: Mapping[str, Any]
    evidence: Mapping[str, EvidenceItem] = field(default_factory=dict)
    authors: frozenset[str] = frozenset()
    reviewers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Glass:
    """An emergency act: who, why, and until when a second signature must follow."""

    by: str
    reason: str
    second_until_us: int
    second_by: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "by": self.by,
            "reason": self.reason,
            "second_until_us": self.second_until_us,
            "second_by": self.second_by,
        }


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal in the books.

    Attributes:
        new: what is proposed; its authors include the one who proposed it.
        guard: the rule it is decided by, as it was when it was made.
        digest: hash of what is proposed, its evidence, its authors and its rule: what a signature is bound to.
        glass: set when somebody acted alone in an emergency.
    """

    id: str
    new: NewProposal
    guard: Guard
    digest: str
    state: ProposalState
    proposed_by: str
    created_at_us: int
    expires_at_us: int
    closed_at_us: int | None = None
    closed_by: str | None = None
    reason: str | None = None
    glass: Glass | None = None

    @property
    def signing_subject(self) -> str:
        """What its signatures name."""
        return f"proposal/{self.id}"


def proposal_digest(new: NewProposal, guard: Guard) -> str:
    """The hash that signatures are bound to: change any of it, and they are signatures of something else."""
    return digest(
        {
            "kind": new.kind.value,
            "subject": new.subject,
            "action": dict(new.action),
            "evidence": {kind: item.to_json() for kind, item in sorted(new.evidence.items())},
            "authors": sorted(new.authors),
            "reviewers": sorted(new.reviewers),
            "guard": guard.to_json(),
        }
    )


def missing_evidence(new: NewProposal, guard: Guard) -> list[str]:
    """Kinds of evidence that the guard asks for and that are not there."""
    return [kind for kind in guard.evidence if kind not in new.evidence]


def why_not_decide(user_id: str, login: str, roles: frozenset[str], proposal: Proposal) -> str | None:
    """Why somebody may not sign this proposal, whether or not it is still open; None when they may."""
    guard = proposal.guard
    if user_id in proposal.new.authors:
        return "You made or proposed it; nobody approves their own work."
    if "reviewer" in guard.not_by and user_id in proposal.new.reviewers:
        return "You reviewed it; this policy wants somebody else to approve."
    if roles.isdisjoint(guard.by):
        return f"Here {' or '.join(guard.by)} sign."
    if guard.people and login not in guard.people:
        return f"Only {', '.join(guard.people)} sign here."
    return None


def why_not_sign_proposal(
    user_id: str, login: str, roles: frozenset[str], proposal: Proposal, signed: frozenset[str]
) -> str | None:
    """Why somebody may not sign now; None when their signature is wanted."""
    waits_for_second = proposal.glass is not None and proposal.glass.second_by is None
    if proposal.state is not ProposalState.OPEN and not waits_for_second:
        return f"It is {proposal.state.value}."
    if user_id in signed or (proposal.glass is not None and user_id == proposal.glass.by):
        return "You have signed it already."
    return why_not_decide(user_id, login, roles, proposal)


def enough(proposal: Proposal, signatures: list[Signature]) -> bool:
    """Whether the signatures under exactly this digest are those the guard asks for, counted anew.

    Whoever made, proposed or (where the guard says so) reviewed it never counts, whatever the books say.
    """
    barred = proposal.new.authors | (proposal.new.reviewers if "reviewer" in proposal.guard.not_by else frozenset())
    people = {s.user_id for s in signatures if s.digest == proposal.digest and s.user_id not in barred}
    needed = 1 if proposal.glass is not None else proposal.guard.signatures
    return len(people) >= needed
