"""How often one person may ask for what is dear."""

from __future__ import annotations

import pytest

from assay.api.errors import status_of
from assay.api.rates import RATES, Kind, Rate, Rates, TooManyCallsError

SECOND_US = 1_000_000
FEW: dict[Kind, Rate] = {kind: Rate(3, 2.0, "calls") for kind in RATES}


def test_a_burst_goes_through_and_the_next_call_is_told_how_long_to_wait() -> None:
    rates = Rates(FEW)
    for _ in range(3):
        rates.spend("export", "ann", 0)
    with pytest.raises(TooManyCallsError) as told:
        rates.spend("export", "ann", SECOND_US // 2)
    assert told.value.wait_s == pytest.approx(1.5)
    assert status_of(told.value) == 429
    assert told.value.message == "Too many calls: 3 at once, then one each 2 s."


def test_people_and_kinds_are_counted_apart() -> None:
    rates = Rates(FEW)
    for _ in range(3):
        rates.spend("search", "ann", 0)
    rates.spend("search", "bob", 0)
    rates.spend("import", "ann", 0)


def test_waiting_as_long_as_told_is_enough_and_no_longer() -> None:
    rates = Rates(FEW)
    for _ in range(3):
        rates.spend("import", "ann", 0)
    rates.spend("import", "ann", 2 * SECOND_US)
    with pytest.raises(TooManyCallsError):
        rates.spend("import", "ann", 2 * SECOND_US)
