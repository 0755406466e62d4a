"""Reading items."""

from __future__ import annotations

from collections.abc import Sequence

from assay.items import store
from assay.items.errors import ImportNotFoundError, ItemNotFoundError
from assay.items.model import Import, Item, Medium, RowReport
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
ready_among = store.ready_among
names_of_items = store.names_of_items


def get_import(actor: Actor, project: str, import_id: str, *, house: House) -> Import:
    """One import.

    Raises:
        ImportNotFoundError: there is none of this id in the project.
    """
    with house.read(actor, project) as rx:
        found = store.find_import(rx, import_id)
    if found is None:
        raise ImportNotFoundError(import_id)
    return found


def list_imports(actor: Actor, project: str, *, house: House) -> list[Import]:
    """Every import, newest first."""
    with house.read(actor, project) as rx:
        return store.all_imports(rx)


def list_import_rows(
    actor: Actor, project: str, import_id: str, *, states: Sequence[str], after: int, limit: int, house: House
) -> list[tuple[int, RowReport]]:
    """A page of what became of the files, with their row numbers."""
    with house.read(actor, project) as rx:
        return store.import_rows_after(rx, import_id, states=states, after=after, limit=limit)


running_imports = store.running_imports
import_files_of = store.import_files_of
import_rows_after = store.import_rows_after
perceptual_hashes = store.perceptual_hashes
items_of_import = store.items_of_import
find_import = store.find_import
stored_bytes = store.stored_bytes
has_real_items = store.has_real_items
