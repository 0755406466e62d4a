"""Rate cards, sums of the ledger and forecasts as they travel: exact amounts as decimal texts, forecasts as numbers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from assay.wire.common import EstimateOut, Finite, Instant, InstantIn, WireModel

Amount = Annotated[str, Field(max_length=32, pattern=r"^[0-9]+(\.[0-9]{1,6})?$")]
"""A decimal number of the card's currency, from 0 on, with at most 6 places."""
StageName = Literal[
    "annotate",
    "rework",
    "gold",
    "practice",
    "review",
    "adjudicate",
    "audit",
    "train",
    "compute",
    "storage",
    "platform",
    "monitoring",
    "engineering",
]
PaidRole = Literal["annotator", "reviewer", "expert", "lead", "engineer"]


class ContractRates(WireModel):
    """A vendor paid for each image; `people` are ids of those who work under the contract."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    people: Annotated[list[str], Field(max_length=1000)]
    per_image: Amount


class MonthlyRates(WireModel):
    """What is paid every month: a fee, and hours of a role."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    stage: Literal["platform", "monitoring", "engineering"]
    fee: Amount = "0"
    minutes: Annotated[int, Field(ge=0, le=60_000)] = 0
    role: PaidRole = "engineer"


class Rates(WireModel):
    """What things cost."""

    currency: Annotated[str, Field(min_length=3, max_length=3)]
    per_hour: dict[PaidRole, Amount]
    contracts: Annotated[list[ContractRates], Field(max_length=50, default_factory=list)]
    monthly: Annotated[list[MonthlyRates], Field(max_length=50, default_factory=list)]
    retraining_minutes: Annotated[int, Field(ge=0, le=60_000)] = 0
    compute_minute: Amount = "0"
    stored_gb_month: Amount = "0"
    gold_minutes: Annotated[int, Field(ge=0, le=600)] = 0
    hours_a_week: Annotated[int, Field(ge=1, le=168)] = 30


class RateCardNew(Rates):
    """A rate card to set; `version` is the one it is based on, 0 for the first."""

    version: Annotated[int, Field(ge=0)]
    valid_from: InstantIn | None = None


class RateCardOut(Rates):
    """A rate card in the books."""

    version: int
    valid_from: Instant
    created_at: Instant
    created_by: str


class StageSum(WireModel):
    """One stage's part of a sum; the parts add up to the total they stand beside."""

    stage: StageName
    amount: str
    share: Finite


class MonthOut(WireModel):
    """One UTC month of the ledger."""

    month: str
    complete: bool
    amount: str
    n_items: int
    n_answers: int
    hours: Finite
    stages: list[StageSum]


class BatchSum(WireModel):
    """One batch's part of the total; `batch_id` is null for what belongs to none."""

    batch_id: str | None
    name: str
    amount: str
    n_items: int
    stages: list[StageSum]


class ClassCostOut(WireModel):
    """What marks of a class cost; `per_mark` in the currency's units with an 80 % interval."""

    label_class: str
    name: str
    amount: str
    per_mark: EstimateOut
    seconds: Finite


class CostsOut(WireModel):
    """What was spent and what it bought; intervals are 80 %."""

    title: str
    currency: str | None
    card_version: int | None
    total: str
    stages: list[StageSum]
    months: list[MonthOut]
    batches: list[BatchSum]
    by_class: list[ClassCostOut]
    n_accepted_items: int
    n_accepted_marks: int
    per_item: EstimateOut
    per_mark: EstimateOut
    stored_gb: Finite


class LedgerRow(WireModel):
    """One entry; an adjustment names the entry it brings to another price in `of`."""

    id: str
    of: str | None
    at: Instant
    stage: StageName
    unit: str
    quantity: Finite
    basis: str
    role: str
    person: str | None
    item_id: str | None
    batch_id: str | None
    n_marks: int
    subject: str
    rate: str
    amount: str
    currency: str
    card_version: int
    event_id: str


class ItemCost(WireModel):
    """What one item cost, entry by entry."""

    item_id: str
    amount: str
    currency: str | None
    rows: list[LedgerRow]


class RangeOut(WireModel):
    """A forecast figure with its 50 and 80 % intervals."""

    value: Finite
    low: Finite
    high: Finite
    low50: Finite
    high50: Finite


class ScenarioOut(WireModel):
    """One month; money in the currency's units."""

    money: RangeOut
    hours: RangeOut
    annotators: RangeOut
    weeks_for_10000: RangeOut
    stored_gb: Finite
    storage: Finite
    compute: RangeOut
    per_item: RangeOut
    stages: dict[StageName, Finite]


class ChangeOut(WireModel):
    """What turning one knob alone saves a month, and what it does to quality, in words with its evidence."""

    name: Literal["overlap", "gold_rate", "review_share", "auto_share"]
    before: Finite
    after: Finite
    saves: RangeOut
    effect: str


class PathPoint(WireModel):
    """One month on the way."""

    month: str
    n_items: Finite
    money: RangeOut


class KnobsOut(WireModel):
    """What the policy does today."""

    overlap: Finite
    gold_rate: Finite
    review_share: Finite
    auto_share: Finite
    audit_share: Finite


class TrackRecord(WireModel):
    """How earlier forecasts did: of each whole month, forecast from the months before it."""

    held: int
    n: int
    text: str


class ForecastOut(WireModel):
    """What a month at another size will come to; every interval is 80 % (50 % beside it)."""

    title: str
    text: str
    currency: str
    scale: Finite
    items_now: Finite
    items_then: Finite
    now: ScenarioOut
    then: ScenarioOut
    changed: ScenarioOut | None
    changes: list[ChangeOut]
    paid: list[PathPoint]
    path: list[PathPoint]
    changed_path: list[PathPoint]
    knobs: KnobsOut
    n_months: int
    n_answers: int
    n_people: int
    hours_a_week: int
    track_record: TrackRecord
    assumptions: list[str]
    method: str
