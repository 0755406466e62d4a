"""Policies and signatures: their tables and queries."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from assay.governance.model import Signature
from assay.storage import Event, Rx, Tx
from assay.storage.events import events
from assay.storage.house import event_of
from assay.storage.tables import PROJECT, document, identifier, instant, metadata, project_id

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


def sealed_events(rx: Rx, *, action: str, subject: str, before: int | None, n: int) -> list[Event]:
    """The open project's sealed events, newest first.

    Args:
        action: only this one; empty for all.
        subject: only what concerns this; empty for all.
        before: only events whose place in the log is below; None for the newest.
    """
    statement = sa.select(events).where(events.c.project_id == PROJECT, events.c.seq.is_not(None))
    params: dict[str, Any] = {}
    for column, value in (("action", action), ("subject", subject)):
        if value:
            statement = statement.where(events.c[column] == sa.bindparam(f"of_{column}"))
            params[f"of_{column}"] = value
    if before is not None:
        statement = statement.where(events.c.seq < sa.bindparam("before"))
        params["before"] = before
    rows = rx.rows(statement.order_by(events.c.seq.desc()).limit(n), **params)
    return [event_of(row) for row in rows]


def sealed_after(rx: Rx, seq: int, n: int) -> list[Event]:
    """Events of every project in the order of the log, from the one after `seq` on."""
    statement = sa.select(events).where(events.c.seq > sa.bindparam("after")).order_by(events.c.seq).limit(n)
    return [event_of(row) for row in rx.rows(statement, after=seq)]
