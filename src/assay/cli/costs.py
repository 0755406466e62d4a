"""`assay cost`: what labels cost, at which rates, and what another size or policy would come to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.connection import HERE, Key, ProjectName, Server, connected
from assay.cli.errors import UsageError
from assay.cli.output import AsJson, make_app, show, table

if TYPE_CHECKING:
    from assay.wire.common import EstimateOut
    from assay.wire.costs import CostsOut, ForecastOut, RangeOut, RateCardOut

app = make_app("What labels cost, and what ten times as many would come to.")

EXAMPLE = """{
  "version": 0,
  "currency": "EUR",
  "per_hour": {"annotator": "15", "reviewer": "22", "expert": "35", "lead": "40", "engineer": "60"},
  "contracts": [{"name": "a vendor", "people": ["<user id>"], "per_image": "0.12"}],
  "monthly": [{"name": "server", "stage": "platform", "fee": "80"},
              {"name": "on call", "stage": "monitoring", "minutes": 240, "role": "engineer"}],
  "retraining_minutes": 120,
  "compute_minute": "0.004",
  "stored_gb_month": "0.023",
  "gold_minutes": 3,
  "hours_a_week": 30,
  "valid_from": "2026-01-01T00:00:00Z"
}"""
Share = Annotated[float | None, typer.Option(help="What if: a share from 0 to 1.")]


@app.command("show")
def show_(*, project: ProjectName, server: Server = HERE, key: Key = "", as_json: AsJson = False) -> None:
    """Say what was spent, on what, and what an accepted image and mark came to."""
    from assay.client import calls

    with connected(server, key) as client:
        found = client.send(calls.costs(project))
    show(found.model_dump(), _costs_lines(found), as_json=as_json)


def _costs_lines(found: CostsOut) -> list[str]:
    unit = found.currency or ""
    stages = [[s.stage, s.amount, f"{s.share:.0%}"] for s in found.stages]
    classes = [[c.name, c.amount, *_estimate(c.per_mark), f"{c.seconds:.1f} s"] for c in found.by_class]
    batches = [[b.name, b.amount, str(b.n_items)] for b in found.batches]
    months = [
        [m.month + ("" if m.complete else " so far"), m.amount, str(m.n_items), str(m.n_answers), f"{m.hours:.1f}"]
        for m in found.months
    ]
    return [
        found.title,
        f"An accepted image: {' '.join(_estimate(found.per_item))}; a mark: {' '.join(_estimate(found.per_mark))}",
        "",
        *table([*stages, ["total", found.total, ""]], ["spent on", unit, "share"]),
        "",
        *table(months, ["month", unit, "images", "answers", "people-hours"]),
        "",
        *table(classes, ["class", unit, "a mark", "80 %", "n", "takes"]),
        "",
        *table(batches, ["batch", unit, "images"]),
    ]


def _estimate(value: EstimateOut) -> list[str]:
    """Value, interval and n as three words."""
    if value.value is None:
        return ["not enough evidence", "", f"n {value.n}"]
    between = "" if value.low is None or value.high is None else f"{value.low:.4f}–{value.high:.4f}"
    return [f"{value.value:.4f}", between, f"n {value.n}"]


@app.command()
def rates(
    *,
    example: Annotated[bool, typer.Option("--example", help="Print a rate card to begin with.")] = False,
    project: Annotated[
        str, typer.Option("--project", "-p", envvar="ASSAY_PROJECT", help="The project's short name.")
    ] = "",
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Show the rate cards, newest first; `--example` prints one to fill in."""
    from assay.client import calls

    if example:
        print(EXAMPLE)
        return
    if not project:
        raise UsageError("No project is named.", hint="Give --project, or --example for a card to begin with.")
    with connected(server, key) as client:
        rows = client.send(calls.rate_cards(project)).rows
    lines = [line for card in rows for line in [*_card_lines(card), ""]]
    said = lines[:-1] or ["There is no rate card.", "Next: assay cost rates --example > rates.json"]
    show({"rates": [card.model_dump() for card in rows]}, said, as_json=as_json)


def _card_lines(card: RateCardOut) -> list[str]:
    rows = [[f"an hour of {role}", amount] for role, amount in card.per_hour.items()]
    rows += [[f"an image by {c.name} ({len(c.people)} people)", c.per_image] for c in card.contracts]
    rows += [[f"{m.name} a month ({m.stage}, {m.minutes} minutes of {m.role})", m.fee] for m in card.monthly]
    rows += [["a minute of compute", card.compute_minute], ["a gigabyte and month", card.stored_gb_month]]
    return [
        f"Rate card {card.version} by {card.created_by}, from {card.valid_from}",
        *table(rows, ["what", card.currency]),
    ]


@app.command("set-rates")
def set_rates(
    file: Annotated[Path, typer.Argument(help="JSON as `assay cost rates --example` prints it.")],
    *,
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Make the amounts of a file the next rate card; what is booked since its `valid_from` is priced anew."""
    from pydantic import ValidationError

    from assay.client import calls
    from assay.wire.costs import RateCardNew

    try:
        card = RateCardNew.model_validate_json(file.read_bytes())
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {(error.strerror or 'no such file').lower()}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UsageError(f"{file.name}: {where}: {first['msg']}.", hint="See `assay cost rates --example`.") from None
    with connected(server, key) as client:
        made = client.send(calls.set_rate_card(project, card))
    show(made.model_dump(), _card_lines(made), as_json=as_json)


@app.command()
def forecast(
    *,
    scale: Annotated[float, typer.Option(help="Times today's images.")] = 10.0,
    overlap: Annotated[float | None, typer.Option(help="What if: answers for an image.")] = None,
    gold_rate: Share = None,
    review_share: Share = None,
    auto_share: Share = None,
    items_a_month: Annotated[float | None, typer.Option(help="Today's images a month, if not as measured.")] = None,
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Say what a month at another size comes to, with an 80 % interval, and what another policy would change."""
    from assay.client import calls

    turned = {
        "overlap": overlap,
        "gold_rate": gold_rate,
        "review_share": review_share,
        "auto_share": auto_share,
        "items_a_month": items_a_month,
    }
    with connected(server, key) as client:
        found = client.send(calls.forecast(project, scale, **turned))
    show(found.model_dump(), _forecast_lines(found), as_json=as_json)


def _forecast_lines(found: ForecastOut) -> list[str]:
    scenarios = [found.now, found.then, *([found.changed] if found.changed else [])]
    heads = ["", "today's size", f"{found.scale:g} times", *(["with the changes"] if found.changed else [])]
    rows = [
        [f"{found.currency} a month", *[_range(s.money, 0) for s in scenarios]],
        ["people-hours", *[_range(s.hours, 0) for s in scenarios]],
        [f"annotators at {found.hours_a_week} h a week", *[_range(s.annotators, 1) for s in scenarios]],
        ["weeks for 10,000 images", *[_range(s.weeks_for_10000, 1) for s in scenarios]],
        ["stored GB", *[f"{s.stored_gb:.2f}" for s in scenarios]],
        [f"compute, {found.currency}", *[_range(s.compute, 2) for s in scenarios]],
    ]
    changes = [
        [c.name, f"{c.before:g} → {c.after:g}", f"saves {_range(c.saves, 0)} a month", c.effect] for c in found.changes
    ]
    return [
        found.title,
        found.text,
        "",
        *table(rows, heads),
        *(["", *table(changes, ["what if", "", "", "what it does"])] if changes else []),
        "",
        *found.assumptions,
    ]


def _range(value: RangeOut, digits: int) -> str:
    return f"{value.value:,.{digits}f} ({value.low:,.{digits}f}–{value.high:,.{digits}f})"
