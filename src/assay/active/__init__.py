"""Active: what to label next, chosen with a reason for each item."""

from assay.active.actions import keep_selection, note_batch
from assay.active.errors import NothingToSelectError, SelectionNotFoundError, SelectionUsedError
from assay.active.model import ChosenItem, Selection
from assay.active.queries import chosen_items, reason_counts, reasons_of_item, selection_in, selections_before

__all__ = [
    "ChosenItem",
    "NothingToSelectError",
    "Selection",
    "SelectionNotFoundError",
    "SelectionUsedError",
    "chosen_items",
    "keep_selection",
    "note_batch",
    "reason_counts",
    "reasons_of_item",
    "selection_in",
    "selections_before",
]
