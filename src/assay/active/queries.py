"""Reading selections."""

from __future__ import annotations

from assay.active import store
from assay.active.errors import SelectionNotFoundError
from assay.active.model import Selection
from assay.storage import Rx


def selection_in(rx: Rx, selection_id: str) -> Selection:
    """One selection.

    Raises:
        SelectionNotFoundError: there is none of this id.
    """
    found = store.find_selection(rx, selection_id)
    if found is None:
        raise SelectionNotFoundError(selection_id)
    return found


selections_before = store.selections_before
reason_counts = store.reason_counts
chosen_items = store.chosen_items
reasons_of_item = store.reasons_of_item
