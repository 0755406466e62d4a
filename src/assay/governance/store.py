"""Policies and signatures: their tables and queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assay.governance.model import AuditWanted, Signature
from assay.governance.proposal import EvidenceItem, Glass, NewProposal, Proposal, ProposalState
from assay.governance.rulebook import Guard, Guarded, Rulebook
from assay.kernel.canonical import canonical_json
from assay.kernel.merkle import leaf_hash
from assay.storage import Event, Rx, Tx
from assay.storage.events import events, leaf_value
from assay.storage.house import event_of
from assay.storage.tables import PROJECT, document, identifier, instant, metadata, project_id

SCAN = 5000
"""Events of the log that one look at the audit log reads at most."""

policies = sa.Table(
    "policies",
    metadata,
    project_id(),
    sa.Column("version", sa.Integer, nullable=False),
    document("body"),
    identifier("created_by"),
    instant("created_at_us"),
    sa.PrimaryKeyConstraint("project_id", "version"),
)

signatures = sa.Table(
    "signatures",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("subject", sa.String(96), nullable=False),  # such as release/<id>
    sa.Column("digest", sa.String(64), nullable=False),  # what exactly was signed
    identifier("user_id"),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("name", sa.String(128), nullable=False),  # as printed at signing, 21 CFR 11.50
    sa.Column("meaning", sa.Text, nullable=False),
    instant("signed_at_us"),
    sa.UniqueConstraint("project_id", "subject", "digest", "user_id"),
)

_newest = sa.select(policies).where(policies.c.project_id == PROJECT).order_by(policies.c.version.desc()).limit(1)
_version = sa.select(policies).where(policies.c.project_id == PROJECT, policies.c.version == sa.bindparam("wanted"))
_signatures = (
    sa.select(signatures)
    .where(
        signatures.c.project_id == PROJECT,
        signatures.c.subject == sa.bindparam("of_subject"),
        signatures.c.digest == sa.bindparam("of_digest"),
    )
    .order_by(signatures.c.id)
)


def newest_policy(rx: Rx) -> Any:  # noqa: ANN401 - a database row
    """The row of the newest policy; None when nobody has set one."""
    return rx.first(_newest)


def policy_row(rx: Rx, version: int) -> Any:  # noqa: ANN401 - a database row
    """The row of one version; None when there is none."""
    return rx.first(_version, wanted=version)


def add_policy(tx: Tx, *, version: int, body: str, created_by: str) -> bool:
    """Keep a policy; False when the version exists."""
    row = {"version": version, "body": body, "created_by": created_by, "created_at_us": tx.now_us}
    return tx.insert_new(policies, row)


def add_signature(tx: Tx, signature: Signature) -> bool:
    """Keep a signature; False when this person has signed these bytes already."""
    row = {
        "id": signature.id,
        "subject": signature.subject,
        "digest": signature.digest,
        "user_id": signature.user_id,
        "role": signature.role,
        "name": signature.name,
        "meaning": signature.meaning,
        "signed_at_us": signature.signed_at_us,
    }
    return tx.insert_new(signatures, row)


def signatures_of(rx: Rx, subject: str, digest: str) -> list[Signature]:
    """The signatures under exactly these bytes, oldest first."""
    rows = rx.rows(_signatures, of_subject=subject, of_digest=digest)
    return [Signature(r.id, r.subject, r.digest, r.user_id, r.role, r.name, r.meaning, r.signed_at_us) for r in rows]


def sealed_events(
    rx: Rx, wanted: AuditWanted, *, below: int | None, above: int, n: int
) -> tuple[list[Event], int | None]:
    """The open project's sealed events that fit, newest first, among the next `SCAN` events of the log.

    Args:
        rx: where.
        wanted: what they must be like.
        below: only events whose place in the log is below; None for the newest.
        above: and not below this place.
        n: how many at most.

    Returns:
        The events, and the place of the last one that was looked at when more may follow: however rare what is wanted
        is, one call looks at no more than `SCAN` events. Events that concern one subject have an index of their own.
    """
    base = sa.select(events).where(
        events.c.project_id == PROJECT, events.c.seq.is_not(None), events.c.seq >= sa.bindparam("above")
    )
    params: dict[str, Any] = {"above": above}
    if below is not None:
        base, params["below"] = base.where(events.c.seq < sa.bindparam("below")), below
    if wanted.subject:
        base, params["of_subject"] = base.where(events.c.subject == sa.bindparam("of_subject")), wanted.subject
    looked = base.order_by(events.c.seq.desc()).limit(SCAN).subquery()
    statement = sa.select(looked)
    for column, value in (("action", wanted.action), ("actor_id", wanted.actor)):
        if value:
            statement = statement.where(looked.c[column] == sa.bindparam(f"of_{column}"))
            params[f"of_{column}"] = value
    if wanted.kind:
        statement = statement.where(
            looked.c.action > sa.bindparam("kind_from"), looked.c.action < sa.bindparam("kind_to")
        )
        params |= {"kind_from": f"{wanted.kind}.", "kind_to": f"{wanted.kind}/"}
    if wanted.since_us is not None:
        statement, params["since"] = statement.where(looked.c.at_us >= sa.bindparam("since")), wanted.since_us
    if wanted.until_us is not None:
        statement, params["until"] = statement.where(looked.c.at_us < sa.bindparam("until")), wanted.until_us
    found = [event_of(row) for row in rx.rows(statement.order_by(looked.c.seq.desc()).limit(n), **params)]
    if len(found) == n:
        return found, found[-1].seq
    bounds = {k: v for k, v in params.items() if k in {"above", "below", "of_subject"}}
    ends = rx.first(sa.select(sa.func.count().label("n"), sa.func.min(looked.c.seq).label("last")), **bounds)
    return found, ends.last if ends is not None and ends.n == SCAN else None


_place = (
    sa.select(events.c.seq, events.c.at_us)
    .where(events.c.project_id == PROJECT, events.c.seq >= sa.bindparam("middle"))
    .order_by(events.c.seq)
    .limit(1)
)
_ends = sa.select(sa.func.max(events.c.seq).label("last")).where(
    events.c.project_id == PROJECT, events.c.seq.is_not(None)
)


def place_at(rx: Rx, at_us: int) -> int:
    """A place in the log that parts the open project's events before an instant from the later ones, by thirty looks.

    Events are sealed in the order of their ids, which follow time but for the moments of one commit; whoever needs
    every event at the very edge asks for a little more.
    """
    newest = rx.first(_ends)
    low, high = 0, 0 if newest is None or newest.last is None else newest.last + 1
    while low < high:
        middle = (low + high) // 2
        row = rx.first(_place, middle=middle)
        if row is None or row.at_us >= at_us:
            high = middle
        else:
            low = row.seq + 1
    return low


def seen_lately(rx: Rx) -> tuple[set[tuple[str, str]], set[str]]:
    """Actors (id, kind) and actions of the open project's newest `SCAN` events."""
    newest = (
        sa.select(events.c.actor_id, events.c.actor_kind, events.c.action)
        .where(events.c.project_id == PROJECT, events.c.seq.is_not(None))
        .order_by(events.c.seq.desc())
        .limit(SCAN)
        .subquery()
    )
    rows = rx.rows(sa.select(newest).distinct())
    return {(row.actor_id, row.actor_kind) for row in rows}, {row.action for row in rows}


def leaves_after(rx: Rx, seq: int, n: int) -> list[tuple[int, str, str, bytes]]:
    """Events of the whole log behind place `seq`: place, id, leaf as it was sealed, leaf as it would be sealed now."""
    statement = sa.select(events).where(events.c.seq > sa.bindparam("after")).order_by(events.c.seq).limit(n)
    rows = rx.rows(statement, after=seq)
    return [(row.seq, row.id, row.leaf, leaf_hash(canonical_json(leaf_value(row)))) for row in rows]


def sealed_after(rx: Rx, seq: int, n: int) -> list[Event]:
    """Events of every project in the order of the log, from the one after `seq` on."""
    statement = sa.select(events).where(events.c.seq > sa.bindparam("after")).order_by(events.c.seq).limit(n)
    return [event_of(row) for row in rx.rows(statement, after=seq)]


rulebooks = sa.Table(
    "rulebooks",
    metadata,
    project_id(),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("source", sa.Text, nullable=False),  # the file as it was published
    document("body"),
    sa.Column("digest", sa.String(64), nullable=False),
    identifier("proposal_id", nullable=True),
    sa.Column("created_by", sa.String(64), nullable=False),
    instant("created_at_us"),
    sa.PrimaryKeyConstraint("project_id", "version"),
)

proposals = sa.Table(
    "proposals",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("subject", sa.String(96), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    document("action"),
    document("evidence"),
    document("authors"),
    document("reviewers"),
    document("guard"),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("proposed_by", sa.String(64), nullable=False),
    instant("created_at_us"),
    instant("expires_at_us"),
    instant("closed_at_us", nullable=True),
    sa.Column("closed_by", sa.String(64)),
    sa.Column("reason", sa.Text),
    document("glass", nullable=True),  # somebody acted alone: who, why, until when a second signature must follow
    sa.Index("ix_proposals_state", "project_id", "state", "id"),
    sa.Index("ix_proposals_subject", "project_id", "subject", "id"),
    sa.Index("ix_proposals_due", "state", "expires_at_us"),
)

_newest_rulebook = (
    sa.select(rulebooks).where(rulebooks.c.project_id == PROJECT).order_by(rulebooks.c.version.desc()).limit(1)
)
_rulebook = sa.select(rulebooks).where(rulebooks.c.project_id == PROJECT, rulebooks.c.version == sa.bindparam("wanted"))
_rulebook_versions = (
    sa.select(rulebooks).where(rulebooks.c.project_id == PROJECT).order_by(rulebooks.c.version.desc()).limit(200)
)
_proposal = sa.select(proposals).where(proposals.c.project_id == PROJECT, proposals.c.id == sa.bindparam("wanted"))
_lock_proposal = _proposal.with_for_update()
_move = (
    sa.update(proposals)
    .where(
        proposals.c.project_id == PROJECT,
        proposals.c.id == sa.bindparam("wanted"),
        proposals.c.state == sa.bindparam("before"),
    )
    .values(
        state=sa.bindparam("after"),
        closed_at_us=sa.bindparam("at_us"),
        closed_by=sa.bindparam("by_whom"),
        reason=sa.bindparam("because"),
    )
)
_set_glass = (
    sa.update(proposals)
    .where(proposals.c.project_id == PROJECT, proposals.c.id == sa.bindparam("wanted"))
    .values(glass=sa.bindparam("glass_json"))
)
_due = (
    sa.select(proposals.c.project_id, proposals.c.id)
    .where(proposals.c.state == "open", proposals.c.expires_at_us <= sa.bindparam("now"))
    .limit(100)
)
_own_glass = (
    sa.select(proposals)
    .where(proposals.c.project_id == PROJECT, proposals.c.glass.is_not(None))
    .order_by(proposals.c.id.desc())
)
_with_glass = sa.select(proposals.c.project_id, proposals.c.id, proposals.c.glass).where(proposals.c.glass.is_not(None))


def newest_rulebook(rx: Rx) -> Any:  # noqa: ANN401 - a database row
    """The row of the newest rulebook; None when nobody has published one."""
    return rx.first(_newest_rulebook)


def rulebook_row(rx: Rx, version: int) -> Any:  # noqa: ANN401 - a database row
    """The row of one version; None when there is none."""
    return rx.first(_rulebook, wanted=version)


def rulebook_rows(rx: Rx) -> list[Any]:
    """The newest two hundred versions, newest first."""
    return rx.rows(_rulebook_versions)


def add_rulebook(tx: Tx, rulebook: Rulebook, source: str, proposal_id: str | None) -> bool:
    """Keep a rulebook; False when the version exists."""
    row = {
        "version": rulebook.version,
        "source": source,
        "body": canonical_json(rulebook.to_json()).decode(),
        "digest": rulebook.digest,
        "proposal_id": proposal_id,
        "created_by": tx.actor.id,
        "created_at_us": tx.now_us,
    }
    return tx.insert_new(rulebooks, row)


def add_proposal(tx: Tx, proposal: Proposal) -> None:
    """Keep a proposal."""
    new = proposal.new
    tx.insert(
        proposals,
        {
            "id": proposal.id,
            "kind": new.kind.value,
            "subject": new.subject,
            "title": new.title,
            "action": canonical_json(dict(new.action)).decode(),
            "evidence": canonical_json({k: e.to_json() for k, e in new.evidence.items()}).decode(),
            "authors": canonical_json(sorted(new.authors)).decode(),
            "reviewers": canonical_json(sorted(new.reviewers)).decode(),
            "guard": canonical_json(proposal.guard.to_json()).decode(),
            "digest": proposal.digest,
            "state": proposal.state.value,
            "proposed_by": proposal.proposed_by,
            "created_at_us": proposal.created_at_us,
            "expires_at_us": proposal.expires_at_us,
        },
    )


def find_proposal(rx: Rx, proposal_id: str) -> Proposal | None:
    """One proposal."""
    row = rx.first(_proposal, wanted=proposal_id)
    return None if row is None else _read_proposal(row)


def lock_proposal(tx: Tx, proposal_id: str) -> Proposal | None:
    """One proposal, so that nobody else decides on it until this transaction has ended."""
    row = tx.first(_lock_proposal, wanted=proposal_id)  # SQLite has one writer and leaves FOR UPDATE out
    return None if row is None else _read_proposal(row)


def list_proposals(
    rx: Rx, *, states: Sequence[str] = (), subject: str = "", before: str = "", n: int = 200
) -> list[Proposal]:
    """Proposals, newest first; of `states` and of one `subject` where they are given, older than the id `before`."""
    statement = sa.select(proposals).where(proposals.c.project_id == PROJECT)
    params: dict[str, Any] = {}
    if states:
        statement = statement.where(proposals.c.state.in_(sa.bindparam("states", expanding=True)))
        params["states"] = list(states)
    if subject:
        statement = statement.where(proposals.c.subject == sa.bindparam("of_subject"))
        params["of_subject"] = subject
    if before:
        statement = statement.where(proposals.c.id < sa.bindparam("before"))
        params["before"] = before
    return [_read_proposal(row) for row in rx.rows(statement.order_by(proposals.c.id.desc()).limit(n), **params)]


def move_proposal(
    tx: Tx, proposal_id: str, before: str, after: str, *, by: str | None = None, reason: str | None = None
) -> bool:
    """Bring a proposal into another state; False when it is not in `before`."""
    done = tx.change(_move, wanted=proposal_id, before=before, after=after, at_us=tx.now_us, by_whom=by, because=reason)
    return done == 1


def set_glass(tx: Tx, proposal_id: str, glass: Glass) -> None:
    """Note an emergency act, or its second signature."""
    tx.change(_set_glass, wanted=proposal_id, glass_json=canonical_json(glass.to_json()).decode())


def due_proposals(rx: Rx, now_us: int) -> list[tuple[str, str]]:
    """Project and id of open proposals whose time is up, over all projects."""
    return [(row.project_id, row.id) for row in rx.rows(_due, now=now_us)]


def list_glass(rx: Rx) -> list[Proposal]:
    """The open project's proposals that were carried by an emergency act, newest first."""
    return [_read_proposal(row) for row in rx.rows(_own_glass)]


def late_glass(rx: Rx) -> list[tuple[str, str, Glass]]:
    """Project, id and emergency act of every proposal that was carried by one, over all projects."""
    return [(row.project_id, row.id, Glass(**json.loads(row.glass))) for row in rx.rows(_with_glass)]


def _read_proposal(row: Any) -> Proposal:  # noqa: ANN401 - a database row
    new = NewProposal(
        Guarded(row.kind),
        row.subject,
        row.title,
        json.loads(row.action),
        {kind: EvidenceItem(**item) for kind, item in json.loads(row.evidence).items()},
        frozenset(json.loads(row.authors)),
        frozenset(json.loads(row.reviewers)),
    )
    return Proposal(
        row.id,
        new,
        Guard.from_json(json.loads(row.guard)),
        row.digest,
        ProposalState(row.state),
        row.proposed_by,
        row.created_at_us,
        row.expires_at_us,
        row.closed_at_us,
        row.closed_by,
        row.reason,
        None if row.glass is None else Glass(**json.loads(row.glass)),
    )
