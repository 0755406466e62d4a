"""What waits for somebody to decide, and why it waits for them."""

from __future__ import annotations

from dataclasses import dataclass

from assay.access import Caller, Membership
from assay.governance import store
from assay.governance.deciding import signers_of
from assay.governance.proposal import Proposal, why_not_sign_proposal
from assay.storage import Rx


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for a decision.

    Attributes:
        why: why it waits for this person, in a sentence.
        since_us: when it was put to them.
        until_us: when it lapses.
        signed: ids of those who have signed.
    """

    proposal: Proposal
    why: str
    since_us: int
    until_us: int
    signed: frozenset[str]


def waiting_for(rx: Rx, caller: Caller, project: Membership) -> list[Waiting]:
    """The proposals whose next signature the caller could give, the one that lapses first in front."""
    open_ones = store.list_proposals(rx, states=("open",), n=1000)
    alone = [p for p in store.list_glass(rx) if p.glass is not None and p.glass.second_by is None]
    found = [_waiting(rx, proposal, caller, project) for proposal in [*open_ones, *alone]]
    return sorted((w for w in found if w is not None), key=lambda w: (w.until_us, w.proposal.id))


def _waiting(rx: Rx, proposal: Proposal, caller: Caller, project: Membership) -> Waiting | None:
    signed, roles = signers_of(rx, proposal), frozenset(role.value for role in project.roles)
    if why_not_sign_proposal(caller.user_id, caller.login, roles, proposal, signed) is not None:
        return None
    if proposal.glass is not None:
        why = "Somebody acted alone in an emergency; the policy asks for a second signature."
        return Waiting(proposal, why, proposal.created_at_us, proposal.glass.second_until_us, signed)
    role = next(role for role in proposal.guard.by if role in roles)
    missing = proposal.guard.signatures - len(signed)
    n = "one more signature is" if missing == 1 else f"{missing} more signatures are"
    why = f"You are {role} here, and {n} needed."
    return Waiting(proposal, why, proposal.created_at_us, proposal.expires_at_us, signed)
