"""Creating, freezing, signing and refusing releases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assay.access import Caller, Membership
from assay.datasets import store
from assay.datasets.errors import ReleaseNameTakenError, ReleaseNotFoundError, ReleaseStateError
from assay.datasets.model import Gate, Release, ReleaseState
from assay.governance import Signing, add_signature, policy_in, signatures_of
from assay.kernel.actor import Actor
from assay.review import reviewers_until
from assay.storage import House, Rx


def create_release(
    actor: Actor, project: str, name: str | None, note: str, gates: Sequence[Gate], *, house: House
) -> Release:
    """Begin a release; it stays open until its gates pass and it is frozen.

    Raises:
        ReleaseNameTakenError: another has this name.
    """
    with house.write(actor, project, note or "create release") as tx:
        chosen = name or _next_name(tx)
        if store.name_taken(tx, chosen):
            raise ReleaseNameTakenError(chosen)
        release = Release(
            id=tx.new_id(),
            name=chosen,
            note=note,
            state=ReleaseState.BLOCKED,
            gates=tuple(gates),
            digest=None,
            merkle_root=None,
            content={},
            facts={},
            refusal=None,
            created_by=actor.id,
            created_at_us=tx.now_us,
            frozen_at_us=None,
        )
        store.add_release(tx, release)
        tx.record("release.created", subject=release.subject, name=chosen)
    return release


def _next_name(rx: Rx) -> str:
    """r1, r2, ...: the first that no release has, from their number on."""
    n = store.count_releases(rx) + 1
    while store.name_taken(rx, f"r{n}"):
        n += 1
    return f"r{n}"


def keep_gates(actor: Actor, project: str, release_id: str, gates: Sequence[Gate], *, house: House) -> Release:
    """Note how the gates stand now."""
    with house.write(actor, project, "check release") as tx:
        store.set_gates(tx, release_id, gates)
        states = {g.id: g.state for g in gates}
        tx.record("release.checked", subject=f"release/{release_id}", gates=states)
        return release_in(tx, release_id)


def freeze_release(
    actor: Actor,
    project: str,
    release_id: str,
    gates: Sequence[Gate],
    *,
    digest: str,
    content: dict[str, str],
    facts: dict[str, Any],
    house: House,
) -> Release:
    """Bind a release whose gates pass to the bytes that were written for it.

    Raises:
        ReleaseStateError: it was frozen before.
    """
    with house.write(actor, project, "freeze release") as tx:
        if not store.freeze(tx, release_id, gates, digest, content, facts):
            release = release_in(tx, release_id)
            raise ReleaseStateError(release.name, release.state.value, "open")
        tx.record("release.frozen", subject=f"release/{release_id}", digest=digest, n_marks=facts.get("n_marks"))
        return release_in(tx, release_id)


def sign_release(caller: Caller, project: Membership, release_id: str, meaning: str, *, house: House) -> Release:
    """Sign a frozen release; it is signed once as many people have as the policy asks for.

    The password was checked by the caller just before. Nobody signs what they labelled.

    Raises:
        SignatureRefusedError: this person may not sign it; says why.
        ReleaseStateError: it is not frozen.
    """
    with house.write(caller.actor, project.project_id, "sign release") as tx:
        store.lock(tx, release_id)
        release = release_in(tx, release_id)
        if release.state is not ReleaseState.FROZEN or release.digest is None:
            raise ReleaseStateError(release.name, release.state.value, "frozen")
        signing = signing_of(tx, release)
        add_signature(
            tx,
            caller,
            project,
            subject=release.subject,
            digest=release.digest,
            meaning=meaning,
            signing=signing,
        )
        if len(signing.signed) + 1 >= policy_in(tx).signatures_needed:
            store.set_state(tx, release_id, ReleaseState.FROZEN, ReleaseState.SIGNED)
            tx.record("release.signed", subject=release.subject, digest=release.digest)
        return release_in(tx, release_id)


def refuse_release(actor: Actor, project: str, release_id: str, reason: str, *, house: House) -> Release:
    """Refuse a frozen release; it is never signed, and the next one begins anew."""
    with house.write(actor, project, reason) as tx:
        release = release_in(tx, release_id)
        if not store.set_state(tx, release_id, ReleaseState.FROZEN, ReleaseState.REFUSED, reason):
            raise ReleaseStateError(release.name, release.state.value, "frozen")
        tx.record("release.refused", subject=release.subject, digest=release.digest)
        return release_in(tx, release_id)


def release_in(rx: Rx, release_id: str) -> Release:
    """One release inside an open transaction.

    Raises:
        ReleaseNotFoundError: there is none of this id in the project.
    """
    found = store.find_release(rx, release_id)
    if found is None:
        raise ReleaseNotFoundError(release_id)
    return found


def signing_of(rx: Rx, release: Release) -> Signing:
    """What decides who may still sign a release."""
    signed = {s.user_id for s in signatures_of(rx, release.subject, release.digest or "")}
    return Signing(
        release.authors,
        frozenset(signed),
        refused=release.state is ReleaseState.REFUSED,
        reviewers=reviewers_until(rx, release.frozen_at_us or rx.now_us),
    )


all_releases = store.all_releases
