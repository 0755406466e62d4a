"""Rate cards and ledger entries as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from assay.kernel.money import Money, price

MS_AN_HOUR = 3_600_000
GB = 10**9
PAID_ROLES = ("annotator", "reviewer", "expert", "lead", "engineer")


class Stage(StrEnum):
    """What money was spent on, in the order a label goes through."""

    ANNOTATE = "annotate"
    REWORK = "rework"
    GOLD = "gold"
    PRACTICE = "practice"
    REVIEW = "review"
    ADJUDICATE = "adjudicate"
    AUDIT = "audit"
    TRAIN = "train"
    COMPUTE = "compute"
    STORAGE = "storage"
    PLATFORM = "platform"
    MONITORING = "monitoring"
    ENGINEERING = "engineering"


PEOPLE = (
    Stage.ANNOTATE,
    Stage.REWORK,
    Stage.GOLD,
    Stage.PRACTICE,
    Stage.REVIEW,
    Stage.ADJUDICATE,
    Stage.AUDIT,
)
"""Stages whose cost is people's time on pictures; they grow with the work."""
MONTHLY_STAGES = (Stage.PLATFORM, Stage.MONITORING, Stage.ENGINEERING)


class Basis(StrEnum):
    """Where an entry's quantity comes from."""

    MEASURED = "measured"  # the page or the server measured it
    CONTRACT = "contract"  # a price for each image, whatever the time
    ASSUMED = "assumed"  # nobody measures it; the rate card says how long it takes
    FEE = "fee"  # a monthly sum


@dataclass(frozen=True, slots=True)
class Contract:
    """A vendor paid for each image rather than by the hour.

    Attributes:
        people: user ids of those who work under it.
        per_image: micro-units for each answer handed in.
    """

    name: str
    people: frozenset[str]
    per_image: int


@dataclass(frozen=True, slots=True)
class Monthly:
    """What is paid every month whatever is labelled: a licence, a server, somebody who watches.

    Attributes:
        stage: platform, monitoring or engineering.
        fee: micro-units a month.
        minutes: of `role` a month, priced by the hour.
    """

    name: str
    stage: Stage
    fee: int
    minutes: int = 0
    role: str = "engineer"


@dataclass(frozen=True, slots=True)
class RateCard:
    """What things cost from a moment on; every amount in micro-units of `currency`.

    Attributes:
        version: counts from 1.
        valid_from_us: entries from this moment on are priced by it, earlier bookings too.
        per_hour: by role; a role left out costs nothing.
        retraining_minutes: of an engineer for each training run, beside its compute.
        compute_minute: a minute of the machine.
        stored_gb_month: a gigabyte (10^9 bytes) kept for a month.
        gold_minutes: of an expert to sign one gold image; nobody measures it.
        hours_a_week: one person labels, for what the forecast says of people.
    """

    version: int
    currency: str
    valid_from_us: int
    per_hour: dict[str, int]
    contracts: tuple[Contract, ...] = ()
    monthly: tuple[Monthly, ...] = ()
    retraining_minutes: int = 0
    compute_minute: int = 0
    stored_gb_month: int = 0
    gold_minutes: int = 0
    hours_a_week: int = 30
    created_by: str = ""
    created_at_us: int = 0

    def contract_of(self, user_id: str) -> Contract | None:
        """The contract somebody works under; None for people paid by the hour."""
        return next((c for c in self.contracts if user_id in c.people), None)

    def month_fee(self, line: Monthly) -> int:
        """What a monthly line comes to: its fee and its hours."""
        return line.fee + price(self.per_hour.get(line.role, 0), line.minutes, 60)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened and has a price, before it is priced.

    Attributes:
        key: names it for ever in its project; the same key is booked once.
        quantity: thousandths of `unit`: milliseconds for `second`, 1000 for one piece.
        unit: second, minute (of a machine), piece (as long as the card says), gb_day or month_day.
        role: whose time it is; empty where it is nobody's.
        n_marks: marks of a submission.
        subject: what it concerns, such as `submission/<id>`.
        event_id: the event it follows from; empty for what the calendar brings.
        detail: for a monthly line: its name and days of the month.
    """

    key: str
    at_us: int
    stage: Stage
    unit: str
    quantity: int
    basis: Basis
    role: str = ""
    user_id: str | None = None
    item_id: str | None = None
    batch_id: str | None = None
    n_marks: int = 0
    subject: str = ""
    event_id: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A priced fact in the ledger; never changed: a new price is a further entry.

    Attributes:
        of: the entry this one adjusts; its own id for the first booking.
        rate: micro-units of one unit.
        amount: micro-units; of an adjustment the difference.
        card_version: 0 while there was no rate card.
    """

    id: str
    of: str
    fact: Fact
    rate: int
    amount: int
    card_version: int


@dataclass(frozen=True, slots=True)
class Line:
    """A sum over entries.

    Attributes:
        n: bookings in it.
        seconds: of people.
        amount: micro-units.
    """

    stage: Stage
    batch_id: str | None
    month: str
    n: int
    n_items: int
    seconds: float
    amount: int


@dataclass(frozen=True, slots=True)
class Total:
    """An exact sum with its parts by stage."""

    total: Money
    by_stage: dict[Stage, int]
