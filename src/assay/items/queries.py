"""Reading items."""

from __future__ import annotations

from assay.items import store
from assay.items.errors import ItemNotFoundError
from assay.items.model import Item, Medium
from assay.kernel.actor import Actor
from assay.storage import House, Rx


def get_item(actor: Actor, project: str, item_id: str, *, house: House) -> Item:
    """One item.

    Raises:
        ItemNotFoundError: there is none of this id in the project, or its import has not finished.
    """
    with house.read(actor, project) as rx:
        return item_in(rx, item_id)


def item_in(rx: Rx, item_id: str) -> Item:
    """One item inside an open transaction."""
    found = store.items_by_id(rx, [item_id]).get(item_id)
    if found is None:
        raise ItemNotFoundError(item_id)
    return found


def media_in(rx: Rx, item_id: str) -> Medium:
    """An item's first medium inside an open transaction."""
    return item_in(rx, item_id).medium


items_by_id = store.items_by_id
items_after = store.items_after
count_items = store.count_items
