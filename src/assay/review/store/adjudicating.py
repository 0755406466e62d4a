"""Adjudications: the next one, held, settled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from assay.review.model import Adjudication
from assay.review.store.tables import adjudications
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT

_next_adjudication = (
    sa.select(adjudications)
    .where(
        adjudications.c.project_id == PROJECT,
        adjudications.c.state == "open",
        sa.or_(
            adjudications.c.held_until_us.is_(None),
            adjudications.c.held_until_us < sa.bindparam("now"),
            adjudications.c.held_by == sa.bindparam("expert"),
        ),
        sa.tuple_(adjudications.c.mean_iou, adjudications.c.id)
        > sa.tuple_(sa.bindparam("after_iou"), sa.bindparam("after_id")),
    )
    .order_by(adjudications.c.mean_iou, adjudications.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_adjudication = sa.select(adjudications).where(
    adjudications.c.project_id == PROJECT, adjudications.c.id == sa.bindparam("adjudication")
)
_adjudication_of = sa.select(adjudications).where(
    adjudications.c.project_id == PROJECT,
    adjudications.c.item_id == sa.bindparam("item"),
    adjudications.c.batch_id == sa.bindparam("batch"),
    adjudications.c.state != "cancelled",
)
_hold_adjudication = (
    sa.update(adjudications)
    .where(adjudications.c.project_id == PROJECT, adjudications.c.id == sa.bindparam("adjudication"))
    .values(held_by=sa.bindparam("by"), held_until_us=sa.bindparam("until"))
)
_set_adjudication = (
    sa.update(adjudications)
    .where(
        adjudications.c.project_id == PROJECT,
        adjudications.c.id == sa.bindparam("adjudication"),
        adjudications.c.state.in_(("open", "waiting")),
    )
    .values(state=sa.bindparam("new_state"), mean_iou=sa.bindparam("iou"), f1=sa.bindparam("new_f1"))
)
_settle = (
    sa.update(adjudications)
    .where(
        adjudications.c.project_id == PROJECT,
        adjudications.c.id == sa.bindparam("adjudication"),
        adjudications.c.state == "open",
    )
    .values(
        state="settled",
        settled_by=sa.bindparam("by"),
        settlement_id=sa.bindparam("submission"),
        note=sa.bindparam("text_"),
        seconds=sa.bindparam("spent"),
        settled_at_us=sa.bindparam("at"),
    )
)
_adjudication_states = (
    sa.select(adjudications.c.state, sa.func.count().label("n"))
    .where(adjudications.c.project_id == PROJECT)
    .group_by(adjudications.c.state)
)
_adjudication_page = (
    sa.select(adjudications)
    .where(
        adjudications.c.project_id == PROJECT,
        adjudications.c.state == sa.bindparam("state_"),
        adjudications.c.id > sa.bindparam("after"),
    )
    .order_by(adjudications.c.id)
    .limit(sa.bindparam("most"))
)


def open_adjudications(tx: Tx, expert_id: str) -> Iterator[Adjudication]:
    """Open disputes nobody else holds or is taking at this moment, the worst first, read one by one."""
    after = (-1.0, "")
    while True:
        row = tx.first(_next_adjudication, expert=expert_id, now=tx.now_us, after_iou=after[0], after_id=after[1])
        if row is None:
            return
        after = (row.mean_iou, row.id)
        yield _adjudication_row(row)


def find_adjudication(rx: Rx, adjudication_id: str) -> Adjudication | None:
    """One dispute."""
    row = rx.first(_adjudication, adjudication=adjudication_id)
    return None if row is None else _adjudication_row(row)


def adjudication_of(rx: Rx, item_id: str, batch_id: str) -> Adjudication | None:
    """The dispute over an item, unless it was cancelled."""
    row = rx.first(_adjudication_of, item=item_id, batch=batch_id)
    return None if row is None else _adjudication_row(row)


def add_adjudication(tx: Tx, value: Adjudication) -> None:
    """Ask an expert to settle an item."""
    tx.insert(adjudications, {k: v for k, v in asdict(value).items() if k != "seconds"})


def hold_adjudication(tx: Tx, adjudication_id: str, until_us: int) -> None:
    """Hold it for the caller."""
    tx.change(_hold_adjudication, adjudication=adjudication_id, by=tx.actor.id, until=until_us)


def set_adjudication(tx: Tx, adjudication_id: str, state: str, mean_iou: float, f1: float) -> None:
    """Open it, let it wait, or cancel it; a settled one stays settled."""
    tx.change(_set_adjudication, adjudication=adjudication_id, new_state=state, iou=mean_iou, new_f1=f1)


def settle_adjudication(tx: Tx, adjudication_id: str, submission_id: str, note: str | None, seconds: float) -> bool:
    """Keep the expert's answer; False when it is not open."""
    changed = tx.change(
        _settle,
        adjudication=adjudication_id,
        by=tx.actor.id,
        submission=submission_id,
        text_=note,
        spent=seconds,
        at=tx.now_us,
    )
    return changed == 1


def adjudication_states(rx: Rx) -> dict[str, int]:
    """How many disputes are in each state."""
    return {row.state: row.n for row in rx.rows(_adjudication_states)}


def adjudications_after(rx: Rx, state: str, after: str, limit: int) -> list[Adjudication]:
    """A page of disputes."""
    return [_adjudication_row(row) for row in rx.rows(_adjudication_page, state_=state, after=after, most=limit)]


def _adjudication_row(row: Any) -> Adjudication:  # noqa: ANN401 - a database row
    return Adjudication(
        id=row.id,
        item_id=row.item_id,
        batch_id=row.batch_id,
        state=row.state,
        mean_iou=row.mean_iou,
        f1=row.f1,
        held_by=row.held_by,
        held_until_us=row.held_until_us,
        settled_by=row.settled_by,
        settlement_id=row.settlement_id,
        note=row.note,
        created_at_us=row.created_at_us,
        settled_at_us=row.settled_at_us,
    )
