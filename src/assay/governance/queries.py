"""Reading policies and signatures."""

from __future__ import annotations

import json
from collections.abc import Iterator

from assay.governance import store
from assay.governance.model import Policy
from assay.governance.rulebook import Rulebook, rules_before_any
from assay.governance.rules import preset, stored_policy
from assay.kernel.actor import Actor
from assay.storage import Event, House, Rx

EXPORT_PAGE = 2000


def policy_in(rx: Rx) -> Policy:
    """The open project's policy inside a transaction; the standard preset when nobody has set one."""
    row = store.newest_policy(rx)
    return preset("standard") if row is None else stored_policy(json.loads(row.body), version=row.version)


def rulebook_in(rx: Rx, version: int | None = None) -> Rulebook:
    """The open project's rulebook inside a transaction, the newest by default.

    Where nobody has published one, releases and promotions need the signatures that the settings of the work name, and
    nothing else is guarded.
    """
    row = store.newest_rulebook(rx) if version is None else store.rulebook_row(rx, version)
    if row is None:
        policy = policy_in(rx)
        return rules_before_any(signatures=policy.signatures_needed, leads_may_sign=policy.leads_may_sign)
    return Rulebook.from_json(json.loads(row.body), version=row.version)


def rulebook_source(rx: Rx, version: int | None = None) -> str | None:
    """The file of a rulebook as it was published; None where nobody has published one."""
    row = store.newest_rulebook(rx) if version is None else store.rulebook_row(rx, version)
    return None if row is None else str(row.source)


def get_policy(actor: Actor, project: str, *, house: House) -> Policy:
    """A project's policy."""
    with house.read(actor, project) as rx:
        return policy_in(rx)


def every_event(house: House, actor: Actor) -> Iterator[Event]:
    """Every sealed event of every project, in the order of the log: for whoever keeps the server."""
    seq = -1
    while True:
        with house.read(actor, None) as rx:
            page = store.sealed_after(rx, seq, EXPORT_PAGE)
        if not page:
            return
        yield from page
        seq = page[-1].seq if page[-1].seq is not None else seq


signatures_of = store.signatures_of
