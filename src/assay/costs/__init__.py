"""What every label costs: rate cards, the ledger, and what ten times as much would come to."""

from assay.costs.actions import BookKeeper, book, set_rate_card, start_rate_card
from assay.costs.errors import (
    CurrencyChangedError,
    NoHistoryError,
    RateCardInvalidError,
    RateCardStaleError,
    WhatIfInvalidError,
)
from assay.costs.model import Basis, Contract, Entry, Fact, Monthly, RateCard, Stage
from assay.costs.queries import all_cards, entries_of_item, ledger_after, ledger_total

__all__ = [
    "Basis",
    "BookKeeper",
    "Contract",
    "CurrencyChangedError",
    "Entry",
    "Fact",
    "Monthly",
    "NoHistoryError",
    "RateCard",
    "RateCardInvalidError",
    "RateCardStaleError",
    "Stage",
    "WhatIfInvalidError",
    "all_cards",
    "book",
    "entries_of_item",
    "ledger_after",
    "ledger_total",
    "set_rate_card",
    "start_rate_card",
]
