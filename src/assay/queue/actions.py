"""Working through the queue: claim, draft, submit, skip; each one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assay.annotations import Mark, Origin, Submission, find_same, mark_to_json, take_in
from assay.kernel.actor import Actor, system
from assay.kernel.canonical import canonical_json
from assay.kernel.ids import random_id
from assay.queue import store
from assay.queue.errors import AssignmentClosedError, AssignmentNotFoundError, DraftStaleError, LeaseLapsedError
from assay.queue.model import Assignment, AssignmentState, Claim, Desk, Draft, Kind, Place, Task
from assay.queue.rules import given_today, is_gold_turn, lease_until, may_wrap
from assay.storage import House, Tx

OPEN = (AssignmentState.LEASED, AssignmentState.LAPSED)

MAX_HELD = 8
"""How many unfinished assignments of one person do not keep them from being given another."""


class _NothingNewError(Exception):
    """An empty queue was looked at and nothing changed; leaves nothing to store."""


class _HoldsWorkError(Exception):
    """The person holds work that this claim may answer with; it is locked first, so the claim begins anew."""


def claim_next(actor: Actor, project: str, *, resume: bool = True, house: House) -> Claim:
    """Give this person their next assignment: the one they hold, or the most urgent open task they have not met.

    Without `resume` it is another one beside those they hold, up to `MAX_HELD`: for somebody with several windows, and
    for programs that fetch ahead.
    """
    return _claim(actor, project, "claim", practice=False, resume=resume, house=house)


def claim_practice(actor: Actor, project: str, *, house: House) -> Claim:
    """Give this person the picture of the practice round that they hold, or the next one."""
    return _claim(actor, project, "claim practice", practice=True, resume=True, house=house)


def _claim(actor: Actor, project: str, why: str, *, practice: bool, resume: bool, house: House) -> Claim:
    try:
        with house.write(actor, project, why, urgent=True) as tx:
            return _give_new(tx, practice=practice, resume=resume)
    except _NothingNewError:
        return Claim(None, "empty")
    except _HoldsWorkError:
        return _claim_held(actor, project, why, practice=practice, resume=resume, house=house)


def _claim_held(actor: Actor, project: str, why: str, *, practice: bool, resume: bool, house: House) -> Claim:
    """Answer with what the person holds, as far as it is still theirs.

    Here and everywhere assignments are locked before places, and places before tasks.
    """
    try:
        with house.write(actor, project, why, urgent=True) as tx:
            held = _resume(tx, practice=practice, more=not resume)
            desk = _desk(tx)
            if held is None:
                return _give(tx, desk, practice=practice)
            n_done = max(0, given_today(desk.places, tx.now_us) - (not practice))
            return Claim(held, "none", store.find_draft(tx, held.id), n_done)
    except _NothingNewError:
        return Claim(None, "empty")


def _give_new(tx: Tx, *, practice: bool, resume: bool) -> Claim:
    """What a claim answers when the person holds nothing that goes first."""
    desk = _desk(tx, besides=0 if resume else MAX_HELD - 1)
    if desk.holds:
        raise _HoldsWorkError
    return _give(tx, desk, practice=practice)


def _give(tx: Tx, desk: Desk, *, practice: bool) -> Claim:
    task = _search(tx, Kind.PRACTICE, desk.places[Kind.PRACTICE]) if practice else _draw(tx, desk)
    if task is not None:
        return Claim(_lease(tx, task, desk), "none", None, given_today(desk.places, tx.now_us))
    if not tx.events:
        raise _NothingNewError
    return Claim(None, "empty")


def _resume(tx: Tx, *, practice: bool, more: bool) -> Assignment | None:
    """What this person still holds, or held and can take up again because its slot is free; none if they want more."""
    held = store.held_by(tx, tx.actor.id)
    if more and len(held) < MAX_HELD:
        return None
    for assignment, has_slot in held:
        if (assignment.kind is Kind.PRACTICE) is not practice:
            continue
        if assignment.state is AssignmentState.LAPSED and not (has_slot and store.retake(tx, assignment.task_id)):
            continue
        until = max(lease_until(tx.now_us, store.policy_of(tx, assignment.batch_id)), assignment.lease_until_us)
        store.set_lease(tx, assignment.id, until)
        tx.record("assignment.resumed", subject=f"assignment/{assignment.id}")
        return replace(assignment, state=AssignmentState.LEASED, lease_until_us=until)
    return None


def _desk(tx: Tx, *, besides: int = 0) -> Desk:
    """Where this person has got to, and the policy they work under; a first claim opens a place of each kind."""
    desk = store.desk_of(tx, tx.actor.id, besides=besides)
    if len(desk.places) < len(Kind):
        for kind in Kind:
            store.open_place(tx, tx.actor.id, kind, random_id())
        desk = store.desk_of(tx, tx.actor.id, besides=besides)
    return desk


def _draw(tx: Tx, desk: Desk) -> Task | None:
    """The next task: gold when it is its turn, else work; the other kind when one is used up."""
    if desk.policy is None:
        return None
    places, rate = desk.places, desk.policy.gold_rate
    n_claimed = places[Kind.WORK].n_claimed + places[Kind.GOLD].n_claimed
    gold_first = is_gold_turn(n_claimed, rate, places[Kind.WORK].salt)
    order = (Kind.GOLD, Kind.WORK) if gold_first else (Kind.WORK, Kind.GOLD)
    kinds = [kind for kind in order if kind is Kind.WORK or rate > 0]
    return next((task for kind in kinds if (task := _search(tx, kind, places[kind])) is not None), None)


def _search(tx: Tx, kind: Kind, place: Place) -> Task | None:
    """The next task behind this person's place; from the front again when there is none, but not at every try.

    Work that others are taking at this moment is passed over, and found when the search begins again; gold and
    practice are the same few tasks for everybody, and are waited for.
    """
    user = tx.actor.id
    task = store.take_next(tx, user, kind, after=place.rank, patient=kind is not Kind.WORK)
    if task is None and place.rank >= 0 and may_wrap(place.wrapped_at_us, tx.now_us):
        task = store.take_next(tx, user, kind, after=-1, patient=True)
        if task is None:
            store.move_place(tx, user, kind, rank=place.rank, more=0, wrapped_at_us=tx.now_us)
            tx.record("queue.found_empty", subject=f"user/{user}", kind=kind.value)
    if task is not None:
        store.move_place(tx, user, kind, rank=task.rank, more=1, wrapped_at_us=None)
    return task


def _lease(tx: Tx, task: Task, desk: Desk) -> Assignment:
    newest = desk.policy if desk.batch_id == task.batch_id else None
    policy = newest or store.policy_of(tx, task.batch_id)
    assignment = Assignment(
        id=random_id(),
        task_id=task.id,
        batch_id=task.batch_id,
        item_id=task.item_id,
        user_id=tx.actor.id,
        round_no=0,
        kind=task.kind,
        state=AssignmentState.LEASED,
        leased_at_us=tx.now_us,
        lease_until_us=lease_until(tx.now_us, policy),
        schema_version=desk.schema_version,
        guideline_version=desk.guideline_version,
        width_px=task.width_px,
        height_px=task.height_px,
    )
    store.add_assignment(tx, assignment)
    tx.record("assignment.leased", subject=f"assignment/{assignment.id}", item=task.item_id, kind=task.kind.value)
    return assignment


def own_assignment(tx: Tx, assignment_id: str) -> tuple[Assignment, bool]:
    """The caller's own assignment, and whether its task has a free slot.

    Raises:
        AssignmentNotFoundError: there is none, or it is somebody else's.
    """
    found = store.find_assignment(tx, assignment_id)
    if found is None or found[0].user_id != tx.actor.id:
        raise AssignmentNotFoundError(assignment_id)
    return found


def save_draft(
    actor: Actor,
    project: str,
    assignment_id: str,
    marks: Sequence[Mark],
    *,
    seconds: float,
    based_on: int,
    house: House,
) -> Draft:
    """Keep unfinished work on the server.

    Raises:
        DraftStaleError: another tab saved in between; carries the server's side.
        AssignmentClosedError: the work is already in.
    """
    with house.write(actor, project, "save draft") as tx:
        assignment, _ = own_assignment(tx, assignment_id)
        if assignment.state not in OPEN:
            raise AssignmentClosedError(assignment_id, assignment.state.value)
        text = canonical_json([mark_to_json(m) for m in marks]).decode()
        draft = Draft(based_on + 1, text, seconds, tx.now_us)
        if not store.save_draft(tx, assignment_id, draft):
            kept = store.find_draft(tx, assignment_id)
            if kept is not None and kept.marks_json == text:
                tx.record("draft.saved", subject=f"assignment/{assignment_id}", revision=kept.revision)
                return kept
            raise DraftStaleError(kept.revision if kept else 0, kept.marks_json if kept else "[]")
        tx.record("draft.saved", subject=f"assignment/{assignment_id}", revision=draft.revision)
    return draft


def renew(actor: Actor, project: str, assignment_id: str, *, house: House) -> int:
    """Hold an assignment for longer; returns the lease's new end.

    Raises:
        LeaseLapsedError: the slot went to somebody else meanwhile.
    """
    with house.write(actor, project, "renew lease") as tx:
        assignment, has_slot = own_assignment(tx, assignment_id)
        _hold(tx, assignment, has_slot=has_slot)
        until = lease_until(tx.now_us, store.policy_of(tx, assignment.batch_id))
        store.set_lease(tx, assignment_id, until)
        tx.record("assignment.renewed", subject=f"assignment/{assignment_id}")
    return until


def _hold(tx: Tx, assignment: Assignment, *, has_slot: bool) -> None:
    """Make sure the slot is this person's: it still is, or it lapsed and is free to take again."""
    if assignment.state not in OPEN:
        raise AssignmentClosedError(assignment.id, assignment.state.value)
    if assignment.state is AssignmentState.LAPSED and not (has_slot and store.retake(tx, assignment.task_id)):
        raise LeaseLapsedError(assignment.id, assignment.lease_until_us)


def submit(
    actor: Actor,
    project: str,
    assignment_id: str,
    marks: Sequence[Mark],
    *,
    client_key: str,
    seconds: float,
    schema_version: int,
    guideline_version: int,
    house: House,
) -> Submission:
    """Hand in the work on an assignment; the same client key again gives the first answer.

    Raises:
        LeaseLapsedError: the slot went to others; the work is kept as a draft.
        AssignmentClosedError: other work was handed in for it before.
        MarksRefusedError: the marks break a rule of the label schema.
    """
    try:
        with house.write(actor, project, "submit") as tx:
            return _submit(tx, assignment_id, marks, client_key, seconds, schema_version, guideline_version)
    except LeaseLapsedError:
        _keep_as_draft(actor, project, assignment_id, marks, seconds, house=house)
        raise


def _submit(
    tx: Tx,
    assignment_id: str,
    marks: Sequence[Mark],
    client_key: str,
    seconds: float,
    schema_version: int,
    guideline_version: int,
) -> Submission:
    assignment, has_slot = own_assignment(tx, assignment_id)
    if assignment.state not in OPEN:
        same = find_same(tx, tx.actor.id, client_key, marks, subject=assignment_id)
        if same is None:
            raise AssignmentClosedError(assignment_id, assignment.state.value)
        tx.record("submission.repeated", subject=f"submission/{same.id}")
        return same
    _hold(tx, assignment, has_slot=has_slot)
    submission = take_in(
        tx,
        marks,
        item_id=assignment.item_id,
        size_px=(assignment.width_px, assignment.height_px),
        author_id=tx.actor.id,
        origin=Origin.PRACTICE if assignment.kind is Kind.PRACTICE else Origin.PERSON,
        client_key=client_key,
        seconds=seconds,
        schema_version=schema_version,
        guideline_version=guideline_version,
        assignment_id=assignment_id,
        batch_id=assignment.batch_id,
    )
    done = AssignmentState.SUBMITTED
    store.finish_assignment(tx, assignment_id, done, submission_id=submission.id, n_marks=len(marks), reason=None)
    complete = store.count_answer(tx, assignment.task_id)
    store.drop_draft(tx, assignment_id)
    tx.record(
        "submission.received",
        subject=f"submission/{submission.id}",
        item=assignment.item_id,
        batch=assignment.batch_id,
        task=assignment.task_id,
        assignment=assignment_id,
        kind=assignment.kind.value,
        complete=complete,
        n_marks=len(marks),
        digest=submission.digest,
    )
    return submission


def _keep_as_draft(
    actor: Actor, project: str, assignment_id: str, marks: Sequence[Mark], seconds: float, *, house: House
) -> None:
    with house.write(actor, project, "keep work of a lapsed lease") as tx:
        before = store.find_draft(tx, assignment_id)
        text = canonical_json([mark_to_json(m) for m in marks]).decode()
        store.save_draft(tx, assignment_id, Draft((before.revision if before else 0) + 1, text, seconds, tx.now_us))
        tx.record("draft.saved", subject=f"assignment/{assignment_id}")


def skip(actor: Actor, project: str, assignment_id: str, *, reason: str, house: House) -> None:
    """Give an assignment back unanswered; this person does not get the item again."""
    with house.write(actor, project, why=reason or "skip") as tx:
        assignment, _ = own_assignment(tx, assignment_id)
        if assignment.state not in OPEN:
            raise AssignmentClosedError(assignment_id, assignment.state.value)
        store.finish_assignment(
            tx, assignment_id, AssignmentState.SKIPPED, submission_id=None, n_marks=None, reason=reason
        )
        if assignment.state is AssignmentState.LEASED:
            store.free_slot(tx, assignment.task_id, answered=False)
        store.give_back(tx, actor.id, assignment.kind)
        tx.record(
            "assignment.skipped",
            subject=f"assignment/{assignment_id}",
            item=assignment.item_id,
            batch=assignment.batch_id,
            kind=assignment.kind.value,
        )


def return_leases(actor: Actor, project: str, user_id: str, *, why: str, house: House) -> int:
    """Take back everything this person holds and put it into the queue again; returns how many tasks."""
    with house.write(actor, project, why) as tx:
        leases = store.leased_to(tx, user_id)
        for assignment_id, task_id in leases:
            store.finish_assignment(
                tx, assignment_id, AssignmentState.RETURNED, submission_id=None, n_marks=None, reason=why
            )
            store.free_slot(tx, task_id, answered=False)
        tx.record("assignment.returned", subject=f"user/{user_id}", n=len(leases))
    return len(leases)


def lapse_leases(*, house: House) -> int:
    """End leases that ran out, in every project; drafts stay. Returns how many."""
    actor, n = system("leases"), 0
    with house.read(actor, None) as rx:
        lapsed = store.lapsed_leases(rx, rx.now_us)
    for project, assignment_id, task_id, user_id in lapsed:
        with house.write(actor, project, "the lease ran out") as tx:
            ended = store.end_lease(tx, assignment_id, AssignmentState.LAPSED, before_us=tx.now_us)
            if ended:
                store.free_slot(tx, task_id, answered=False)
                n += 1
            what = "assignment.lapsed" if ended else "assignment.kept"  # renewed or finished a moment ago
            tx.record(what, subject=f"assignment/{assignment_id}", user=user_id)
    return n


def reopen_task(tx: Tx, assignment_id: str) -> None:
    """Ask for another answer in the place of a rejected one, inside the reviewer's transaction."""
    found = store.find_assignment(tx, assignment_id)
    if found is not None and found[0].kind is Kind.WORK:
        store.free_slot(tx, found[0].task_id, answered=True)
