"""What can go wrong with rate cards and forecasts."""

from __future__ import annotations

from assay.kernel.errors import ConflictError, InvalidInputError, UndefinedError


class RateCardInvalidError(InvalidInputError):
    """A rate card with an unknown role, a contract twice, or a date that makes no sense."""

    code = "costs.rate_card_invalid"


class RateCardStaleError(ConflictError):
    """A rate card based on a version that is no longer the newest."""

    code = "costs.rate_card_stale"

    def __init__(self, based_on: int, newest: int) -> None:
        super().__init__(
            f"The rate card is at version {newest} by now; this change was based on version {based_on}.",
            hint="Reload it and make the change again.",
        )


class CurrencyChangedError(InvalidInputError):
    """A rate card in another currency than the ledger's."""

    code = "costs.currency_changed"

    def __init__(self, wanted: str, kept: str) -> None:
        super().__init__(
            f"The ledger is in {kept}; a rate card in {wanted} would make its sums meaningless.",
            hint=f"Give the amounts in {kept}.",
        )


class NoHistoryError(UndefinedError):
    """A forecast without anything to go on."""

    code = "costs.no_history"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"There is nothing to forecast from: {what}.",
            hint="Set a rate card with `assay cost set-rates` and let a few images be labelled first.",
        )


class WhatIfInvalidError(InvalidInputError):
    """A what-if outside what can be."""

    code = "costs.what_if_invalid"

    def __init__(self, name: str, value: float, low: float, high: float) -> None:
        super().__init__(f"{name} is {value:g}.", hint=f"It lies between {low:g} and {high:g}.")
