"""Money as whole millionths of a currency, so that sums are exact; and the two rules by which amounts are rounded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from assay.kernel.errors import InvalidInputError

MICRO = 1_000_000
"""Micro-units of one unit of a currency."""
LARGEST = 10**15
"""Micro-units of the largest amount taken: a thousand million."""
_WITHOUT_CENTS = frozenset({"JPY", "KRW", "ISK", "CLP", "VND", "HUF"})
_CODE = re.compile(r"[A-Z]{3}")


class AmountInvalidError(InvalidInputError):
    """Text that is no amount of money, or no currency."""

    code = "money.amount_invalid"


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount.

    Attributes:
        micro: millionths of the currency's unit; may be negative.
        currency: ISO 4217 code, such as `EUR`.
    """

    micro: int
    currency: str

    def __add__(self, other: Money) -> Money:
        """Add an amount of the same currency."""
        return Money(self.micro + _same(self, other), self.currency)

    def __sub__(self, other: Money) -> Money:
        """Take away an amount of the same currency."""
        return Money(self.micro - _same(self, other), self.currency)

    @property
    def text(self) -> str:
        """The exact amount, with as many places as it needs and at least the currency's own: `12.50`, `0.0042`."""
        places = minor_places(self.currency)
        plain = format(Decimal(self.micro).scaleb(-6).normalize(), "f")
        whole, _, rest = plain.partition(".")
        rest = rest.ljust(places, "0")
        return f"{whole}.{rest}" if rest else whole

    @property
    def rounded(self) -> str:
        """The amount in whole minor units (cents), half to even."""
        return format(_to_minor(self.micro, self.currency), "f")


def _same(first: Money, second: Money) -> int:
    if first.currency != second.currency:
        raise AmountInvalidError(
            f"{first.currency} and {second.currency} cannot be added.", hint="A project has one currency."
        )
    return second.micro


def minor_places(currency: str) -> int:
    """How many places the smallest coin of a currency has: 2, or 0 where there are no cents."""
    return 0 if currency in _WITHOUT_CENTS else 2


def check_currency(code: str) -> str:
    """The code, if it looks like one of ISO 4217.

    Raises:
        AmountInvalidError: it is not three capital letters.
    """
    if not _CODE.fullmatch(code):
        raise AmountInvalidError(f"{code[:16]!r} is no currency.", hint="Use the three letters of ISO 4217: EUR, USD.")
    return code


def read_amount(text: str, *, what: str = "amount") -> int:
    """Micro-units of a decimal text such as `15` or `0.0042`; never by way of binary fractions.

    Raises:
        AmountInvalidError: no number, finer than a millionth, negative, or a thousand million and more.
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    micro = value.scaleb(6) if value.is_finite() else value
    if not micro.is_finite() or micro != micro.to_integral_value() or not 0 <= micro < LARGEST:
        raise AmountInvalidError(
            f"{what} is {text[:32]!r}.", hint="Give a decimal number from 0 on with at most 6 places, such as 15.50."
        )
    return int(micro)


def price(rate_micro: int, quantity: int, per: int) -> int:
    """Micro-units of `quantity / per` units at a rate, half to even.

    Args:
        rate_micro: of one unit.
        quantity: a whole number of parts of the unit, such as milliseconds.
        per: parts in a unit, such as 3,600,000 milliseconds in an hour.
    """
    whole, rest = divmod(rate_micro * quantity, per)
    twice = 2 * rest
    return whole + (twice > per or (twice == per and whole % 2 == 1))


def share_out(total: int, weights: Sequence[int]) -> list[int]:
    """Split a whole amount in the proportion of weights without losing or making any.

    Each part is rounded down; what is left goes one by one to the parts with the largest remainders, ties to the
    first. With no weight above 0 all parts weigh the same. A negative total is split as its opposite.

    Raises:
        ValueError: a negative weight, or nothing to split among.
    """
    if not weights or min(weights) < 0:
        raise ValueError("weights must be 0 or more, and there must be one")
    if total < 0:
        return [-part for part in share_out(-total, weights)]
    chosen = list(weights) if sum(weights) else [1] * len(weights)
    whole = sum(chosen)
    parts = [total * weight // whole for weight in chosen]
    remainders = [total * weight % whole for weight in chosen]
    order = sorted(range(len(parts)), key=lambda i: (-remainders[i], i))
    for place in order[: total - sum(parts)]:
        parts[place] += 1
    return parts


def day_share(month_micro: int, day: int, n_days: int) -> int:
    """What falls on one day of a monthly fee: the days of a month add up to exactly the fee.

    Args:
        month_micro: the month's fee.
        day: of the month, from 1.
        n_days: in this month.
    """
    return month_micro * day // n_days - month_micro * (day - 1) // n_days


def shown_parts(parts: Sequence[int], currency: str) -> list[str]:
    """Amounts in whole minor units that add up to their rounded total, as a table of parts with a sum must."""
    if not parts:
        return []
    step = MICRO // 10 ** minor_places(currency)
    goal = int(_to_minor(sum(parts), currency).scaleb(minor_places(currency)))
    down = [part // step for part in parts]
    order = sorted(range(len(parts)), key=lambda i: (-(parts[i] % step), i))
    for place in order[: goal - sum(down)]:
        down[place] += 1
    return [format(Decimal(part).scaleb(-minor_places(currency)), "f") for part in down]


def _to_minor(micro: int, currency: str) -> Decimal:
    exponent = Decimal(1).scaleb(-minor_places(currency))
    return Decimal(micro).scaleb(-6).quantize(exponent, rounding=ROUND_HALF_EVEN)
