"""Which items go into a batch, and what the queue needs to know of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assay.gold import all_gold
from assay.items import Item, ItemNotFoundError, items_after, items_by_id
from assay.queue import NewTask, batched_items
from assay.storage import Rx

PAGE = 2000


def plan_batch(rx: Rx, wanted: Sequence[str] | None, *, practice: bool) -> list[NewTask]:
    """The tasks of a new batch.

    Args:
        rx: an open transaction.
        wanted: ids of items; None for every item that is in no batch yet.
        practice: practice may show items that are in other batches too.

    Raises:
        ItemNotFoundError: one of the wanted items does not exist.
    """
    gold = {g.item_id: g for g in all_gold(rx) if g.state.value == "live"}
    if wanted is None:
        taken = set() if practice else batched_items(rx)
        found: Iterator[Item] = (item for item in _all_items(rx) if item.id not in taken)
    else:
        found = _named(rx, wanted)
    return [
        NewTask(
            item_id=item.id,
            width_px=item.medium.width_px,
            height_px=item.medium.height_px,
            is_gold=item.id in gold,
            exposure_cap=gold[item.id].exposure_cap if item.id in gold else None,
        )
        for item in found
    ]


def _all_items(rx: Rx) -> Iterator[Item]:
    after = ""
    while page := items_after(rx, after, PAGE):
        yield from page
        after = page[-1].id


def _named(rx: Rx, wanted: Sequence[str]) -> Iterator[Item]:
    once = list(dict.fromkeys(wanted))
    for start in range(0, len(once), PAGE):
        ids = once[start : start + PAGE]
        found = items_by_id(rx, ids)
        for item_id in ids:
            if item_id not in found:
                raise ItemNotFoundError(item_id)
            yield found[item_id]
