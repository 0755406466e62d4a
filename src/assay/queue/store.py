"""Batches, tasks, assignments: their tables and queries. Every query a claim runs is one index look-up."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assay.guidelines import newest_guideline_version
from assay.labels import newest_schema_version
from assay.queue.model import Assignment, AssignmentState, Batch, BatchPolicy, Desk, Draft, Kind, Place, Task
from assay.queue.rules import day_of
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT, document, identifier, instant, metadata, project_id

batches = sa.Table(
    "batches",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # open, closed
    sa.Column("practice", sa.Boolean, nullable=False, default=False),
    sa.Column("round", sa.Integer, nullable=False, default=0),  # a later round may show an item to somebody again
    document("policy"),
    sa.Column("policy_version", sa.Integer, nullable=False),
    sa.Column("n_tasks", sa.Integer, nullable=False, default=0),
    identifier("created_by"),
    instant("created_at_us"),
    sa.Index("ix_batches_project", "project_id", "id"),
)

tasks = sa.Table(
    "tasks",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("batch_id"),
    identifier("item_id"),
    sa.Column("width_px", sa.Integer, nullable=False),  # of the item, so that a claim needs no other table
    sa.Column("height_px", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),  # work, gold, practice
    # open: wants more people; full: all its slots are taken; done: all answers are in; closed: its batch is closed;
    # retired: gold that is shown no more
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("overlap", sa.Integer, nullable=False),
    sa.Column("n_taken", sa.Integer, nullable=False, default=0),  # leased or submitted
    sa.Column("n_submitted", sa.Integer, nullable=False, default=0),
    sa.Column("rank", sa.BigInteger, nullable=False),  # priority first, then a random place; lower comes first
    sa.UniqueConstraint("batch_id", "item_id"),
    sa.Index("ix_tasks_claim", "project_id", "kind", "state", "rank"),
    sa.Index("ix_tasks_item", "project_id", "item_id"),
    sa.Index("ix_tasks_batch_state", "project_id", "batch_id", "state"),
    # A task is changed twice by everybody who answers it: with room on its page, most of that touches no index.
    postgresql_with={"fillfactor": 60},
)

_OPEN = sa.text("state IN ('leased', 'lapsed')")

assignments = sa.Table(
    "assignments",
    metadata,
    identifier(primary_key=True),  # random: a time-ordered id would betray late gold
    project_id(),
    identifier("task_id"),
    identifier("batch_id"),
    identifier("item_id"),
    identifier("user_id"),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),  # leased, submitted, lapsed, skipped, returned
    instant("leased_at_us"),
    instant("lease_until_us"),
    instant("submitted_at_us", nullable=True),
    identifier("submission_id", nullable=True),
    sa.Column("n_marks", sa.Integer),
    sa.Column("reason", sa.Text),  # of a skip
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("guideline_version", sa.Integer, nullable=False),
    # Nobody gets the same item twice in one round.
    sa.UniqueConstraint("project_id", "item_id", "user_id", "round"),
    sa.Index("ix_assignments_user", "project_id", "user_id", "leased_at_us", "id"),
    # Only what is in somebody's hands: a person's history may be long, and a claim must not walk over it.
    sa.Index(
        "ix_assignments_in_hand", "project_id", "user_id", "leased_at_us", sqlite_where=_OPEN, postgresql_where=_OPEN
    ),
    sa.Index("ix_assignments_lapse", "state", "lease_until_us"),
    sa.Index("ix_assignments_task", "project_id", "task_id"),
)

drafts = sa.Table(
    "drafts",
    metadata,
    project_id(),
    identifier("assignment_id"),
    sa.Column("revision", sa.Integer, nullable=False),
    document("marks"),
    sa.Column("seconds", sa.Float, nullable=False),
    instant("saved_at_us"),
    sa.PrimaryKeyConstraint("assignment_id"),
)

# Where each person has got to, so that a claim never walks over what they have already done.
places = sa.Table(
    "places",
    metadata,
    project_id(),
    identifier("user_id"),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("rank", sa.BigInteger, nullable=False),  # the next task has a rank above this one
    sa.Column("n_claimed", sa.Integer, nullable=False, default=0),
    sa.Column("salt", sa.String(32), nullable=False),  # decides where in each block this person meets gold
    instant("wrapped_at_us", nullable=True),  # when a search over the whole queue found nothing
    sa.Column("day", sa.Integer, nullable=False, default=0),  # UTC days since 1970 of the last claim
    sa.Column("n_today", sa.Integer, nullable=False, default=0),  # tasks given on that day and not given back
    sa.PrimaryKeyConstraint("project_id", "user_id", "kind"),
)


# --- claiming -------------------------------------------------------------------------------------------------------

_with_task = sa.select(assignments, tasks.c.width_px, tasks.c.height_px, tasks.c.n_taken, tasks.c.overlap).join(
    tasks, sa.and_(tasks.c.project_id == assignments.c.project_id, tasks.c.id == assignments.c.task_id)
)
_IN_HAND = sa.text("assignments.state IN ('leased', 'lapsed')")
"""In the words of the index `ix_assignments_in_hand`; with parameters in it, a database could not tell."""
_held = (
    _with_task.where(
        assignments.c.project_id == PROJECT,
        assignments.c.user_id == sa.bindparam("user"),
        _IN_HAND,
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
        _IN_HAND,
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
    return [(_assignment(row), row.n_taken < row.overlap) for row in tx.rows(_held, user=user_id)]


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
    policy = None if first.batch_id is None else _policy(first.policy)
    versions = (first.schema_version or 0, first.guideline_version or 0)
    return Desk(places, first.batch_id, policy, *versions, holds=first.holds is not None)


@functools.lru_cache(maxsize=1024)
def _policy(text: str) -> BatchPolicy:
    """A batch's policy, which never changes, read once."""
    return BatchPolicy.from_json(text)


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


def policy_of(rx: Rx, batch_id: str) -> BatchPolicy:
    """The policy of one batch."""
    row = rx.first(_batch, batch=batch_id)
    return BatchPolicy() if row is None else _policy(row.policy)


# --- assignments ----------------------------------------------------------------------------------------------------

_assignment_by_id = _with_task.where(
    assignments.c.project_id == PROJECT, assignments.c.id == sa.bindparam("assignment")
)
_assignment_held = _assignment_by_id.with_for_update(of=assignments)
_set_lease = (
    sa.update(assignments)
    .where(
        assignments.c.project_id == PROJECT,
        assignments.c.id == sa.bindparam("assignment"),
        _IN_HAND,
    )
    .values(state="leased", lease_until_us=sa.bindparam("until"))
)
_finish = (
    sa.update(assignments)
    .where(
        assignments.c.project_id == PROJECT,
        assignments.c.id == sa.bindparam("assignment"),
        _IN_HAND,
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
_batch_closed = sa.exists(
    sa.select(batches.c.id).where(
        batches.c.project_id == tasks.c.project_id, batches.c.id == tasks.c.batch_id, batches.c.state == "closed"
    )
)
_free = (
    sa.update(tasks)
    .where(tasks.c.project_id == PROJECT, tasks.c.id == sa.bindparam("task"))
    .values(
        n_taken=tasks.c.n_taken - 1,
        n_submitted=tasks.c.n_submitted - sa.bindparam("answers"),
        state=sa.case((tasks.c.state == "retired", "retired"), (_batch_closed, "closed"), else_="open"),
    )
)
_rank_of = sa.select(tasks.c.rank, tasks.c.kind).where(
    tasks.c.project_id == PROJECT, tasks.c.id == sa.bindparam("task")
)


def _in_order(*conditions: sa.ColumnElement[bool]) -> Any:  # noqa: ANN401 - a subquery
    """People whose places change, locked in one order, so that two changes never wait for each other."""
    query = sa.select(places.c.user_id).where(places.c.project_id == PROJECT, *conditions)
    return query.order_by(places.c.user_id, places.c.kind).with_for_update()


_behind = (places.c.kind == sa.bindparam("kind_"), places.c.rank >= sa.bindparam("rank_"))
_step_back = (
    sa.update(places)
    .where(places.c.project_id == PROJECT, *_behind, places.c.user_id.in_(_in_order(*_behind)))
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
        _IN_HAND,
        assignments.c.state == "leased",
    )
    .with_for_update()
)
_history = (
    _with_task.where(
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
    return None if row is None else (_assignment(row), row.n_taken < row.overlap)


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
    return [_assignment(row) for row in rows]


# --- drafts ---------------------------------------------------------------------------------------------------------

_draft = sa.select(drafts).where(drafts.c.project_id == PROJECT, drafts.c.assignment_id == sa.bindparam("assignment"))
_save_draft = (
    sa.update(drafts)
    .where(
        drafts.c.project_id == PROJECT,
        drafts.c.assignment_id == sa.bindparam("assignment"),
        drafts.c.revision == sa.bindparam("based_on"),
    )
    .values(
        revision=sa.bindparam("new_revision"),
        marks=sa.bindparam("new_marks"),
        seconds=sa.bindparam("new_seconds"),
        saved_at_us=sa.bindparam("at"),
    )
)
_drop_draft = sa.delete(drafts).where(
    drafts.c.project_id == PROJECT, drafts.c.assignment_id == sa.bindparam("assignment")
)


def find_draft(rx: Rx, assignment_id: str) -> Draft | None:
    """The unfinished work kept for an assignment."""
    row = rx.first(_draft, assignment=assignment_id)
    return None if row is None else Draft(row.revision, row.marks, row.seconds, row.saved_at_us)


def save_draft(tx: Tx, assignment_id: str, draft: Draft) -> bool:
    """Keep unfinished work as the revision after the one it was based on; False when another got there first."""
    row = {
        "assignment_id": assignment_id,
        "revision": draft.revision,
        "marks": draft.marks_json,
        "seconds": draft.seconds,
        "saved_at_us": draft.saved_at_us,
    }
    if draft.revision == 1:
        return tx.insert_new(drafts, row)
    changed = tx.change(
        _save_draft,
        assignment=assignment_id,
        based_on=draft.revision - 1,
        new_revision=draft.revision,
        new_marks=draft.marks_json,
        new_seconds=draft.seconds,
        at=draft.saved_at_us,
    )
    return changed == 1


def drop_draft(tx: Tx, assignment_id: str) -> None:
    """Forget the draft once the work is in."""
    tx.change_last(_drop_draft, assignment=assignment_id)


# --- batches --------------------------------------------------------------------------------------------------------

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
_rewind = sa.update(places).where(places.c.project_id == PROJECT, places.c.user_id.in_(_in_order())).values(rank=-1)
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
        state=sa.case((_batch_closed, "closed"), (tasks.c.n_taken >= sa.bindparam("cap"), "full"), else_="open"),
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


def batch_of(row: Any) -> Batch:  # noqa: ANN401 - a database row
    """A batch from its row."""
    return Batch(
        id=row.id,
        name=row.name,
        state=row.state,
        practice=row.practice,
        round_no=row.round,
        policy=_policy(row.policy),
        n_tasks=row.n_tasks,
        created_at_us=row.created_at_us,
    )


def task_of(row: Any) -> Task:  # noqa: ANN401 - a database row
    """A task from its row."""
    return Task(
        id=row.id,
        batch_id=row.batch_id,
        item_id=row.item_id,
        width_px=row.width_px,
        height_px=row.height_px,
        kind=Kind(row.kind),
        overlap=row.overlap,
        rank=row.rank,
        state=row.state,
        n_taken=row.n_taken,
        n_submitted=row.n_submitted,
    )


def _assignment(row: Any) -> Assignment:  # noqa: ANN401 - a database row
    return Assignment(
        id=row.id,
        task_id=row.task_id,
        batch_id=row.batch_id,
        item_id=row.item_id,
        user_id=row.user_id,
        round_no=row.round,
        kind=Kind(row.kind),
        state=AssignmentState(row.state),
        leased_at_us=row.leased_at_us,
        lease_until_us=row.lease_until_us,
        schema_version=row.schema_version,
        guideline_version=row.guideline_version,
        width_px=row.width_px,
        height_px=row.height_px,
        submitted_at_us=row.submitted_at_us,
        submission_id=row.submission_id,
        n_marks=row.n_marks,
        reason=row.reason,
    )


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


# --- tasks that a certified model answers ---------------------------------------------------------------------------

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
    tx.change(_rewind)
    return True
