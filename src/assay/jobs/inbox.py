"""What waits for somebody, over all rooms: proposals and releases to sign, questions to rule on."""

from __future__ import annotations

from dataclasses import dataclass

from assay.access import Caller, Membership, Role
from assay.datasets import ReleaseState, all_releases, signing_of
from assay.escalations import list_escalations
from assay.governance import Guarded, Proposal, policy_in, waiting_for, why_not_sign
from assay.promotions import promotion_of_proposal
from assay.storage import Rx

NEVER_US = 2**62


@dataclass(frozen=True, slots=True)
class InboxItem:
    """One thing that waits.

    Attributes:
        why: why it waits for this person, in a sentence.
        until_us: when it lapses; None for never.
        path: where to find it, below the project's address.
    """

    kind: str
    id: str
    title: str
    why: str
    since_us: int
    until_us: int | None
    path: str


def inbox_of(rx: Rx, caller: Caller, project: Membership) -> list[InboxItem]:
    """Everything whose next step the caller could take, what lapses first in front."""
    rows = [*_proposals(rx, caller, project), *_releases(rx, caller, project), *_questions(rx, caller, project)]
    return sorted(rows, key=lambda row: (row.until_us or NEVER_US, row.since_us, row.id))


def _proposals(rx: Rx, caller: Caller, project: Membership) -> list[InboxItem]:
    return [
        InboxItem(
            w.proposal.new.kind.value,
            w.proposal.id,
            w.proposal.new.title,
            w.why,
            w.since_us,
            w.until_us,
            _place_of(rx, w.proposal),
        )
        for w in waiting_for(rx, caller, project)
    ]


def _place_of(rx: Rx, proposal: Proposal) -> str:
    """A promotion is decided where its evidence is; everything else where it was put to people."""
    promotion = promotion_of_proposal(rx, proposal.id) if proposal.new.kind is Guarded.PROMOTION else None
    return f"proposals/{proposal.id}" if promotion is None else f"promotions/{promotion.id}"


def _releases(rx: Rx, caller: Caller, project: Membership) -> list[InboxItem]:
    if not project.has(Role.APPROVER, Role.LEAD):
        return []
    policy = policy_in(rx)
    found = []
    for release in all_releases(rx):
        if release.state is not ReleaseState.FROZEN:
            continue
        signing = signing_of(rx, release)
        if why_not_sign(caller.user_id, project.roles, policy, signing) is None:
            why = f"It is frozen and has {len(signing.signed)} of {policy.signatures_needed} signatures."
            since_us, path = release.frozen_at_us or release.created_at_us, f"releases/{release.id}"
            found.append(InboxItem("release", release.id, f"Sign {release.name}", why, since_us, None, path))
    return found


def _questions(rx: Rx, caller: Caller, project: Membership) -> list[InboxItem]:
    if not project.has(Role.EXPERT):
        return []
    why = "You are expert here, and nobody has ruled on it."
    return [
        InboxItem("escalation", e.id, e.question[:200], why, e.raised_at_us, None, f"escalations/{e.id}")
        for e in list_escalations(rx, state="open")
        if e.raised_by != caller.user_id
    ]
