"""Batches: made, opened and closed, counted; tasks turned to gold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assay.queue.model import Batch, BatchPolicy, Task
from assay.queue.store.parts import batch_closed, in_order
from assay.queue.store.rows import batch_of, policy_from, task_of
from assay.queue.store.tables import assignments, batches, places, tasks
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT

_batches = sa.select(batches).where(batches.c.project_id == PROJECT).order_by(batches.c.id.desc())
_batch = sa.select(batches).where(batches.c.project_id == PROJECT, batches.c.id == sa.bindparam("batch"))
_batch_counts = (
    sa.select(
        tasks.c.batch_id,
        sa.func.count().label("n_tasks"),
        sa.func.sum(sa.case((tasks.c.kind == "work", tasks.c.overlap), else_=0)).label("n_wanted"),
        sa.func.sum(sa.case((tasks.c.kind == "work", tasks.c.n_submitted), else_=0)).label("n_answers"),
        sa.func.sum(sa.case((tasks.c.state.in_(("done", "model")), 1), else_=0)).label("n_done"),
        sa.func.sum(sa.case((tasks.c.kind == "gold", 1), else_=0)).label("n_gold"),
    )
    .where(tasks.c.project_id == PROJECT)
    .group_by(tasks.c.batch_id)
)
_set_batch_state = (
    sa.update(batches)
    .where(batches.c.project_id == PROJECT, batches.c.id == sa.bindparam("batch"))
    .values(state=sa.bindparam("new_state"))
)
_close_tasks = (
    sa.update(tasks)
    .where(
        tasks.c.project_id == PROJECT, tasks.c.batch_id == sa.bindparam("batch"), tasks.c.state.in_(("open", "full"))
    )
    .values(state="closed")
)
_open_tasks = (
    sa.update(tasks)
    .where(tasks.c.project_id == PROJECT, tasks.c.batch_id == sa.bindparam("batch"), tasks.c.state == "closed")
    .values(state=sa.case((tasks.c.n_taken >= tasks.c.overlap, "full"), else_="open"))
)
_rewind = sa.update(places).where(places.c.project_id == PROJECT, places.c.user_id.in_(in_order())).values(rank=-1)
_tasks_of_items = (
    sa.select(tasks)
    .where(tasks.c.project_id == PROJECT, tasks.c.item_id.in_(sa.bindparam("items", expanding=True)))
    .order_by(tasks.c.item_id, tasks.c.batch_id)
)
_make_gold = (
    sa.update(tasks)
    .where(tasks.c.project_id == PROJECT, tasks.c.item_id == sa.bindparam("item"), tasks.c.kind.in_(("work", "gold")))
    .values(
        kind="gold",
        overlap=sa.bindparam("cap"),
        state=sa.case((batch_closed, "closed"), (tasks.c.n_taken >= sa.bindparam("cap"), "full"), else_="open"),
    )
)
_end_gold = (
    sa.update(tasks)
    .where(tasks.c.project_id == PROJECT, tasks.c.item_id == sa.bindparam("item"), tasks.c.kind == "gold")
    .values(state="retired")
)


def add_batch(tx: Tx, batch: Batch, rows: Sequence[Task], policy_json: str, policy_version: int) -> None:
    """Keep a batch and its tasks."""
    tx.insert(
        batches,
        {
            "id": batch.id,
            "name": batch.name,
            "state": batch.state,
            "practice": batch.practice,
            "round": batch.round_no,
            "policy": policy_json,
            "policy_version": policy_version,
            "n_tasks": len(rows),
            "created_by": tx.actor.id,
            "created_at_us": batch.created_at_us,
        },
    )
    tx.insert(
        tasks,
        [
            {
                "id": t.id,
                "batch_id": batch.id,
                "item_id": t.item_id,
                "width_px": t.width_px,
                "height_px": t.height_px,
                "kind": t.kind.value,
                "state": "open",
                "overlap": t.overlap,
                "n_taken": 0,
                "n_submitted": 0,
                "rank": t.rank,
            }
            for t in rows
        ],
    )


def all_batches(rx: Rx) -> list[Any]:
    """Every batch row, newest first."""
    return rx.rows(_batches)


def find_batch(rx: Rx, batch_id: str) -> Batch | None:
    """One batch."""
    row = rx.first(_batch, batch=batch_id)
    return None if row is None else batch_of(row)


def batch_counts(rx: Rx) -> dict[str, Any]:
    """Counts of tasks and answers by batch. Reads every task of the project: for kept measures, not for pages."""
    return {row.batch_id: row for row in rx.rows(_batch_counts)}


def set_batch_state(tx: Tx, batch_id: str, state: str) -> None:
    """Open or close a batch with its tasks."""
    tx.change(_set_batch_state, batch=batch_id, new_state=state)
    tx.change(_rewind)
    tx.change(_close_tasks if state == "closed" else _open_tasks, batch=batch_id)


def rewind_places(tx: Tx) -> None:
    """Let everybody search from the front again, since tasks were added."""
    tx.change(_rewind)


def turn_to_gold(tx: Tx, item_id: str, cap: int) -> None:
    """From now on this item is shown as gold."""
    tx.change(_rewind)
    tx.change(_make_gold, item=item_id, cap=cap)


def end_gold(tx: Tx, item_id: str) -> None:
    """This gold is not shown again."""
    tx.change(_end_gold, item=item_id)


def tasks_of_items(rx: Rx, item_ids: Sequence[str]) -> dict[str, list[Task]]:
    """The tasks on each of these items, of every batch; an empty list where there is none."""
    found: dict[str, list[Task]] = {item: [] for item in item_ids}
    for row in rx.rows(_tasks_of_items, items=list(item_ids)):
        found[row.item_id].append(task_of(row))
    return found


def policy_of(rx: Rx, batch_id: str) -> BatchPolicy:
    """The policy of one batch."""
    row = rx.first(_batch, batch=batch_id)
    return BatchPolicy() if row is None else policy_from(row.policy)


_batched = (
    sa.select(tasks.c.item_id)
    .join(batches, sa.and_(batches.c.project_id == tasks.c.project_id, batches.c.id == tasks.c.batch_id))
    .where(tasks.c.project_id == PROJECT, batches.c.practice.is_(False))
)


def batched_items(rx: Rx) -> set[str]:
    """Items that are in a batch other than practice. Reads every task: for making batches, not for pages."""
    return {row.item_id for row in rx.rows(_batched)}


_practice_tasks = sa.select(sa.func.count()).where(tasks.c.project_id == PROJECT, tasks.c.kind == "practice")
_practice_done = sa.select(sa.func.count()).where(
    assignments.c.project_id == PROJECT,
    assignments.c.user_id == sa.bindparam("user"),
    assignments.c.state == "submitted",
    assignments.c.kind == "practice",
)


def count_practice(rx: Rx, user_id: str | None = None) -> int:
    """Pictures of the practice round, or those this person has done."""
    value = rx.value(_practice_tasks) if user_id is None else rx.value(_practice_done, user=user_id)
    return value or 0
