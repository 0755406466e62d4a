"""Asks the rulebook in force before something that it may guard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.governance import store
from assay.governance.errors import ApprovalNeededError, NotApprovedError
from assay.governance.proposal import Proposal, ProposalState, enough
from assay.governance.queries import rulebook_in
from assay.governance.rulebook import Guarded
from assay.storage import Tx


def allow(tx: Tx, what: Guarded, action: Mapping[str, Any], *, proposal: str | None = None) -> Proposal | None:
    """Go on only when the rulebook asks for nothing here, or everything it asks for has been given for exactly this.

    A proposal is used up in the same transaction, so that nothing happens twice; its signatures are counted anew.

    Raises:
        ApprovalNeededError: it is guarded and no proposal is named.
        NotApprovedError: the proposal is another one, not approved, or made under another rule than now in force.
    """
    guard = rulebook_in(tx).guard(what)
    if proposal is None:
        if guard.signatures == 0:
            return None
        raise ApprovalNeededError(what.value, guard.signatures)
    found = store.lock_proposal(tx, proposal)
    if found is None or found.new.kind is not what or dict(found.new.action) != dict(action):
        raise NotApprovedError(proposal, "it proposes something else")
    if found.state is not ProposalState.APPROVED:
        raise NotApprovedError(proposal, f"it is {found.state.value}")
    if found.guard != guard:
        raise NotApprovedError(proposal, "the policy has changed since; propose it again under the new one")
    if not enough(found, store.signatures_of(tx, found.signing_subject, found.digest)):
        raise NotApprovedError(proposal, "its signatures are not there")
    store.move_proposal(tx, found.id, "approved", "done", by=tx.actor.id, reason=None)
    tx.record("proposal.done", subject=found.signing_subject, digest=found.digest, kind=what.value)
    return found
