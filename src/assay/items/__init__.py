"""Items: what is labelled, with the images they consist of."""

from assay.items.errors import ItemNotFoundError
from assay.items.model import Item, Medium
from assay.items.queries import count_items, get_item, item_in, items_after, items_by_id, media_in

__all__ = [
    "Item",
    "ItemNotFoundError",
    "Medium",
    "count_items",
    "get_item",
    "item_in",
    "items_after",
    "items_by_id",
    "media_in",
]
