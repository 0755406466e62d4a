"""Putting something to people, and their answers: sign, refuse, withdraw, act alone in an emergency, lapse."""

from __future__ import annotations

from dataclasses import replace

from assay.access import Caller, Membership
from assay.governance import store
from assay.governance.actions import clean_meaning
from assay.governance.errors import (
    AlreadySignedError,
    BreakGlassRefusedError,
    EvidenceChangedError,
    EvidenceMissingError,
    NothingToApproveError,
    ProposalClosedError,
    ProposalNotFoundError,
    SignatureRefusedError,
)
from assay.governance.model import Signature
from assay.governance.proposal import (
    Glass,
    NewProposal,
    Proposal,
    ProposalState,
    enough,
    missing_evidence,
    proposal_digest,
    why_not_decide,
    why_not_sign_proposal,
)
from assay.governance.queries import rulebook_in
from assay.governance.rulebook import Guard
from assay.kernel.actor import system
from assay.kernel.clock import SECOND_US
from assay.storage import House, Rx, Tx

GLASS_ROLE = "break-glass"
_KEEPER = system("governance")


def propose(tx: Tx, new: NewProposal) -> Proposal:
    """Put something to the people whom the rulebook in force names; the one who proposes it counts as an author.

    Raises:
        NothingToApproveError: the rulebook asks for no signature here.
        EvidenceMissingError: evidence that the rulebook asks for is not there.
    """
    guard = rulebook_in(tx).guard(new.kind)
    if guard.signatures == 0:
        raise NothingToApproveError(new.kind.value)
    missing = missing_evidence(new, guard)
    if missing:
        raise EvidenceMissingError(new.kind.value, missing)
    own = frozenset({tx.actor.id}) if tx.actor.kind != "system" else frozenset()
    full = replace(new, authors=new.authors | own)
    proposal = Proposal(
        id=tx.new_id(),
        new=full,
        guard=guard,
        digest=proposal_digest(full, guard),
        state=ProposalState.OPEN,
        proposed_by=tx.actor.id,
        created_at_us=tx.now_us,
        expires_at_us=tx.now_us + guard.expires_s * SECOND_US,
    )
    store.add_proposal(tx, proposal)
    tx.record("proposal.made", subject=proposal.signing_subject, kind=new.kind.value, digest=proposal.digest)
    return proposal


def proposal_in(rx: Rx, proposal_id: str) -> Proposal:
    """One proposal inside an open transaction.

    Raises:
        ProposalNotFoundError: there is none of this id in the project.
    """
    found = store.find_proposal(rx, proposal_id)
    if found is None:
        raise ProposalNotFoundError(proposal_id)
    return found


def sign_proposal(
    caller: Caller, project: Membership, proposal_id: str, *, digest: str, meaning: str, house: House
) -> Proposal:
    """Put the caller's signature under exactly this proposal; it is approved with the last one that is asked for.

    The password must have been checked just before, by `assay.access.check_password`.

    Args:
        digest: of the evidence that the caller looked at; refused when it is not what is proposed.

    Raises:
        SignatureRefusedError: they may not; says why.
        EvidenceChangedError: they looked at something else.
    """
    caller.require_person("sign")
    text = clean_meaning(meaning)
    with house.write(caller.actor, project.project_id, "sign proposal") as tx:
        proposal = _locked(tx, proposal_id)
        signed = signers_of(tx, proposal)
        reason = why_not_sign_proposal(caller.user_id, caller.login, _roles(project), proposal, signed)
        if caller.user_id in signed:
            raise AlreadySignedError(caller.name, proposal.signing_subject)
        if reason is not None and proposal.state is not ProposalState.OPEN and proposal.glass is None:
            raise ProposalClosedError(proposal.new.title, proposal.state.value)
        if reason is not None:
            raise SignatureRefusedError(reason, hint="Ask somebody else whom the policy names.")
        _same(digest, proposal)
        _sign(tx, caller, proposal, _role(project, proposal.guard.by), text)
        if proposal.glass is not None:
            store.set_glass(tx, proposal.id, replace(proposal.glass, second_by=caller.user_id))
            tx.record("glass.seconded", subject=proposal.signing_subject, digest=proposal.digest)
        elif enough(proposal, store.signatures_of(tx, proposal.signing_subject, proposal.digest)):
            _approve(tx, proposal)
        return proposal_in(tx, proposal_id)


def break_glass(
    caller: Caller, project: Membership, proposal_id: str, *, digest: str, reason: str, house: House
) -> Proposal:
    """Act alone in an emergency, where the policy allows it; a second signature must follow in time.

    Nobody does this for what they made or proposed themselves. The password must have been checked just before.
    """
    caller.require_person("act in an emergency")
    text = " ".join(reason.split())
    with house.write(caller.actor, project.project_id, text[:500] or "emergency") as tx:
        proposal = _locked(tx, proposal_id)
        if proposal.state is not ProposalState.OPEN:
            raise ProposalClosedError(proposal.new.title, proposal.state.value)
        refused = _why_no_emergency(caller, project, proposal, text)
        if refused is not None:
            raise BreakGlassRefusedError(refused, hint="Ask somebody whom the policy names, or collect the signatures.")
        glass = proposal.guard.break_glass
        assert glass is not None
        _same(digest, proposal)
        _sign(tx, caller, proposal, GLASS_ROLE, clean_meaning(text))
        until_us = tx.now_us + glass.second_s * SECOND_US
        store.set_glass(tx, proposal.id, Glass(caller.user_id, text, until_us))
        tx.record("glass.broken", subject=proposal.signing_subject, digest=proposal.digest, until_us=until_us)
        _approve(tx, proposal)
        return proposal_in(tx, proposal_id)


def _why_no_emergency(caller: Caller, project: Membership, proposal: Proposal, reason: str) -> str | None:
    glass = proposal.guard.break_glass
    if glass is None:
        return "This policy has no way around its signatures."
    if len(reason) < glass.reason_chars:
        return f"The reason has {len(reason)} characters; the policy asks for {glass.reason_chars}."
    as_if = replace(proposal, guard=replace(proposal.guard, by=glass.by, people=()))
    return why_not_decide(caller.user_id, caller.login, _roles(project), as_if)


def refuse_proposal(caller: Caller, project: Membership, proposal_id: str, *, reason: str, house: House) -> Proposal:
    """Say no, as anybody may who could have signed; it is closed for good."""
    text = clean_meaning(reason)
    with house.write(caller.actor, project.project_id, text) as tx:
        proposal = _open(tx, proposal_id)
        why_not = why_not_decide(caller.user_id, caller.login, _roles(project), proposal)
        if why_not is not None:
            raise SignatureRefusedError(why_not, hint="Whoever proposed it can withdraw it.")
        return _close(tx, proposal, ProposalState.REFUSED, text)


def withdraw_proposal(caller: Caller, project: Membership, proposal_id: str, *, reason: str, house: House) -> Proposal:
    """Take back what one has proposed."""
    text = clean_meaning(reason)
    with house.write(caller.actor, project.project_id, text) as tx:
        proposal = _open(tx, proposal_id)
        if caller.user_id not in proposal.new.authors and not project.has("lead", "admin"):
            raise SignatureRefusedError("Only its authors and leads withdraw it.", hint="You can refuse it instead.")
        return _close(tx, proposal, ProposalState.WITHDRAWN, text)


def close_proposal(tx: Tx, proposal_id: str, state: ProposalState, reason: str) -> Proposal:
    """Close an open or approved proposal from inside another transaction, as a failed or stale one."""
    proposal = _locked(tx, proposal_id)
    if proposal.state in {ProposalState.OPEN, ProposalState.APPROVED}:
        return _close(tx, proposal, state, reason)
    return proposal


def lapse_proposals(*, house: House) -> int:
    """Close what nobody signed in time; returns how many."""
    with house.read(_KEEPER, None) as rx:
        due = store.due_proposals(rx, rx.now_us)
        late = store.late_glass(rx)
    for project, proposal_id in due:
        with house.write(_KEEPER, project, "nobody signed in time") as tx:
            proposal = _locked(tx, proposal_id)
            if proposal.state is ProposalState.OPEN and proposal.expires_at_us <= tx.now_us:
                _close(tx, proposal, ProposalState.EXPIRED, "not signed in time")
            else:
                tx.record("proposal.looked_at", subject=proposal.signing_subject)
    for project, proposal_id, glass in late:
        if glass.second_by is None and glass.second_until_us <= house.clock.now_us():
            _report_overdue(project, proposal_id, house)
    return len(due)


def _report_overdue(project: str, proposal_id: str, house: House) -> None:
    """Say once that no second signature followed an emergency act."""
    key = f"glass-overdue/{proposal_id}"
    with house.write(_KEEPER, project, "no second signature in time", key=key) as tx:
        if not tx.replayed:
            proposal = proposal_in(tx, proposal_id)
            tx.record("glass.overdue", subject=proposal.signing_subject, digest=proposal.digest)


def signers_of(rx: Rx, proposal: Proposal) -> frozenset[str]:
    """Who has signed exactly this."""
    return frozenset(s.user_id for s in store.signatures_of(rx, proposal.signing_subject, proposal.digest))


def _locked(tx: Tx, proposal_id: str) -> Proposal:
    found = store.lock_proposal(tx, proposal_id)
    if found is None:
        raise ProposalNotFoundError(proposal_id)
    return found


def _open(tx: Tx, proposal_id: str) -> Proposal:
    proposal = _locked(tx, proposal_id)
    if proposal.state is not ProposalState.OPEN:
        raise ProposalClosedError(proposal.new.title, proposal.state.value)
    return proposal


def _same(digest: str, proposal: Proposal) -> None:
    if digest != proposal.digest:
        raise EvidenceChangedError(digest, proposal.digest)


def _sign(tx: Tx, caller: Caller, proposal: Proposal, role: str, meaning: str) -> None:
    subject = proposal.signing_subject
    signature = Signature(tx.new_id(), subject, proposal.digest, caller.user_id, role, caller.name, meaning, tx.now_us)
    if not store.add_signature(tx, signature):
        raise AlreadySignedError(caller.name, subject)
    tx.record("signature.given", subject=subject, digest=proposal.digest, role=role, meaning=meaning)


def _approve(tx: Tx, proposal: Proposal) -> None:
    guard = rulebook_in(tx).guard(proposal.new.kind)
    if guard != proposal.guard:
        _close(tx, proposal, ProposalState.STALE, "the policy changed while it was open")
        return
    store.move_proposal(tx, proposal.id, "open", "approved", by=None, reason=None)
    tx.record(
        "proposal.approved",
        subject=proposal.signing_subject,
        kind=proposal.new.kind.value,
        digest=proposal.digest,
        about=proposal.new.subject,
    )


def _close(tx: Tx, proposal: Proposal, state: ProposalState, reason: str) -> Proposal:
    store.move_proposal(tx, proposal.id, proposal.state.value, state.value, by=tx.actor.id, reason=reason)
    tx.record(
        "proposal.closed",
        subject=proposal.signing_subject,
        kind=proposal.new.kind.value,
        state=state.value,
        about=proposal.new.subject,
    )
    return proposal_in(tx, proposal.id)


def _roles(project: Membership) -> frozenset[str]:
    return frozenset(role.value for role in project.roles)


def _role(project: Membership, by: tuple[str, ...]) -> str:
    return next((role for role in by if role in _roles(project)), by[0])


def guard_words(guard: Guard, n_signed: int) -> str:
    """How far the signatures are, in words."""
    who = " or ".join(guard.people or guard.by)
    return f"{n_signed} of {guard.signatures} signatures, by {who}"


list_proposals = store.list_proposals
find_proposal = store.find_proposal
