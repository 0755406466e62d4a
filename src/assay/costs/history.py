"""What the ledger says of the past, month by month: the only thing a forecast rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from assay.costs.model import PEOPLE, Stage

MIN_ITEMS = 20
"""Images in a month below which it says too little of what one costs."""


@dataclass(frozen=True, slots=True)
class Month:
    """One UTC month of the ledger.

    Attributes:
        n_items: different images people answered.
        n_answers: answers to ordinary work, rework among them.
        spent: micro-units by stage.
        seconds: of people, by stage.
        complete: the month is over.
    """

    month: str
    n_items: int
    n_answers: int
    spent: Mapping[Stage, float]
    seconds: Mapping[Stage, float]
    complete: bool = True

    @property
    def people_spent(self) -> float:
        """What was paid for people's time on pictures."""
        return float(sum(self.spent.get(stage, 0) for stage in PEOPLE))


@dataclass(frozen=True, slots=True)
class Pace:
    """One person's answers and the seconds they took."""

    user_id: str
    n: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Knobs:
    """What a policy can turn, each as it is now.

    Attributes:
        overlap: answers for an image; not whole when answers are asked for until they suffice.
        gold_rate: share of a person's tasks that are hidden gold.
        review_share: share of answers somebody looks at.
        auto_share: share of images whose label is taken from a model without a person.
        audit_share: share of those that somebody checks blind.
    """

    overlap: float
    gold_rate: float
    review_share: float
    auto_share: float = 0.0
    audit_share: float = 0.05


@dataclass(frozen=True, slots=True)
class History:
    """Everything a forecast is made from.

    Attributes:
        months: oldest first, the running one last.
        monthly: micro-units a month of each stage that is paid whatever is labelled.
        stored_gb: kept now.
        gb_month: micro-units for a gigabyte and month.
        n_items_ever: images the stored gigabytes belong to.
    """

    currency: str
    months: tuple[Month, ...]
    people: tuple[Pace, ...]
    knobs: Knobs
    monthly: Mapping[Stage, int] = field(default_factory=dict)
    stored_gb: float = 0.0
    gb_month: int = 0
    n_items_ever: int = 0
    hours_a_week: int = 30

    @property
    def telling(self) -> tuple[Month, ...]:
        """The months that say what an image costs: whole ones with enough images, else what there is."""
        enough = [m for m in self.months if m.n_items >= MIN_ITEMS and m.people_spent > 0]
        whole = [m for m in enough if m.complete]
        return tuple(whole or enough or [m for m in self.months if m.n_items and m.people_spent > 0])

    @property
    def items_a_month(self) -> float:
        """Images a month: the mean of the last three whole months, else those of the running one so far."""
        whole = [m.n_items for m in self.months if m.complete and m.n_items]
        if whole:
            return float(np.mean(whole[-3:]))
        return float(max((m.n_items for m in self.months), default=0))

    @property
    def n_answers(self) -> int:
        """Timed answers in all months."""
        return sum(m.n_answers for m in self.months)
