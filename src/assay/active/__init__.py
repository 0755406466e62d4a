"""Active: what to label next, chosen with a reason for each item."""

from assay.active.actions import keep_selection, note_batch
from assay.active.errors import NothingToSelectError, SelectionNotFoundError, SelectionUsedError
from assay.active.model import ChosenItem, Selection
from assay.active.queries import all_selections, chosen_items, reasons_of_item, selection_in

__all__ = [
    "ChosenItem",
    "NothingToSelectError",
    "Selection",
    "SelectionNotFoundError",
    "SelectionUsedError",
    "all_selections",
    "chosen_items",
    "keep_selection",
    "note_batch",
    "reasons_of_item",
    "selection_in",
]
