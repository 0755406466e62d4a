"""Findings that are kept: their table and queries."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT, document, identifier, instant, metadata, project_id

findings = sa.Table(
    "findings",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("kind", sa.String(16), nullable=False),  # practice, or looked: when practice was last compared
    sa.Column("feature", sa.String(32), nullable=False),
    document("body"),
    sa.Column("state", sa.String(16), nullable=False),  # open, published, dismissed, gone
    instant("found_at_us"),
    instant("changed_at_us"),
    sa.UniqueConstraint("project_id", "kind", "feature"),
)

# What people said about labels that are probably wrong; the doubts themselves are found anew each time.
doubts = sa.Table(
    "doubts",
    metadata,
    project_id(),
    identifier("id"),  # from the place, kind and class
    identifier("item_id"),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # confirmed, dismissed, open (taken back)
    identifier("decided_by"),
    instant("decided_at_us"),
    sa.PrimaryKeyConstraint("project_id", "id"),
)


PRACTICE, LOOKED = "practice", "looked"
_all = (
    sa.select(findings)
    .where(findings.c.project_id == PROJECT, findings.c.kind == PRACTICE)
    .order_by(findings.c.found_at_us, findings.c.id)
)
_one = sa.select(findings).where(
    findings.c.project_id == PROJECT, findings.c.kind == PRACTICE, findings.c.id == sa.bindparam("finding")
)
_last_look = sa.select(findings).where(findings.c.project_id == PROJECT, findings.c.kind == LOOKED)
_update = (
    sa.update(findings)
    .where(findings.c.project_id == PROJECT, findings.c.id == sa.bindparam("finding"))
    .values(body=sa.bindparam("new_body"), state=sa.bindparam("new_state"), changed_at_us=sa.bindparam("at"))
)


def all_findings(rx: Rx) -> list[Any]:
    """Every kept finding's row."""
    return rx.rows(_all)


def find_finding(rx: Rx, finding_id: str) -> Any:  # noqa: ANN401 - a database row, or None
    """One kept finding's row."""
    return rx.first(_one, finding=finding_id)


def find_last_look(rx: Rx) -> Any:  # noqa: ANN401 - a database row, or None
    """The row that says when practice was last compared."""
    return rx.first(_last_look)


def add_finding(tx: Tx, finding_id: str, feature: str, body: str, *, kind: str = PRACTICE) -> bool:
    """Keep a new finding; False when there is one on this feature."""
    return tx.insert_new(
        findings,
        {
            "id": finding_id,
            "kind": kind,
            "feature": feature,
            "body": body,
            "state": "open",
            "found_at_us": tx.now_us,
            "changed_at_us": tx.now_us,
        },
    )


def update_finding(tx: Tx, finding_id: str, body: str, state: str) -> None:
    """Keep what is known of it now."""
    tx.change(_update, finding=finding_id, new_body=body, new_state=state, at=tx.now_us)


_all_doubts = sa.select(doubts).where(doubts.c.project_id == PROJECT)
_change_doubt = (
    sa.update(doubts)
    .where(doubts.c.project_id == PROJECT, doubts.c.id == sa.bindparam("doubt"))
    .values(state=sa.bindparam("new_state"), decided_by=sa.bindparam("by"), decided_at_us=sa.bindparam("at"))
)


def all_doubts(rx: Rx) -> list[Any]:
    """What was said about each doubtful label."""
    return rx.rows(_all_doubts)


def put_doubt(tx: Tx, doubt_id: str, item_id: str, kind: str, state: str) -> None:
    """Keep the newest word about a doubtful label; earlier ones live on in the events."""
    row = {"id": doubt_id, "item_id": item_id, "kind": kind, "state": state}
    if not tx.insert_new(doubts, {**row, "decided_by": tx.actor.id, "decided_at_us": tx.now_us}):
        tx.change(_change_doubt, doubt=doubt_id, new_state=state, by=tx.actor.id, at=tx.now_us)
