"""Items on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assay.access import Membership
from assay.gold import gold_in
from assay.items import Item
from assay.queue import tasks_of_item
from assay.review import ConsensusState, consensus_of_item
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
    """Items for a list."""
    return [item_out(rx, item, project) for item in items]


def item_out(rx: Rx, item: Item, project: Membership) -> ItemOut:
    """An item for a list, with how far its labelling has got."""
    tasks = [t for t in tasks_of_item(rx, item.id) if t.kind.value != "practice"]
    found = consensus_of_item(rx, item.id)
    gold = gold_in(rx, item.id)
    state = _STATES[found[-1].state] if found else "queued" if tasks else "new"
    base = f"/v1/projects/{project.slug}/items/{item.id}"
    is_gold = gold is not None and gold.state.value == "live"
    return ItemOut.model_construct(
        id=item.id,
        name=item.name,
        width_px=item.medium.width_px,
        height_px=item.medium.height_px,
        origin=item.origin,
        state=state,
        n_answers=sum(t.n_submitted for t in tasks),
        overlap=max((t.overlap for t in tasks if t.kind.value == "work"), default=0),
        is_gold=is_gold,
        thumb_url=f"{base}/thumb",
        image_url=f"{base}/image",
        near_duplicate_of=item.near_duplicate_of,
    )
