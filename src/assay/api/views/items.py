"""Items on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assay.access import Membership
from assay.gold import live_among
from assay.items import Item
from assay.queue import Kind, Task, tasks_of_items
from assay.review import ConsensusState, states_of_items
from assay.storage import Rx
from assay.wire.items import ItemOut

_STATES: Mapping[ConsensusState, str] = {
    ConsensusState.AGREED: "answered",
    ConsensusState.DISPUTED: "disputed",
    ConsensusState.SETTLED: "settled",
    ConsensusState.IN_REVIEW: "in_review",
    ConsensusState.STALE: "queued",
}


def items_out(rx: Rx, items: Sequence[Item], project: Membership) -> list[ItemOut]:
    """Items for a list, with how far the labelling of each has got."""
    ids = [item.id for item in items]
    tasks, states, gold = tasks_of_items(rx, ids), states_of_items(rx, ids), live_among(rx, ids)
    return [_item_out(item, tasks[item.id], states.get(item.id), project, is_gold=item.id in gold) for item in items]


def _item_out(
    item: Item, tasks: Sequence[Task], found: ConsensusState | None, project: Membership, *, is_gold: bool
) -> ItemOut:
    asked = [t for t in tasks if t.kind is not Kind.PRACTICE]
    state = _STATES[found] if found is not None else "queued" if asked else "new"
    base = f"/v1/projects/{project.slug}/items/{item.id}"
    return ItemOut.model_construct(
        id=item.id,
        name=item.name,
        width_px=item.medium.width_px,
        height_px=item.medium.height_px,
        origin=item.origin,
        state=state,
        n_answers=sum(t.n_submitted for t in asked),
        overlap=max((t.overlap for t in asked if t.kind is Kind.WORK), default=0),
        is_gold=is_gold,
        thumb_url=f"{base}/thumb",
        image_url=f"{base}/image",
        near_duplicate_of=item.near_duplicate_of,
    )
