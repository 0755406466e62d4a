"""Work for named people: tasks that go to them, and to nobody else, through the same queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from assay.kernel.actor import Actor
from assay.kernel.ids import random_id
from assay.queue import store
from assay.queue.errors import BatchEmptyError
from assay.queue.model import Assignment, AssignmentState, Batch, BatchPolicy, Kind, NewTask
from assay.queue.rules import lease_until, make_tasks
from assay.storage import House


def hand_out(
    actor: Actor,
    project: str,
    name: str,
    shares: Mapping[str, Sequence[NewTask]],
    policy: BatchPolicy,
    *,
    policy_version: int,
    schema_version: int,
    guideline_version: int,
    seed: int,
    house: House,
) -> Batch:
    """Lease tasks to people at once, in an order nobody can read anything from; their next claims bring them.

    What is handed out is work, also where it is gold elsewhere: nothing tells one from the other, and it is not
    scored. A lease that runs out gives the task to whoever asks, so give a long one.

    Args:
        actor: the lead.
        project: whose.
        name: for people.
        shares: tasks by user id; nobody may have met the item before.
        policy: of the batch; overlap must be 1.
        policy_version: the project policy it was derived from.
        schema_version: classes it is worked under.
        guideline_version: rules it is worked under.
        seed: fixes the order.
        house: where.

    Raises:
        BatchEmptyError: nothing to hand out.
    """
    pairs = [(user, task) for user, tasks in shares.items() for task in tasks]
    if not pairs:
        raise BatchEmptyError(name)
    rng = np.random.default_rng(seed)
    pairs = [pairs[k] for k in rng.permutation(len(pairs))]
    new = [NewTask(t.item_id, t.width_px, t.height_px, is_gold=False) for _, t in pairs]
    with house.write(actor, project, f"hand out {name}") as tx:
        batch = Batch(tx.new_id(), name, "open", practice=False, round_no=0, policy=policy, n_tasks=len(new),
                      created_at_us=tx.now_us)  # fmt: skip
        tasks = make_tasks(batch.id, new, policy, practice=False, ids=[tx.new_id() for _ in new], rng=rng)
        store.add_batch(tx, batch, tasks, policy.to_json(), policy_version)
        until = lease_until(tx.now_us, policy)
        for place, ((user, _), task) in enumerate(zip(pairs, tasks, strict=True)):
            store.retake(tx, task.id)
            assignment = Assignment(
                random_id(), task.id, batch.id, task.item_id, user, 0, Kind.WORK, AssignmentState.LEASED,
                tx.now_us + place, until, schema_version, guideline_version, task.width_px, task.height_px,
            )  # fmt: skip
            store.add_assignment(tx, assignment)
        tx.record("batch.handed_out", subject=f"batch/{batch.id}", n_tasks=len(new), people=sorted(shares))
    return batch
