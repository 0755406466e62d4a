"""Reading policies and signatures."""

from __future__ import annotations

import json

from assay.governance import store
from assay.governance.model import Policy
from assay.governance.rules import preset, stored_policy
from assay.kernel.actor import Actor
from assay.storage import House, Rx


def policy_in(rx: Rx) -> Policy:
    """The open project's policy inside a transaction; the standard preset when nobody has set one."""
    row = store.newest_policy(rx)
    return preset("standard") if row is None else stored_policy(json.loads(row.body), version=row.version)


def get_policy(actor: Actor, project: str, *, house: House) -> Policy:
    """A project's policy."""
    with house.read(actor, project) as rx:
        return policy_in(rx)


signatures_of = store.signatures_of
audit_events = store.sealed_events
