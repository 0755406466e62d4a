"""Rate cards, sums and forecasts on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assay.api.views.people import Names
from assay.costs import Answer, Contract, Costs, Entry, Line, Month, Monthly, Range, RateCard, Scenario, Stage
from assay.kernel.estimate import Estimate
from assay.kernel.money import MICRO, Money, read_amount, shown_parts
from assay.wire.common import EstimateOut, instant
from assay.wire.costs import (
    BatchSum,
    ChangeOut,
    ClassCostOut,
    ContractRates,
    CostsOut,
    ForecastOut,
    KnobsOut,
    LedgerRow,
    MonthlyRates,
    MonthOut,
    PathPoint,
    RangeOut,
    RateCardNew,
    RateCardOut,
    ScenarioOut,
    StageSum,
    TrackRecord,
)

UNIT_NAMES = {"second": 1000, "minute": 1000, "piece": 1000, "gb_day": 1000, "month_day": 1000}
NO_CURRENCY = "XXX"
"""ISO 4217 for "no currency": what sums are in while there is no rate card."""


def card_in(body: RateCardNew, *, now_us: int) -> RateCard:
    """A rate card as it was sent."""
    return RateCard(
        version=0,
        currency=body.currency,
        valid_from_us=now_us if body.valid_from is None else body.valid_from,
        per_hour={role: read_amount(text, what=f"per_hour.{role}") for role, text in body.per_hour.items()},
        contracts=tuple(
            Contract(c.name, frozenset(c.people), read_amount(c.per_image, what=f"contract {c.name}"))
            for c in body.contracts
        ),
        monthly=tuple(
            Monthly(m.name, Stage(m.stage), read_amount(m.fee, what=f"monthly {m.name}"), m.minutes, m.role)
            for m in body.monthly
        ),
        retraining_minutes=body.retraining_minutes,
        compute_minute=read_amount(body.compute_minute, what="compute_minute"),
        stored_gb_month=read_amount(body.stored_gb_month, what="stored_gb_month"),
        gold_minutes=body.gold_minutes,
        hours_a_week=body.hours_a_week,
    )


def card_out(card: RateCard, names: Names) -> RateCardOut:
    """A rate card for a page."""

    def text(micro: int) -> str:
        return Money(micro, card.currency).text

    return RateCardOut.model_construct(
        currency=card.currency,
        per_hour={role: text(micro) for role, micro in card.per_hour.items()},
        contracts=[
            ContractRates.model_construct(name=c.name, people=sorted(c.people), per_image=text(c.per_image))
            for c in card.contracts
        ],
        monthly=[
            MonthlyRates.model_construct(
                name=m.name, stage=m.stage.value, fee=text(m.fee), minutes=m.minutes, role=m.role
            )
            for m in card.monthly
        ],
        retraining_minutes=card.retraining_minutes,
        compute_minute=text(card.compute_minute),
        stored_gb_month=text(card.stored_gb_month),
        gold_minutes=card.gold_minutes,
        hours_a_week=card.hours_a_week,
        version=card.version,
        valid_from=instant(card.valid_from_us),
        created_at=instant(card.created_at_us),
        created_by=names(card.created_by).name,
    )


def money_estimate(estimate: Estimate) -> EstimateOut:
    """An estimate in micro-units as one in the currency's units."""
    value, low, high = (
        None if v is None else round(v / MICRO, 6) for v in (estimate.value, estimate.low, estimate.high)
    )
    return EstimateOut(value=value, low=low, high=high, n=estimate.n, n_items=estimate.n_items, method=estimate.method)


def stage_sums(amounts: Mapping[Stage, int], currency: str) -> list[StageSum]:
    """Parts in whole cents that add up to their total, the stages without any left out."""
    used = [stage for stage in Stage if amounts.get(stage)]
    shown = shown_parts([amounts[stage] for stage in used], currency)
    whole = sum(amounts.values()) or 1
    return [
        StageSum.model_construct(stage=stage.value, amount=text, share=amounts[stage] / whole)
        for stage, text in zip(used, shown, strict=True)
    ]


def _by_stage(lines: Sequence[Line]) -> dict[Stage, int]:
    found: dict[Stage, int] = {}
    for line in lines:
        found[line.stage] = found.get(line.stage, 0) + line.amount
    return found


def costs_out(costs: Costs, batches: Mapping[str, str], classes: Mapping[str, str]) -> CostsOut:
    """The ledger for a page."""
    currency = costs.card.currency if costs.card else NO_CURRENCY
    total = Money(costs.total, currency)
    return CostsOut.model_construct(
        title=costs_title(costs, total),
        currency=costs.card.currency if costs.card else None,
        card_version=costs.card.version if costs.card else None,
        total=total.rounded,
        stages=stage_sums(_by_stage(costs.lines), currency),
        months=[_month_out(m, [x for x in costs.lines if x.month == m.month], currency) for m in costs.months],
        batches=_batches(costs.lines, batches, currency),
        by_class=[
            ClassCostOut.model_construct(
                label_class=c.label_class,
                name=classes.get(c.label_class, c.label_class),
                amount=text,
                per_mark=money_estimate(c.per_mark),
                seconds=c.seconds,
            )
            for c, text in zip(costs.by_class, shown_parts([c.amount for c in costs.by_class], currency), strict=True)
        ],
        n_accepted_items=costs.n_accepted_items,
        n_accepted_marks=costs.n_accepted_marks,
        per_item=money_estimate(costs.per_item),
        per_mark=money_estimate(costs.per_mark),
        stored_gb=costs.stored_gb,
    )


def costs_title(costs: Costs, total: Money) -> str:
    """The answer as a sentence."""
    if costs.card is None:
        return "Nothing has a price yet: set a rate card"
    if costs.per_mark.value is None:
        return f"{total.currency} {total.rounded} so far, and no mark accepted yet"
    each = f"{costs.per_mark.value / MICRO:.3f}"
    return f"{total.currency} {total.rounded} so far, {each} an accepted mark"


def _month_out(month: Month, lines: Sequence[Line], currency: str) -> MonthOut:
    amount = sum(line.amount for line in lines)
    return MonthOut.model_construct(
        month=month.month,
        complete=month.complete,
        amount=Money(amount, currency).rounded,
        n_items=month.n_items,
        n_answers=month.n_answers,
        hours=sum(month.seconds.values()) / 3600,
        stages=stage_sums(_by_stage(lines), currency),
    )


def _batches(lines: Sequence[Line], names: Mapping[str, str], currency: str) -> list[BatchSum]:
    ids = sorted({line.batch_id for line in lines}, key=lambda b: b or "~")
    mine = {b: [line for line in lines if line.batch_id == b] for b in ids}
    shown = shown_parts([sum(line.amount for line in mine[b]) for b in ids], currency)
    return [
        BatchSum.model_construct(
            batch_id=b,
            name=names.get(b, b[:8]) if b else "no batch",
            amount=text,
            n_items=max((line.n_items for line in mine[b]), default=0),
            stages=stage_sums(_by_stage(mine[b]), currency),
        )
        for b, text in zip(ids, shown, strict=True)
    ]


def ledger_row(entry: Entry, currency: str, names: Names) -> LedgerRow:
    """One entry for a table."""
    fact = entry.fact
    return LedgerRow.model_construct(
        id=entry.id,
        of=None if entry.of == entry.id else entry.of,
        at=instant(fact.at_us),
        stage=fact.stage.value,
        unit=fact.unit,
        quantity=fact.quantity / UNIT_NAMES[fact.unit],
        basis=fact.basis.value,
        role=fact.role,
        person=names(fact.user_id).name if fact.user_id else None,
        item_id=fact.item_id,
        batch_id=fact.batch_id,
        n_marks=fact.n_marks,
        subject=fact.subject,
        rate=Money(entry.rate, currency).text,
        amount=Money(entry.amount, currency).text,
        currency=currency,
        card_version=entry.card_version,
        event_id=fact.event_id,
    )


def range_out(value: Range, unit: float = 1.0) -> RangeOut:
    """A forecast figure in other units."""
    return RangeOut(
        value=value.value / unit,
        low=value.low / unit,
        high=value.high / unit,
        low50=value.low50 / unit,
        high50=value.high50 / unit,
    )


def scenario_out(scenario: Scenario) -> ScenarioOut:
    """One month of a forecast."""
    return ScenarioOut.model_construct(
        money=range_out(scenario.money, MICRO),
        hours=range_out(scenario.hours),
        annotators=range_out(scenario.annotators),
        weeks_for_10000=range_out(scenario.weeks),
        stored_gb=scenario.stored_gb,
        storage=scenario.storage / MICRO,
        compute=range_out(scenario.compute, MICRO),
        per_item=range_out(scenario.per_item, MICRO),
        stages={stage.value: amount / MICRO for stage, amount in scenario.by_stage.items() if amount},
    )


def forecast_out(answer: Answer) -> ForecastOut:
    """A forecast for a page."""
    found = answer.forecast
    paid = [
        PathPoint.model_construct(month=m.month, n_items=m.n_items, money=_paid(sum(m.spent.values()) / MICRO))
        for m in answer.paid
    ]
    knobs = found.knobs
    return ForecastOut.model_construct(
        title=forecast_title(answer),
        text=forecast_text(answer),
        currency=found.currency,
        scale=found.scale,
        items_now=found.items_now,
        items_then=found.items_then,
        now=scenario_out(found.now),
        then=scenario_out(found.then),
        changed=None if found.changed is None else scenario_out(found.changed),
        changes=[
            ChangeOut.model_construct(
                name=c.name,
                before=c.before,
                after=c.after,
                saves=range_out(c.saves, MICRO),
                effect=answer.effects.get(c.name, ""),
            )
            for c in found.changes
        ],
        paid=paid,
        path=_path(answer, found.path),
        changed_path=_path(answer, found.changed_path),
        knobs=KnobsOut(
            overlap=knobs.overlap,
            gold_rate=knobs.gold_rate,
            review_share=knobs.review_share,
            auto_share=knobs.auto_share,
            audit_share=knobs.audit_share,
        ),
        n_months=found.n_months,
        n_answers=found.n_answers,
        n_people=found.n_people,
        hours_a_week=answer.hours_a_week,
        track_record=TrackRecord(held=answer.held, n=answer.tried, text=record_text(answer.held, answer.tried)),
        assumptions=assumptions(answer),
        method=found.method,
    )


def _paid(amount: float) -> RangeOut:
    return RangeOut(value=amount, low=amount, high=amount, low50=amount, high50=amount)


def _path(answer: Answer, path: Sequence[tuple[float, Range]]) -> list[PathPoint]:
    return [
        PathPoint.model_construct(month=month, n_items=n_items, money=range_out(money, MICRO))
        for month, (n_items, money) in zip(answer.months, path, strict=False)
    ]


def _whole(micro: float, currency: str) -> str:
    """Money in a sentence: no digits that its interval does not support."""
    value = micro / MICRO
    digits = 0 if abs(value) >= 100 else 2  # noqa: PLR2004 - cents matter below a hundred
    return f"{currency} {value:,.{digits}f}"


def forecast_title(answer: Answer) -> str:
    """The answer as a sentence."""
    found = answer.forecast
    times = f"{found.scale:g} times the images"
    said = f"{times}: {_whole(found.then.money.value, found.currency)} a month"
    if found.changed is None:
        return said
    n = len(found.changes)
    what = "one change" if n == 1 else f"{n} changes"
    return f"{said}, or {_whole(found.changed.money.value, found.currency)} with {what}"


def forecast_text(answer: Answer) -> str:
    """How we know."""
    found = answer.forecast
    months = f"{found.n_months} whole months of ledger" if found.n_months else "less than one month of ledger"
    people = f"{found.n_people} people" if found.n_people != 1 else "one person"
    return (
        f"80 % interval, from {found.n_answers:,} timed answers of {people} and {months}. "
        f"{record_text(answer.held, answer.tried)}"
    )


def record_text(held: int, tried: int) -> str:
    """How earlier forecasts did, in words."""
    if not tried:
        return "No earlier month to hold a forecast against yet."
    few = ": too few to judge" if tried < 10 else ""  # noqa: PLR2004 - below ten nothing can be told from 80 %
    return f"Earlier forecasts held {held} of {tried} months{few}."


def assumptions(answer: Answer) -> list[str]:
    """What the figure takes for granted, each in a sentence."""
    said = [
        "Cost grows with the images; prices stay as the rate card has them.",
        "More images need more people, whose pace is not known yet; the interval holds that.",
    ]
    if answer.forecast.n_months == 0:
        said.append("No month is over yet: today's images are those of this month so far, and the spread is assumed.")
    if answer.has_fixed:
        said.append("Monthly fees stay the same at any size.")
    if answer.forecast.changes:
        said.append(
            "The effect of a policy that was not tried here may be off by about a tenth; the interval holds that."
        )
    return said
