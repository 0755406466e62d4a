"""Reading rate cards, the ledger, and what ten times as much would come to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assay.costs import store
from assay.costs.effects import effect_of
from assay.costs.forecasting import Forecast, forecast, track_record
from assay.costs.history import Month
from assay.costs.rules import next_months
from assay.costs.summary import Costs, read_costs, read_history
from assay.gold import all_gold
from assay.governance import policy_in
from assay.kernel.actor import Actor
from assay.reliability import WatchRules, people_scores, setup_for
from assay.storage import House, Rx

all_cards = store.all_cards
ledger_after = store.entries_after
ledger_total = store.total
entries_of_item = store.entries_of_item


def get_costs(actor: Actor, project: str, *, house: House) -> Costs:
    """What a project cost so far."""
    with house.read(actor, project) as rx:
        return read_costs(rx)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A policy to compare with; None leaves a knob as it is."""

    overlap: float | None = None
    gold_rate: float | None = None
    review_share: float | None = None
    auto_share: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A forecast with what stands beside it.

    Attributes:
        effects: what each turned knob does to quality, by name.
        paid: the months so far.
        months: names of the months on the way.
        held: of `tried` whole months forecast from those before them, how many lay inside.
    """

    forecast: Forecast
    effects: dict[str, str]
    paid: tuple[Month, ...]
    months: tuple[str, ...]
    held: int
    tried: int
    hours_a_week: int
    has_fixed: bool


def ask_forecast(
    actor: Actor,
    project: str,
    *,
    scale: float,
    house: House,
    what_if: WhatIf | None = None,
    items_a_month: float | None = None,
    n_months: int = 7,
) -> Answer:
    """Forecast a month at `scale` times today's images.

    Raises:
        NoHistoryError: no rate card, or nothing paid for yet.
        WhatIfInvalidError: a scale or a knob that cannot be.
    """
    with house.read(actor, project) as rx:
        history = read_history(rx)
        turned = {k: v for k, v in _knobs(what_if).items() if v is not None}
        found = forecast(
            history,
            scale=scale,
            turned=replace(history.knobs, **turned) if turned else None,
            items_a_month=items_a_month,
            n_months=n_months,
        )
        effects = _effects(rx, found) if found.changes else {}
    held, tried = track_record(history)
    newest = history.months[-1].month
    return Answer(
        forecast=found,
        effects=effects,
        paid=history.months,
        months=tuple(next_months(newest, n_months)),
        held=held,
        tried=tried,
        hours_a_week=history.hours_a_week,
        has_fixed=bool(history.monthly),
    )


def _knobs(what_if: WhatIf | None) -> dict[str, float | None]:
    if what_if is None:
        return {}
    return {name: getattr(what_if, name) for name in ("overlap", "gold_rate", "review_share", "auto_share")}


def _effects(rx: Rx, found: Forecast) -> dict[str, str]:
    policy = policy_in(rx)
    limits = WatchRules(
        policy.accepted_error, policy.max_error, policy.alarm_run_length, policy.match_iou, policy.tight_iou
    )
    setup = setup_for([len(g.marks) for g in all_gold(rx)], limits)
    scores = people_scores(rx)
    return {c.name: effect_of(c.name, c.before, c.after, scores, setup) for c in found.changes}
