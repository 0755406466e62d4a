"""Reading rate cards and the ledger."""

from __future__ import annotations

from assay.costs import store

all_cards = store.all_cards
ledger_after = store.entries_after
ledger_total = store.total
entries_of_item = store.entries_of_item
