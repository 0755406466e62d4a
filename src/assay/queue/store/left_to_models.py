"""Tasks that a certified model answers."""

from __future__ import annotations

import sqlalchemy as sa

from assay.queue.model import Task
from assay.queue.store.batching import rewind_places
from assay.queue.store.rows import task_of
from assay.queue.store.tables import batches, tasks
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT

_untouched = (
    sa.select(tasks)
    .join(batches, sa.and_(batches.c.project_id == tasks.c.project_id, batches.c.id == tasks.c.batch_id))
    .where(
        tasks.c.project_id == PROJECT,
        tasks.c.kind == "work",
        tasks.c.state == "open",
        tasks.c.n_taken == 0,
        batches.c.state == "open",
        batches.c.practice.is_(False),
    )
    .order_by(tasks.c.item_id, tasks.c.batch_id)
)
_leave_to_model = (
    sa.update(tasks)
    .where(
        tasks.c.project_id == PROJECT,
        tasks.c.id == sa.bindparam("task"),
        tasks.c.kind == "work",
        tasks.c.state == "open",
        tasks.c.n_taken == 0,
    )
    .values(state="model")
)
_wanted_again = (
    sa.update(tasks)
    .where(tasks.c.project_id == PROJECT, tasks.c.id == sa.bindparam("task"), tasks.c.state == "model")
    .values(state="open")
)


def untouched_tasks(rx: Rx) -> list[Task]:
    """Ordinary tasks that nobody has begun, of open batches."""
    return [task_of(row) for row in rx.rows(_untouched)]


def leave_to_model(tx: Tx, task_id: str) -> bool:
    """Ask nobody about it, since a certified model answers; False when somebody has begun it."""
    return tx.change(_leave_to_model, task=task_id) == 1


def wanted_again(tx: Tx, task_id: str) -> bool:
    """Ask people about it after all; False when it was not left to a model."""
    if tx.change(_wanted_again, task=task_id) != 1:
        return False
    rewind_places(tx)
    return True
