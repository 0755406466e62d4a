"""Money never appears or disappears by rounding."""

from __future__ import annotations

import calendar
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.kernel.money import (
    MICRO,
    AmountInvalidError,
    Money,
    day_share,
    price,
    read_amount,
    share_out,
    shown_parts,
)

amounts = st.integers(-(10**13), 10**13)


@given(total=amounts, weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_parts_add_up_to_the_whole_and_each_is_within_one_of_its_share(total: int, weights: list[int]) -> None:
    parts = share_out(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    if whole:
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - Fraction(total * weight, whole)) < 1


@given(fee=st.integers(0, 10**13), year=st.integers(1990, 2100), month=st.integers(1, 12))
def test_the_days_of_a_month_add_up_to_its_fee(fee: int, year: int, month: int) -> None:
    n_days = calendar.monthrange(year, month)[1]
    days = [day_share(fee, day, n_days) for day in range(1, n_days + 1)]
    assert sum(days) == fee
    assert max(days) - min(days) <= 1


@given(parts=st.lists(amounts, max_size=20), currency=st.sampled_from(["EUR", "JPY"]))
def test_shown_cents_add_up_to_the_shown_total(parts: list[int], currency: str) -> None:
    shown = [Decimal(text) for text in shown_parts(parts, currency)]
    assert sum(shown, Decimal(0)) == Decimal(Money(sum(parts), currency).rounded)
    step = Decimal(1) if currency == "JPY" else Decimal("0.01")
    for part, text in zip(parts, shown, strict=True):
        assert abs(Decimal(part).scaleb(-6) - text) <= step


@given(rate=st.integers(0, 10**12), quantity=st.integers(0, 10**10), per=st.integers(1, 10**8))
def test_a_price_is_the_nearest_whole_millionth(rate: int, quantity: int, per: int) -> None:
    exact = Fraction(rate * quantity, per)
    assert price(rate, quantity, per) == round(exact)


@given(micro=st.integers(0, 10**14))
def test_an_amount_reads_back_exactly(micro: int) -> None:
    assert read_amount(Money(micro, "EUR").text) == micro


@pytest.mark.parametrize("text", ["", "abc", "NaN", "Infinity", "-1", "0.0000001", "1e15", "1,50"])
def test_what_is_no_amount_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(AmountInvalidError, match="hour"):
        read_amount(text, what="per hour")


def test_two_currencies_are_never_added() -> None:
    with pytest.raises(AmountInvalidError, match="EUR and USD"):
        Money(MICRO, "EUR") + Money(MICRO, "USD")
