"""Reading the queue."""

from __future__ import annotations

from assay.kernel.actor import Actor
from assay.queue import store
from assay.queue.errors import AssignmentNotFoundError
from assay.queue.model import Assignment, AssignmentState, Batch, Claim, Kind, Task
from assay.queue.rules import given_today
from assay.storage import House, Rx


def assignment_in(rx: Rx, assignment_id: str) -> Assignment:
    """The caller's own assignment, inside an open transaction.

    Raises:
        AssignmentNotFoundError: there is none, or it is somebody else's.
    """
    found = store.find_assignment(rx, assignment_id)
    if found is None or found[0].user_id != rx.actor.id:
        raise AssignmentNotFoundError(assignment_id)
    return found[0]


def get_assignment(actor: Actor, project: str, assignment_id: str, *, house: House) -> Claim:
    """The caller's own assignment as a claim gave it, with what they left unfinished on it.

    Raises:
        AssignmentNotFoundError: there is none, or it is somebody else's.
    """
    with house.read(actor, project) as rx:
        found, draft = assignment_in(rx, assignment_id), store.find_draft(rx, assignment_id)
        places = store.desk_of(rx, actor.id).places
    is_open = found.state is AssignmentState.LEASED and found.kind is not Kind.PRACTICE
    return Claim(found, "none", draft, max(0, given_today(places, rx.now_us) - is_open))


def my_history(actor: Actor, project: str, *, before: tuple[int, str], limit: int, house: House) -> list[Assignment]:
    """The caller's assignments, newest first, from those leased before that instant and id; gold and work alike."""
    with house.read(actor, project) as rx:
        return store.history_of(rx, actor.id, before=before, limit=limit)


def list_batches(actor: Actor, project: str, *, house: House) -> list[Batch]:
    """Every batch, newest first."""
    with house.read(actor, project) as rx:
        return [store.batch_of(row) for row in store.all_batches(rx)]


def tasks_of_item(rx: Rx, item_id: str) -> list[Task]:
    """The tasks on an item inside an open transaction."""
    return store.tasks_of_items(rx, [item_id])[item_id]


def batch_in(rx: Rx, batch_id: str) -> Batch | None:
    """A batch inside an open transaction."""
    return store.find_batch(rx, batch_id)


batch_counts = store.batch_counts
batched_items = store.batched_items
untouched_tasks = store.untouched_tasks
count_practice = store.count_practice
people_done_with = store.people_done_with
is_given_back = store.is_given_back
tasks_of_items = store.tasks_of_items
