"""What labels cost: rate cards, the ledger (booked within a second or two), and what another size would come to."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from assay.access import Membership
from assay.api.deps import Caller, Cursor, Format, House, Lead, Limit, member
from assay.api.routes.insights import class_names
from assay.api.routing import make_router
from assay.api.tables import make_cursor, read_cursor, table
from assay.api.views.costs import NO_CURRENCY, card_in, card_out, costs_out, forecast_out, ledger_row
from assay.api.views.people import Names
from assay.costs import (
    WhatIf,
    all_cards,
    ask_forecast,
    entries_of_item,
    get_costs,
    ledger_after,
    set_rate_card,
)
from assay.items import item_in
from assay.kernel.money import Money
from assay.queue import list_batches
from assay.storage import Rx
from assay.wire.common import Page, Rows
from assay.wire.costs import CostsOut, ForecastOut, ItemCost, LedgerRow, RateCardNew, RateCardOut

router = make_router("costs")
Payer = Annotated[Membership, member("lead", "approver", "auditor", "admin")]
Knob = Annotated[float | None, Query(description="Another setting of the policy; left out: as it is.")]


def _currency(rx: Rx) -> str:
    cards = all_cards(rx)
    return cards[-1].currency if cards else NO_CURRENCY


@router.get("/v1/projects/{project}/costs")
def read_costs(caller: Caller, project: Payer, house: House) -> CostsOut:
    """What was spent, on what, and what an accepted image and mark came to."""
    costs = get_costs(caller.actor, project.project_id, house=house)
    batches = {b.id: b.name for b in list_batches(caller.actor, project.project_id, house=house)}
    with house.read(caller.actor, project.project_id) as rx:
        return costs_out(costs, batches, class_names(rx))


@router.get("/v1/projects/{project}/costs/rates")
def read_rates(caller: Caller, project: Payer, house: House) -> Rows[RateCardOut]:
    """Every rate card, newest first."""
    with house.read(caller.actor, project.project_id) as rx:
        names = Names(rx)
        rows = [card_out(card, names) for card in reversed(all_cards(rx))]
    return Rows[RateCardOut].model_construct(rows=rows)


@router.post("/v1/projects/{project}/costs/rates")
def write_rates(body: RateCardNew, caller: Caller, project: Lead, house: House) -> RateCardOut:
    """Let things cost this from `valid_from` on (now when left out); what is booked since then is priced anew."""
    card = card_in(body, now_us=house.clock.now_us())
    made = set_rate_card(caller, project, card, based_on=body.version, house=house)
    with house.read(caller.actor, project.project_id) as rx:
        return card_out(made, Names(rx))


@router.get("/v1/projects/{project}/costs/ledger", response_model=Page[LedgerRow])
def read_ledger(
    caller: Caller, project: Payer, house: House, cursor: Cursor = "", limit: Limit = 50, form: Format = "json"
) -> Page[LedgerRow] | Response:
    """Every entry in the order it was booked."""

    def fetch(cursor: str, n: int) -> tuple[list[LedgerRow], str | None]:
        key = read_cursor(cursor, str)
        with house.read(caller.actor, project.project_id) as rx:
            found = ledger_after(rx, key[0] if key else "", n + 1)
            names, currency = Names(rx), _currency(rx)
        rows = [ledger_row(entry, currency, names) for entry in found[:n]]
        return rows, make_cursor(found[n - 1].id) if len(found) > n else None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="ledger", model=LedgerRow)


@router.get("/v1/projects/{project}/costs/items/{item}")
def read_item_cost(caller: Caller, project: Payer, house: House, item: str) -> ItemCost:
    """What one item cost, entry by entry."""
    with house.read(caller.actor, project.project_id) as rx:
        found = entries_of_item(rx, item_in(rx, item).id)
        names, currency = Names(rx), _currency(rx)
    return ItemCost.model_construct(
        item_id=item,
        amount=Money(sum(entry.amount for entry in found), currency).text,
        currency=None if currency == NO_CURRENCY else currency,
        rows=[ledger_row(entry, currency, names) for entry in found],
    )


@router.get("/v1/projects/{project}/costs/forecast")
def read_forecast(
    caller: Caller,
    project: Payer,
    house: House,
    scale: Annotated[float, Query(ge=0.01, le=1000, description="Times today's images.")] = 10.0,
    overlap: Knob = None,
    gold_rate: Knob = None,
    review_share: Knob = None,
    auto_share: Knob = None,
    items_a_month: Annotated[float | None, Query(gt=0, le=1e9, description="Today's; left out: as measured.")] = None,
    months: Annotated[int, Query(ge=1, le=36, description="On the way there.")] = 7,
) -> ForecastOut:
    """What a month at another size comes to, with an 80 % interval, and what another policy would change."""
    answer = ask_forecast(
        caller.actor,
        project.project_id,
        scale=scale,
        what_if=WhatIf(overlap, gold_rate, review_share, auto_share),
        items_a_month=items_a_month,
        n_months=months,
        house=house,
    )
    return forecast_out(answer)
