"""Setting up work: batches, and turning items into gold."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import numpy as np

from assay.kernel.actor import Actor
from assay.queue import store
from assay.queue.errors import BatchEmptyError, BatchNotFoundError
from assay.queue.model import EVERYBODY, Batch, BatchPolicy, NewTask
from assay.queue.rules import make_tasks
from assay.storage import House, Tx

MANY = 1000
"""Tasks of a new batch from which on the database looks at the queue again at once: the claim's plan depends on it."""


def create_batch(
    actor: Actor,
    project: str,
    name: str,
    new: Sequence[NewTask],
    policy: BatchPolicy,
    *,
    policy_version: int,
    house: House,
    practice: bool = False,
    seed: int | None = None,
) -> Batch:
    """Put items into the queue under one policy.

    Args:
        actor: the lead.
        project: whose.
        name: for people.
        new: the items; those already in another open batch are the caller's business.
        policy: overlap, gold and the rest.
        policy_version: the project policy it was derived from.
        house: where.
        practice: a round whose answers are shown at once and count for nothing else.
        seed: fixes the order, for repeatable demonstrations; secret randomness otherwise.

    Raises:
        BatchEmptyError: no item.
    """
    if not new:
        raise BatchEmptyError(name)
    rng = np.random.default_rng(secrets.randbits(128) if seed is None else seed)
    with house.write(actor, project, f"create batch {name}") as tx:
        batch = Batch(tx.new_id(), name, "open", practice, 0, policy, len(new), tx.now_us)
        tasks = make_tasks(batch.id, new, policy, practice=practice, ids=[tx.new_id() for _ in new], rng=rng)
        store.add_batch(tx, batch, tasks, policy.to_json(), policy_version)
        store.rewind_places(tx)
        n_gold = sum(t.is_gold for t in new)
        tx.record("batch.created", subject=f"batch/{batch.id}", n_tasks=len(new), n_gold=n_gold, practice=practice)
    if len(new) >= MANY:
        house.take_stock(store.tasks)
    return batch


def set_batch_state(actor: Actor, project: str, batch_id: str, state: str, *, house: House) -> Batch:
    """Open or close a batch; closing leaves answers alone and stops new claims.

    Raises:
        BatchNotFoundError: there is none of this id.
    """
    with house.write(actor, project, f"set batch {state}") as tx:
        if store.find_batch(tx, batch_id) is None:
            raise BatchNotFoundError(batch_id)
        store.set_batch_state(tx, batch_id, state)
        tx.record(f"batch.{'closed' if state == 'closed' else 'opened'}", subject=f"batch/{batch_id}")
        batch = store.find_batch(tx, batch_id)
    assert batch is not None
    return batch


def show_as_gold(tx: Tx, item_id: str, exposure_cap: int | None) -> None:
    """From now on the queue shows this item as gold, inside the expert's transaction."""
    store.turn_to_gold(tx, item_id, exposure_cap or EVERYBODY)


def stop_gold(tx: Tx, item_id: str) -> None:
    """The queue shows this gold to nobody any more, inside the expert's transaction."""
    store.end_gold(tx, item_id)


leave_to_model = store.leave_to_model
wanted_again = store.wanted_again
