"""What several statements of the queue have in common."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from assay.queue.store.tables import assignments, batches, places, tasks
from assay.storage.tables import PROJECT

with_task = sa.select(assignments, tasks.c.width_px, tasks.c.height_px, tasks.c.n_taken, tasks.c.overlap).join(
    tasks, sa.and_(tasks.c.project_id == assignments.c.project_id, tasks.c.id == assignments.c.task_id)
)
IN_HAND = sa.text("assignments.state IN ('leased', 'lapsed')")
"""In the words of the index `ix_assignments_in_hand`; with parameters in it, a database could not tell."""
batch_closed = sa.exists(
    sa.select(batches.c.id).where(
        batches.c.project_id == tasks.c.project_id, batches.c.id == tasks.c.batch_id, batches.c.state == "closed"
    )
)


def in_order(*conditions: sa.ColumnElement[bool]) -> Any:  # noqa: ANN401 - a subquery
    """People whose places change, locked in one order, so that two changes never wait for each other."""
    query = sa.select(places.c.user_id).where(places.c.project_id == PROJECT, *conditions)
    return query.order_by(places.c.user_id, places.c.kind).with_for_update()
