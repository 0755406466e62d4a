"""Requests for a training: their table and queries."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from assay.kernel.estimate import Estimate
from assay.models.retraining.model import UNDECIDED, Retraining, RetrainingState, Trigger
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT, identifier, instant, metadata, project_id

retrainings = sa.Table(
    "retrainings",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("diagnosis_id"),
    sa.Column("cause", sa.String(16), nullable=False),  # covariate, concept
    sa.Column("from_drop", sa.Float, nullable=False),
    sa.Column("act", sa.String(16), nullable=False),  # propose, start
    sa.Column("size", sa.Float, nullable=False),
    sa.Column("size_low", sa.Float),
    sa.Column("size_high", sa.Float),
    sa.Column("size_n", sa.Integer, nullable=False),
    sa.Column("size_method", sa.String(64), nullable=False),
    sa.Column("rulebook_version", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # waiting, open, started, dismissed
    sa.Column("note", sa.Text, nullable=False),
    identifier("run_id", nullable=True),
    instant("created_at_us"),
    sa.Column("decided_by", sa.String(64)),
    instant("decided_at_us", nullable=True),
    sa.UniqueConstraint("project_id", "diagnosis_id"),
    sa.Index("ix_retrainings_project", "project_id", "id"),
    sa.Index("ix_retrainings_state", "state", "project_id"),
)

_one = sa.select(retrainings).where(retrainings.c.project_id == PROJECT, retrainings.c.id == sa.bindparam("wanted"))
_lock = _one.with_for_update()
_page = (
    sa.select(retrainings)
    .where(retrainings.c.project_id == PROJECT, retrainings.c.id < sa.bindparam("before"))
    .order_by(retrainings.c.id.desc())
    .limit(sa.bindparam("most"))
)
_undecided = (
    sa.select(retrainings)
    .where(retrainings.c.project_id == PROJECT, retrainings.c.state.in_([s.value for s in UNDECIDED]))
    .order_by(retrainings.c.id)
)
_waiting = (
    sa.select(retrainings.c.project_id, retrainings.c.id)
    .where(retrainings.c.state == RetrainingState.WAITING.value)
    .order_by(retrainings.c.id)
)
_move = (
    sa.update(retrainings)
    .where(
        retrainings.c.project_id == PROJECT,
        retrainings.c.id == sa.bindparam("wanted"),
        retrainings.c.state == sa.bindparam("before"),
    )
    .values(
        state=sa.bindparam("after"),
        note=sa.bindparam("new_note"),
        run_id=sa.bindparam("run"),
        decided_by=sa.bindparam("who"),
        decided_at_us=sa.bindparam("decided"),
    )
)


def add_retraining(tx: Tx, new: Retraining) -> bool:
    """Keep a request; False when its diagnosis has one."""
    size = new.trigger.size
    return tx.insert_new(
        retrainings,
        {
            "id": new.id,
            "diagnosis_id": new.diagnosis_id,
            "cause": new.trigger.cause,
            "from_drop": new.trigger.drop,
            "act": new.trigger.act,
            "size": size.value,
            "size_low": size.low,
            "size_high": size.high,
            "size_n": size.n,
            "size_method": size.method,
            "rulebook_version": new.rulebook_version,
            "reason": new.reason,
            "state": new.state.value,
            "note": new.note,
            "created_at_us": new.created_at_us,
        },
    )


def find_retraining(rx: Rx, retraining_id: str) -> Retraining | None:
    """One request."""
    row = rx.first(_one, wanted=retraining_id)
    return None if row is None else _read(row)


def lock_retraining(tx: Tx, retraining_id: str) -> Retraining | None:
    """One request, that nobody else decides until this transaction has ended."""
    row = tx.first(_lock, wanted=retraining_id)  # SQLite has one writer and leaves FOR UPDATE out
    return None if row is None else _read(row)


def retrainings_before(rx: Rx, before: str, n: int) -> list[Retraining]:
    """A page of requests, newest first; `before` is the last one's id, `g` for the first page."""
    return [_read(row) for row in rx.rows(_page, before=before, most=n)]


def undecided(rx: Rx) -> list[Retraining]:
    """Requests that nobody has decided, oldest first."""
    return [_read(row) for row in rx.rows(_undecided)]


def waiting_retrainings(rx: Rx) -> list[tuple[str, str]]:
    """Project and id of every request that begins by itself, over all projects."""
    return [(row.project_id, row.id) for row in rx.rows(_waiting)]


def move(tx: Tx, held: Retraining, state: RetrainingState, note: str, run_id: str | None, who: str | None) -> None:
    """Bring a locked request into another state."""
    decided = None if state in UNDECIDED else tx.now_us
    tx.change(
        _move,
        wanted=held.id,
        before=held.state.value,
        after=state.value,
        new_note=note,
        run=run_id,
        who=who,
        decided=decided,
    )


def _read(row: Any) -> Retraining:  # noqa: ANN401 - a database row
    size = Estimate(row.size, row.size_low, row.size_high, row.size_n, row.size_n, row.size_method)
    return Retraining(
        id=row.id,
        diagnosis_id=row.diagnosis_id,
        trigger=Trigger(row.cause, row.from_drop, row.act, size),
        rulebook_version=row.rulebook_version,
        reason=row.reason,
        state=RetrainingState(row.state),
        note=row.note,
        run_id=row.run_id,
        created_at_us=row.created_at_us,
        decided_by=row.decided_by,
        decided_at_us=row.decided_at_us,
    )
