"""Changing the policy, and signing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.access import Caller, Membership, Role
from assay.governance import store
from assay.governance.allowing import allow
from assay.governance.errors import (
    AlreadySignedError,
    MeaningMissingError,
    PolicyInvalidError,
    PolicyStaleError,
    SignatureRefusedError,
)
from assay.governance.model import Policy, Signature, Signing
from assay.governance.queries import policy_in, rulebook_in
from assay.governance.rulebook import Guarded
from assay.governance.rules import check_signer, policy_from
from assay.kernel.actor import Actor
from assay.kernel.canonical import canonical_json
from assay.storage import House, Tx

MAX_MEANING = 500


def set_policy(caller: Caller, project: Membership, body: Mapping[str, Any], *, house: House) -> Policy:
    """Let the project work by other rules from now on; `body["version"]` is the version it is based on.

    Raises:
        PolicyInvalidError: it makes no sense.
        PolicyStaleError: somebody changed it in between.
    """
    project.require(Role.LEAD, Role.ADMIN)
    based_on = body.get("version")
    with house.write(caller.actor, project.project_id, "set policy") as tx:
        newest = policy_in(tx).version
        if based_on != newest:
            raise PolicyStaleError(based_on if isinstance(based_on, int) else -1, newest)
        allow(tx, Guarded.POLICY, {"settings": dict(body)})
        _same_signatures(tx, body)
        return add_policy_in(tx, body, newest + 1)


def start_policy(actor: Actor, project: str, body: Mapping[str, Any], *, house: House) -> Policy:
    """Give a new project its policy, as the command line and the demonstration do."""
    with house.write(actor, project, "start policy") as tx:
        allow(tx, Guarded.POLICY, {"settings": dict(body)})
        _same_signatures(tx, body)
        return add_policy_in(tx, body, policy_in(tx).version + 1)


def _same_signatures(tx: Tx, body: Mapping[str, Any]) -> None:
    """Leave the signatures of releases to the policy file, where there is one."""
    rulebook = rulebook_in(tx)
    if rulebook.version == 0:
        return
    release = rulebook.guard(Guarded.RELEASE)
    wanted = {"signatures_needed": release.signatures, "leads_may_sign": "lead" in release.by}
    changed = next((name for name, value in wanted.items() if body.get(name, value) != value), None)
    if changed is not None:
        raise PolicyInvalidError(
            f"{changed} is {body[changed]!r}; version {rulebook.version} of the policy file says {wanted[changed]!r}.",
            hint="Change approvals.release in the policy file and publish it.",
        )


def add_policy_in(tx: Tx, body: Mapping[str, Any], version: int) -> Policy:
    """Keep settings as this version, inside a transaction that has seen to it that they may be changed."""
    policy = policy_from(body, version=version)
    document = canonical_json(policy.to_json()).decode()
    if not store.add_policy(tx, version=version, body=document, created_by=tx.actor.id):
        raise PolicyStaleError(version - 1, version)
    tx.record("policy.set", subject=f"policy/{version}", policy=policy.to_json())
    return policy


def clean_meaning(meaning: str) -> str:
    """What a signature or a refusal says, on one line.

    Raises:
        MeaningMissingError: nothing, or more than 500 characters.
    """
    text = " ".join(meaning.split())
    if not text or len(text) > MAX_MEANING:
        raise MeaningMissingError
    return text


def add_signature(
    tx: Tx, caller: Caller, project: Membership, *, subject: str, digest: str, meaning: str, signing: Signing
) -> Signature:
    """Put the caller's signature under exactly these bytes, inside a transaction that acts on it.

    The caller's password must have been checked just before, by `assay.access.check_password`: hashing has no place
    inside a transaction.

    Args:
        subject: what is signed, such as `release/<id>`.
        digest: hash of what is signed.
        meaning: what the signature says, such as `approved for training`.
        signing: who made it and who has signed it.

    Raises:
        SignatureRefusedError: they may not; says why.
        AlreadySignedError: they have.
    """
    caller.require_person("sign")
    text = clean_meaning(meaning)
    role = check_signer(caller.user_id, project.roles, policy_in(tx), signing)
    guard = rulebook_in(tx).guard(Guarded.RELEASE)
    if guard.people and caller.login not in guard.people:
        raise SignatureRefusedError(f"Only {', '.join(guard.people)} sign here.", hint="Ask one of them.")
    if "reviewer" in guard.not_by and caller.user_id in signing.reviewers:
        raise SignatureRefusedError("You reviewed some of it.", hint="This policy wants somebody else to approve.")
    signature = Signature(tx.new_id(), subject, digest, caller.user_id, role.value, caller.name, text, tx.now_us)
    if not store.add_signature(tx, signature):
        raise AlreadySignedError(caller.name, subject)
    tx.record("signature.given", subject=subject, digest=digest, role=role.value, meaning=text)
    return signature
