"""Assignments: held, finished, lapsed, taken back."""

from __future__ import annotations

import sqlalchemy as sa

from assay.queue.model import Assignment, AssignmentState
from assay.queue.store.parts import IN_HAND, batch_closed, in_order, with_task
from assay.queue.store.rows import assignment_of
from assay.queue.store.tables import assignments, places, tasks
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT

_assignment_by_id = with_task.where(assignments.c.project_id == PROJECT, assignments.c.id == sa.bindparam("assignment"))
_assignment_held = _assignment_by_id.with_for_update(of=assignments)
_set_lease = (
    sa.update(assignments)
    .where(
        assignments.c.project_id == PROJECT,
        assignments.c.id == sa.bindparam("assignment"),
        IN_HAND,
    )
    .values(state="leased", lease_until_us=sa.bindparam("until"))
)
_finish = (
    sa.update(assignments)
    .where(
        assignments.c.project_id == PROJECT,
        assignments.c.id == sa.bindparam("assignment"),
        IN_HAND,
    )
    .values(
        state=sa.bindparam("new_state"),
        submitted_at_us=sa.bindparam("at"),
        submission_id=sa.bindparam("submission"),
        n_marks=sa.bindparam("marks"),
        reason=sa.bindparam("why"),
    )
)
_answered = (
    sa.update(tasks)
    .where(tasks.c.project_id == PROJECT, tasks.c.id == sa.bindparam("task"))
    .values(
        n_submitted=tasks.c.n_submitted + 1,
        state=sa.case((tasks.c.n_submitted + 1 >= tasks.c.overlap, "done"), else_=tasks.c.state),
    )
    .returning(tasks.c.state)
)
_free = (
    sa.update(tasks)
    .where(tasks.c.project_id == PROJECT, tasks.c.id == sa.bindparam("task"))
    .values(
        n_taken=tasks.c.n_taken - 1,
        n_submitted=tasks.c.n_submitted - sa.bindparam("answers"),
        state=sa.case((tasks.c.state == "retired", "retired"), (batch_closed, "closed"), else_="open"),
    )
)
_rank_of = sa.select(tasks.c.rank, tasks.c.kind).where(
    tasks.c.project_id == PROJECT, tasks.c.id == sa.bindparam("task")
)


_behind = (places.c.kind == sa.bindparam("kind_"), places.c.rank >= sa.bindparam("rank_"))
_step_back = (
    sa.update(places)
    .where(places.c.project_id == PROJECT, *_behind, places.c.user_id.in_(in_order(*_behind)))
    .values(rank=sa.bindparam("rank_") - 1)
)
_lapsed = (
    sa.select(assignments.c.project_id, assignments.c.id, assignments.c.task_id, assignments.c.user_id)
    .where(assignments.c.state == "leased", assignments.c.lease_until_us < sa.bindparam("now"))
    .limit(500)
)
_lapse = (
    sa.update(assignments)
    .where(
        assignments.c.project_id == PROJECT,
        assignments.c.id == sa.bindparam("assignment"),
        assignments.c.state == "leased",
        assignments.c.lease_until_us < sa.bindparam("now"),
    )
    .values(state=sa.bindparam("new_state"))
)
_leased_to = (
    sa.select(assignments.c.id, assignments.c.task_id)
    .where(
        assignments.c.project_id == PROJECT,
        assignments.c.user_id == sa.bindparam("user"),
        IN_HAND,
        assignments.c.state == "leased",
    )
    .with_for_update()
)
_history = (
    with_task.where(
        assignments.c.project_id == PROJECT,
        assignments.c.user_id == sa.bindparam("user"),
        sa.tuple_(assignments.c.leased_at_us, assignments.c.id)
        < sa.tuple_(sa.bindparam("before_us"), sa.bindparam("before_id")),
    )
    .order_by(assignments.c.leased_at_us.desc(), assignments.c.id.desc())
    .limit(sa.bindparam("most"))
)


def find_assignment(rx: Rx, assignment_id: str) -> tuple[Assignment, bool] | None:
    """An assignment, with whether its task has a free slot; inside a write nobody else changes it meanwhile."""
    row = rx.first(_assignment_held if isinstance(rx, Tx) else _assignment_by_id, assignment=assignment_id)
    return None if row is None else (assignment_of(row), row.n_taken < row.overlap)


def set_lease(tx: Tx, assignment_id: str, until_us: int) -> None:
    """Hold an assignment until then."""
    tx.change(_set_lease, assignment=assignment_id, until=until_us)


def finish_assignment(
    tx: Tx,
    assignment_id: str,
    state: AssignmentState,
    *,
    submission_id: str | None,
    n_marks: int | None,
    reason: str | None,
) -> None:
    """Close an assignment, which the caller has locked, with its answer or the reason there is none."""
    tx.change_last(
        _finish,
        assignment=assignment_id,
        new_state=state.value,
        at=tx.now_us,
        submission=submission_id,
        marks=n_marks,
        why=reason,
    )


def count_answer(tx: Tx, task_id: str) -> bool:
    """Count one more answer; returns whether the task has all it wants."""
    return bool(tx.returning(_answered, task=task_id)[0].state == "done")


def free_slot(tx: Tx, task_id: str, *, answered: bool) -> None:
    """Give a slot back and let everybody whose search has passed this task find it again.

    Places are changed before the task, as in a claim, so that the two never wait for each other.
    """
    place = tx.first(_rank_of, task=task_id)
    if place is not None:
        tx.change(_step_back, kind_=place.kind, rank_=place.rank)
        tx.change(_free, task=task_id, answers=int(answered))


def lapsed_leases(rx: Rx, now_us: int) -> list[tuple[str, str, str, str]]:
    """Leases that ran out in any project: project, assignment, task, user."""
    return [tuple(row) for row in rx.rows(_lapsed, now=now_us)]


def end_lease(tx: Tx, assignment_id: str, state: AssignmentState, *, before_us: int) -> bool:
    """End a lease that ran out before then; False when it was renewed or finished meanwhile."""
    return tx.change(_lapse, assignment=assignment_id, now=before_us, new_state=state.value) == 1


def leased_to(tx: Tx, user_id: str) -> list[tuple[str, str]]:
    """What this person holds: assignment and task; nobody else ends them meanwhile."""
    return [(row.id, row.task_id) for row in tx.rows(_leased_to, user=user_id)]


def history_of(rx: Rx, user_id: str, *, before: tuple[int, str], limit: int) -> list[Assignment]:
    """This person's assignments, newest first, from the one leased before that instant (and id) on."""
    rows = rx.rows(_history, user=user_id, before_us=before[0], before_id=before[1], most=limit)
    return [assignment_of(row) for row in rows]


_done_with = sa.select(assignments.c.user_id).where(
    assignments.c.project_id == PROJECT,
    assignments.c.item_id == sa.bindparam("item"),
    assignments.c.state.in_(("submitted", "skipped", "returned")),
)


_given_back = (
    sa.select(assignments.c.id)
    .where(
        assignments.c.project_id == PROJECT,
        assignments.c.item_id == sa.bindparam("item"),
        assignments.c.state.in_(("skipped", "returned")),
    )
    .limit(1)
)


def is_given_back(rx: Rx, item_id: str) -> bool:
    """Whether somebody gave this item back, who will not be given it again."""
    return rx.first(_given_back, item=item_id) is not None


def people_done_with(rx: Rx, item_id: str) -> set[str]:
    """Everybody who answered this item or gave it back, and will not be given it again."""
    return {row.user_id for row in rx.rows(_done_with, item=item_id)}
