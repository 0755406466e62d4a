"""What every label costs: rate cards, the ledger, and what ten times as much would come to."""

from assay.costs.actions import BookKeeper, book, set_rate_card, start_rate_card
from assay.costs.errors import (
    CurrencyChangedError,
    NoHistoryError,
    RateCardInvalidError,
    RateCardStaleError,
    WhatIfInvalidError,
)
from assay.costs.forecasting import Change, Forecast, Range, Scenario, forecast
from assay.costs.history import History, Knobs, Month, Pace
from assay.costs.model import Basis, Contract, Entry, Fact, Line, Monthly, RateCard, Stage
from assay.costs.queries import (
    Answer,
    WhatIf,
    all_cards,
    ask_forecast,
    entries_of_item,
    get_costs,
    ledger_after,
    ledger_total,
)
from assay.costs.summary import Costs

__all__ = [
    "Answer",
    "Basis",
    "BookKeeper",
    "Change",
    "Contract",
    "Costs",
    "CurrencyChangedError",
    "Entry",
    "Fact",
    "Forecast",
    "History",
    "Knobs",
    "Line",
    "Month",
    "Monthly",
    "NoHistoryError",
    "Pace",
    "Range",
    "RateCard",
    "RateCardInvalidError",
    "RateCardStaleError",
    "Scenario",
    "Stage",
    "WhatIf",
    "WhatIfInvalidError",
    "all_cards",
    "ask_forecast",
    "book",
    "entries_of_item",
    "forecast",
    "get_costs",
    "ledger_after",
    "ledger_total",
    "set_rate_card",
    "start_rate_card",
]
