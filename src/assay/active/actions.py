"""Use cases of selections: keep one, note the batch it became."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assay.active import store
from assay.active.errors import SelectionUsedError
from assay.active.model import ChosenItem, Selection
from assay.kernel.actor import Actor
from assay.storage import House


def keep_selection(
    actor: Actor,
    project: str,
    name: str,
    chosen: Sequence[ChosenItem],
    *,
    rules: Mapping[str, Any],
    facts: Mapping[str, Any],
    house: House,
) -> Selection:
    """Keep what was chosen, with the reason of each item."""
    with house.write(actor, project, f"select {name}") as tx:
        made = Selection(tx.new_id(), name, len(chosen), rules, facts, None, actor.id, tx.now_us)
        store.add_selection(tx, made, chosen)
        reasons: dict[str, int] = {}
        for item in chosen:
            reasons[item.reason] = reasons.get(item.reason, 0) + 1
        tx.record("selection.made", subject=f"selection/{made.id}", n=len(chosen), reasons=reasons)
    return made


def note_batch(actor: Actor, project: str, selection_id: str, batch_id: str, *, house: House) -> None:
    """Note that a selection became a batch.

    Raises:
        SelectionUsedError: it became one before.
    """
    with house.write(actor, project, "label a selection") as tx:
        if not store.set_batch(tx, selection_id, batch_id):
            raise SelectionUsedError(selection_id)
        tx.record("selection.batched", subject=f"selection/{selection_id}", batch=batch_id)
