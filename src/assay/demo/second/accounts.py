"""What it all cost: the rate card, the ledger against the page's total, and the forecast at ten times the size."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from assay.demo.second.ground import Ground, wait_for

SCALE = 10
RATES: dict[str, Any] = {
    "currency": "EUR",
    "per_hour": {"annotator": "18", "reviewer": "27", "expert": "60", "lead": "45", "engineer": "70"},
    "monthly": [{"name": "Monitoring", "stage": "monitoring", "fee": "40", "minutes": 60, "role": "engineer"}],
    "retraining_minutes": 30,
    "compute_minute": "0.02",
    "stored_gb_month": "0.05",
    "gold_minutes": 3,
    "hours_a_week": 30,
}
"""Assumed prices; the report says so."""


def set_rates(ground: Ground) -> None:
    """Put prices on everything since the project began."""
    rates = ground.lead.get("/costs/rates")["rows"]
    if not rates:
        ground.lead.post("/costs/rates", {**RATES, "version": 0, "valid_from": ground.lead.get("")["created_at"]})


def costs(ground: Ground) -> dict[str, Any]:
    """The page's figures, and whether every entry of the ledger adds up to them."""
    with ground.console.step("What it cost") as step:
        settled = wait_for(lambda: _sums(ground), lambda s: bool(s["adds_up"]), "the ledger", most_s=60.0)
        page = settled["page"]
        per_mark = page["per_mark"]
        step.note(f"{page['total']} {page['currency']}, {per_mark['value']:.3f} an accepted mark")
    return {
        "currency": page["currency"],
        "total": page["total"],
        "stages": {s["stage"]: s["amount"] for s in page["stages"]},
        "n_entries": settled["n_entries"],
        "adds_up": settled["adds_up"],
        "per_accepted_mark": per_mark,
        "per_accepted_item": page["per_item"],
        "n_accepted_marks": page["n_accepted_marks"],
        "note": "Prices are assumed; seconds are those the simulated people say they took.",
    }


def _sums(ground: Ground) -> dict[str, Any]:
    page = ground.lead.get("/costs")
    amounts = [Decimal(row["amount"]) for row in ground.lead.rows("/costs/ledger")]
    stages = sum((Decimal(s["amount"]) for s in page["stages"]), Decimal(0))
    cents = Decimal("0.01")
    exact = abs(sum(amounts, Decimal(0)) - Decimal(page["total"])) <= cents / 2
    return {"page": page, "n_entries": len(amounts), "adds_up": exact and stages == Decimal(page["total"])}


def forecast(ground: Ground) -> dict[str, Any]:
    """What a month of ten times as many boards would come to, with its 80 % interval."""
    found = ground.lead.get("/costs/forecast", scale=SCALE)
    money = found["then"]["money"]
    return {
        "scale": SCALE,
        "title": found["title"],
        "items": found["items_then"],
        "money": {"value": money["value"], "low": money["low"], "high": money["high"], "level": 0.8},
        "currency": found["currency"],
        "hours": found["then"]["hours"],
        "n_months": found["n_months"],
        "n_answers": found["n_answers"],
        "method": found["method"],
        "assumptions": found["assumptions"],
    }
