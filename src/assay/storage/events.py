"""The event table: audit log, outbox and integration feed in one; sealed into a Merkle log, followed by consumers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from assay.storage.tables import document, identifier, instant, metadata

NO_PROJECT = ""
"""Project of events that concern the organisation as a whole."""

_SEALED = sa.text("seq IS NOT NULL")
_UNSEALED = sa.text("seq IS NULL")

events = sa.Table(
    "events",
    metadata,
    identifier(primary_key=True),
    sa.Column("project_id", sa.String(32), nullable=False),
    instant("at_us"),
    sa.Column("actor_id", sa.String(64), nullable=False),
    sa.Column("actor_kind", sa.String(16), nullable=False),
    sa.Column("action", sa.String(64), nullable=False),
    sa.Column("subject", sa.String(96), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    document("body"),
    # Null until the sealer gives the event its place in the log.
    sa.Column("seq", sa.BigInteger),
    sa.Column("leaf", sa.String(64)),
    sa.Index("ix_events_seq", "seq", unique=True, sqlite_where=_SEALED, postgresql_where=_SEALED),
    sa.Index("ix_events_unsealed", "id", sqlite_where=_UNSEALED, postgresql_where=_UNSEALED),
    sa.Index(
        "ix_events_project_seq",
        "project_id",
        "seq",
        sqlite_where=_SEALED,
        postgresql_where=_SEALED,
    ),
    sa.Index("ix_events_project_subject", "project_id", "subject", "id"),
)

write_keys = sa.Table(
    "write_keys",
    metadata,
    sa.Column("project_id", sa.String(32), primary_key=True),
    sa.Column("key", sa.String(160), primary_key=True),
    instant("at_us"),
)

consumer_cursors = sa.Table(
    "consumer_cursors",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
    instant("at_us"),
)

log_heads = sa.Table(
    "log_heads",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),  # always 1: the current head
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("root", sa.String(64), nullable=False),
    document("frontier"),
    instant("at_us"),
)


@dataclass(frozen=True, slots=True)
class Event:
    """One change: who, what, when, why.

    Attributes:
        seq: place in the sealed log, from 0; None before the sealer came by.
        project_id: `NO_PROJECT` for the organisation as a whole.
        body: facts of the change; holds ids, never names or addresses of people.
    """

    id: str
    project_id: str
    at_us: int
    actor_id: str
    actor_kind: str
    action: str
    subject: str
    why: str
    body: dict[str, Any]
    seq: int | None = None


def leaf_value(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a database row
    """What an event's Merkle leaf is the hash of: every column a person can see."""
    return {
        "id": row.id,
        "project": row.project_id,
        "at_us": row.at_us,
        "actor": row.actor_id,
        "actor_kind": row.actor_kind,
        "action": row.action,
        "subject": row.subject,
        "why": row.why,
        "body": row.body,
    }


IMMUTABLE_EVENTS = {
    "sqlite": [
        "DROP TRIGGER IF EXISTS events_no_update",
        "DROP TRIGGER IF EXISTS events_no_delete",
        """CREATE TRIGGER events_no_update BEFORE UPDATE ON events
           WHEN OLD.seq IS NOT NULL OR NEW.id IS NOT OLD.id OR NEW.project_id IS NOT OLD.project_id
             OR NEW.at_us IS NOT OLD.at_us OR NEW.actor_id IS NOT OLD.actor_id OR NEW.actor_kind IS NOT OLD.actor_kind
             OR NEW.action IS NOT OLD.action OR NEW.subject IS NOT OLD.subject OR NEW.why IS NOT OLD.why
             OR NEW.body IS NOT OLD.body
           BEGIN SELECT RAISE(ABORT, 'events are never changed'); END""",
        """CREATE TRIGGER events_no_delete BEFORE DELETE ON events
           BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END""",
    ],
    "postgresql": [
        """CREATE OR REPLACE FUNCTION events_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN
             IF TG_OP <> 'UPDATE' THEN RAISE EXCEPTION 'events are never deleted'; END IF;
             IF OLD.seq IS NOT NULL OR (NEW.id, NEW.project_id, NEW.at_us, NEW.actor_id, NEW.actor_kind, NEW.action,
                 NEW.subject, NEW.why, NEW.body) IS DISTINCT FROM (OLD.id, OLD.project_id, OLD.at_us, OLD.actor_id,
                 OLD.actor_kind, OLD.action, OLD.subject, OLD.why, OLD.body)
             THEN RAISE EXCEPTION 'events are never changed'; END IF;
             RETURN NEW;
           END $$""",
        "DROP TRIGGER IF EXISTS events_no_change ON events",
        "DROP TRIGGER IF EXISTS events_no_truncate ON events",
        """CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE ON events
           FOR EACH ROW EXECUTE FUNCTION events_refuse()""",
        """CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events
           FOR EACH STATEMENT EXECUTE FUNCTION events_refuse()""",
    ],
}
