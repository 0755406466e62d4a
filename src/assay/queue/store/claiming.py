"""What a claim runs; every query is one index look-up."""

from __future__ import annotations

import sqlalchemy as sa

from assay.guidelines import newest_guideline_version
from assay.labels import newest_schema_version
from assay.queue.model import Assignment, Desk, Kind, Place, Task
from assay.queue.rules import day_of
from assay.queue.store.parts import IN_HAND, with_task
from assay.queue.store.rows import assignment_of, policy_from, task_of
from assay.queue.store.tables import assignments, batches, places, tasks
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT

_held = (
    with_task.where(
        assignments.c.project_id == PROJECT,
        assignments.c.user_id == sa.bindparam("user"),
        IN_HAND,
        tasks.c.state != "closed",
        tasks.c.state != "retired",
    )
    .order_by(assignments.c.leased_at_us)
    .limit(20)
    .with_for_update(of=assignments)
)
_newest = (
    sa.select(batches.c.id)
    .where(batches.c.project_id == PROJECT, batches.c.state == "open", batches.c.practice.is_(False))
    .order_by(batches.c.id.desc())
    .limit(1)
    .correlate(None)
    .scalar_subquery()
)
_holds = (
    sa.select(assignments.c.id)
    .join(tasks, sa.and_(tasks.c.project_id == assignments.c.project_id, tasks.c.id == assignments.c.task_id))
    .where(
        assignments.c.project_id == PROJECT,
        assignments.c.user_id == sa.bindparam("user"),
        IN_HAND,
        tasks.c.state != "closed",
        tasks.c.state != "retired",
    )
    .limit(1)
    .offset(sa.bindparam("besides"))
    .correlate(None)
    .scalar_subquery()
)
# One statement for everything a claim has to know; inside a write, two claims of one person come one by one.
_desk = (
    sa.select(
        places,
        _holds.label("holds"),
        batches.c.id.label("batch_id"),
        batches.c.policy,
        newest_schema_version.label("schema_version"),
        newest_guideline_version.label("guideline_version"),
    )
    .outerjoin(batches, sa.and_(batches.c.project_id == places.c.project_id, batches.c.id == _newest))
    .where(places.c.project_id == PROJECT, places.c.user_id == sa.bindparam("user"))
)
_desk_held = _desk.with_for_update(of=places)
_met = sa.exists(
    sa.select(assignments.c.id).where(
        assignments.c.project_id == tasks.c.project_id,
        assignments.c.item_id == tasks.c.item_id,
        assignments.c.user_id == sa.bindparam("user"),
        assignments.c.round == sa.bindparam("round"),
    )
)
_next_id = (
    sa.select(tasks.c.id)
    .where(
        tasks.c.project_id == PROJECT,
        tasks.c.kind == sa.bindparam("kind_"),
        tasks.c.state == "open",
        tasks.c.rank > sa.bindparam("after"),
        ~_met,
    )
    .order_by(tasks.c.rank)
    .limit(1)
)
_take = {
    dialect: sa.update(tasks)
    .where(tasks.c.project_id == PROJECT, tasks.c.id == (query.scalar_subquery()))
    .values(n_taken=tasks.c.n_taken + 1, state=sa.case((tasks.c.n_taken + 1 >= tasks.c.overlap, "full"), else_="open"))
    .returning(tasks)
    for dialect, query in (
        ("sqlite", _next_id),
        ("postgresql", _next_id.with_for_update(skip_locked=True)),
        ("postgresql, patient", _next_id.with_for_update()),
    )
}
PATIENCE = 3
"""Tries of a patient search on PostgreSQL: a row that somebody filled while we waited ends a try with nothing."""
_retake = (
    sa.update(tasks)
    .where(
        tasks.c.project_id == PROJECT,
        tasks.c.id == sa.bindparam("task"),
        tasks.c.n_taken < tasks.c.overlap,
        tasks.c.state == "open",
    )
    .values(n_taken=tasks.c.n_taken + 1, state=sa.case((tasks.c.n_taken + 1 >= tasks.c.overlap, "full"), else_="open"))
)


def held_by(tx: Tx, user_id: str) -> list[tuple[Assignment, bool]]:
    """This person's unfinished assignments, oldest first, each with whether its task has a free slot; locks them."""
    return [(assignment_of(row), row.n_taken < row.overlap) for row in tx.rows(_held, user=user_id)]


def desk_of(rx: Rx, user_id: str, *, besides: int = 0) -> Desk:
    """Where this person has got to, by kind of task, the newest batch, and whether they hold more than `besides`."""
    rows = rx.rows(_desk_held if isinstance(rx, Tx) else _desk, user=user_id, besides=besides)
    places = {
        Kind(row.kind): Place(row.rank, row.n_claimed, row.salt, row.wrapped_at_us, row.day, row.n_today)
        for row in rows
    }
    if not rows:
        return Desk(places, None, None, 0, 0, holds=False)
    first = rows[0]
    policy = None if first.batch_id is None else policy_from(first.policy)
    versions = (first.schema_version or 0, first.guideline_version or 0)
    return Desk(places, first.batch_id, policy, *versions, holds=first.holds is not None)


def take_next(tx: Tx, user_id: str, kind: Kind, *, after: int, patient: bool) -> Task | None:
    """Take a slot of the next open task that this person has not met; None when there is none behind `after`.

    Args:
        tx: the claim.
        user_id: who asks.
        kind: work, gold or practice.
        after: rank of the task they were given last.
        patient: wait for tasks that others are taking at this moment, instead of passing them over.
    """
    waits = patient and tx.dialect == "postgresql"
    take = _take["postgresql, patient" if waits else tx.dialect]
    for _ in range(PATIENCE if waits else 1):
        found = tx.returning(take, user=user_id, kind_=kind.value, after=after, round=0)
        if found:
            return task_of(found[0])
    return None


def retake(tx: Tx, task_id: str) -> bool:
    """Take a slot of this task again, when one is free."""
    return tx.change(_retake, task=task_id) == 1


def add_assignment(tx: Tx, assignment: Assignment) -> None:
    """Keep a fresh assignment."""
    tx.insert_last(
        assignments,
        {
            "id": assignment.id,
            "task_id": assignment.task_id,
            "batch_id": assignment.batch_id,
            "item_id": assignment.item_id,
            "user_id": assignment.user_id,
            "round": assignment.round_no,
            "kind": assignment.kind.value,
            "state": assignment.state.value,
            "leased_at_us": assignment.leased_at_us,
            "lease_until_us": assignment.lease_until_us,
            "schema_version": assignment.schema_version,
            "guideline_version": assignment.guideline_version,
        },
    )


_move = (
    sa.update(places)
    .where(
        places.c.project_id == PROJECT, places.c.user_id == sa.bindparam("user"), places.c.kind == sa.bindparam("kind_")
    )
    .values(
        rank=sa.bindparam("new_rank"),
        n_claimed=places.c.n_claimed + sa.bindparam("more"),
        wrapped_at_us=sa.bindparam("new_wrapped"),
        day=sa.bindparam("today"),
        n_today=sa.case((places.c.day == sa.bindparam("today"), places.c.n_today), else_=0) + sa.bindparam("more"),
    )
)
_give_back = (
    sa.update(places)
    .where(
        places.c.project_id == PROJECT,
        places.c.user_id == sa.bindparam("user"),
        places.c.kind == sa.bindparam("kind_"),
        places.c.day == sa.bindparam("today"),
    )
    .values(n_today=places.c.n_today - 1)
)


def open_place(tx: Tx, user_id: str, kind: Kind, salt: str) -> None:
    """Begin at the front; keeps what is there when two claims of one person meet."""
    tx.insert_new(places, {"user_id": user_id, "kind": kind.value, "rank": -1, "n_claimed": 0, "salt": salt})


def move_place(tx: Tx, user_id: str, kind: Kind, *, rank: int, more: int, wrapped_at_us: int | None) -> None:
    """Remember where this person has got to."""
    today = day_of(tx.now_us)
    tx.change_last(
        _move, user=user_id, kind_=kind.value, new_rank=rank, more=more, new_wrapped=wrapped_at_us, today=today
    )


def give_back(tx: Tx, user_id: str, kind: Kind) -> None:
    """Count a task that was given back unanswered as not done today."""
    tx.change(_give_back, user=user_id, kind_=kind.value, today=day_of(tx.now_us))
