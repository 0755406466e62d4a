"""What a fact costs under a rate card, and which rate cards make sense: pure decisions."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from assay.costs.errors import RateCardInvalidError
from assay.costs.model import MONTHLY_STAGES, MS_AN_HOUR, PAID_ROLES, Basis, Contract, Fact, RateCard, Stage
from assay.kernel.clock import SECOND_US, to_datetime
from assay.kernel.money import check_currency, day_share, price

DAY_US = 86_400 * SECOND_US
LONGEST_SECONDS = 12 * 3600
"""More than this on one picture is a page left open, and is booked as this."""
MAX_LINES = 50


def price_of(fact: Fact, card: RateCard | None) -> tuple[int, int]:
    """Rate and amount of a fact, in micro-units; both 0 while there is no rate card.

    Time under a contract costs nothing by itself: its answers are priced by the image.
    """
    if card is None:
        return 0, 0
    if fact.unit == "month_day":
        return _monthly(fact, card)
    if fact.unit == "piece":
        minutes = card.retraining_minutes if fact.stage is Stage.TRAIN else card.gold_minutes
        per_hour = card.per_hour.get(fact.role, 0)
        return per_hour, price(per_hour, minutes, 60)
    contract = _contract(fact, card)
    if contract is not None:
        return contract.per_image, contract.per_image
    rates = {
        "second": (card.per_hour.get(fact.role, 0), MS_AN_HOUR),
        "minute": (card.compute_minute, 1000),
        "gb_day": (card.stored_gb_month, 1000 * days_of_month(fact.at_us)),
    }
    rate, per = rates[fact.unit]
    return rate, price(rate, fact.quantity, per)


_BY_IMAGE = frozenset({Stage.ANNOTATE, Stage.REWORK, Stage.GOLD})


def basis_of(fact: Fact, card: RateCard | None) -> Basis:
    """Whether a fact is priced by the time it took or by a contract."""
    return fact.basis if card is None or _contract(fact, card) is None else Basis.CONTRACT


def _contract(fact: Fact, card: RateCard) -> Contract | None:
    by_image = fact.user_id and fact.unit == "second" and fact.stage in _BY_IMAGE
    return card.contract_of(fact.user_id) if by_image and fact.user_id else None


def _monthly(fact: Fact, card: RateCard) -> tuple[int, int]:
    line = next((m for m in card.monthly if m.name == fact.detail["line"]), None)
    if line is None:
        return 0, 0
    fee = card.month_fee(line)
    return fee, day_share(fee, fact.detail["day"], fact.detail["n_days"])


def card_at(cards: Sequence[RateCard], at_us: int) -> RateCard | None:
    """The card in force at a moment: the newest of those that are valid then."""
    valid = [card for card in cards if card.valid_from_us <= at_us]
    return max(valid, key=lambda card: card.version, default=None)


def day_of(at_us: int) -> int:
    """UTC days since 1970."""
    return at_us // DAY_US


def end_of(day: int) -> int:
    """The last moment of a UTC day."""
    return (day + 1) * DAY_US - 1


def month_of(at_us: int) -> str:
    """The UTC month, as 2026-11."""
    return to_datetime(at_us).strftime("%Y-%m")


def days_of_month(at_us: int) -> int:
    """Days of the UTC month this moment lies in."""
    moment = to_datetime(at_us)
    return calendar.monthrange(moment.year, moment.month)[1]


def next_months(month: str, n: int) -> list[str]:
    """The n months after one."""
    year, number = map(int, month.split("-"))
    return [f"{year + (number + k - 1) // 12}-{(number + k - 1) % 12 + 1:02}" for k in range(1, n + 1)]


def month_start_us(month: str) -> int:
    """The first moment of a UTC month."""
    moment = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def calendar_facts(card: RateCard | None, day: int, stored_bytes: int) -> list[Fact]:
    """What a whole UTC day brings whatever is done: what is stored, and the day's share of monthly lines.

    Args:
        card: the card in force at the end of that day.
        day: UTC days since 1970.
        stored_bytes: at its end.
    """
    at_us = end_of(day)
    moment, n_days = to_datetime(at_us), days_of_month(at_us)
    facts = []
    if stored_bytes:
        facts.append(Fact(f"storage/{day}", at_us, Stage.STORAGE, "gb_day", stored_bytes // 1_000_000, Basis.MEASURED))
    for line in card.monthly if card else ():
        detail = {"line": line.name, "day": moment.day, "n_days": n_days}
        key = f"monthly/{line.name}/{day}"
        facts.append(Fact(key, at_us, line.stage, "month_day", 1000, Basis.FEE, role=line.role, detail=detail))
    return facts


def booked_ms(seconds: float) -> int:
    """Seconds on a picture as whole milliseconds, none of them negative, none longer than half a day."""
    return round(min(max(seconds, 0.0), LONGEST_SECONDS) * 1000)


def check_card(card: RateCard, *, now_us: int) -> RateCard:
    """The card, if it makes sense.

    Raises:
        RateCardInvalidError: says what does not.
        AmountInvalidError: the currency is none.
    """
    check_currency(card.currency)
    unknown = sorted(set(card.per_hour) - set(PAID_ROLES))
    if unknown:
        _refuse(f"per_hour names the role {unknown[0][:32]!r}.", f"Paid roles are {', '.join(PAID_ROLES)}.")
    _check_names("contract", [c.name for c in card.contracts])
    _check_names("monthly line", [m.name for m in card.monthly])
    people = [person for c in card.contracts for person in c.people]
    if len(people) != len(set(people)):
        _refuse("Somebody stands in two contracts.", "Pay each person under one contract.")
    for line in card.monthly:
        if line.stage not in MONTHLY_STAGES or line.role not in PAID_ROLES:
            _refuse(f"The monthly line {line.name!r} has stage {line.stage.value}, role {line.role[:32]!r}.", _STAGES)
    if not 1 <= card.hours_a_week <= 168:  # noqa: PLR2004 - a week has 168
        _refuse(f"hours_a_week is {card.hours_a_week}.", "A week has 1 to 168 hours.")
    if card.valid_from_us > now_us:
        _refuse("valid_from lies in the future.", "Set the card when it begins, or leave valid_from out.")
    return card


_STAGES = f"Stages are {', '.join(MONTHLY_STAGES)}; roles are {', '.join(PAID_ROLES)}."


def _check_names(what: str, names: Sequence[str]) -> None:
    """Refuse too many, improper or repeated names."""
    if len(names) > MAX_LINES:
        _refuse(f"There are {len(names)} {what}s.", f"At most {MAX_LINES} are taken.")
    if any(not name.strip() or len(name) > 64 or "/" in name for name in names):  # noqa: PLR2004 - fits the key
        _refuse(f"A {what} has no proper name.", "Names have 1 to 64 characters and no slash.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        _refuse(f"The {what} {twice[0]!r} is named twice.", "Give each its own name.")


def _refuse(message: str, hint: str) -> None:
    raise RateCardInvalidError(message, hint=hint)
