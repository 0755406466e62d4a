"""`assay select`: what to label next, and why."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated

import typer

from assay.cli.engine import Seed
from assay.cli.errors import UsageError
from assay.cli.output import AsJson, make_app, show

app = make_app()


@app.command()
def select(
    features: Annotated[Path, typer.Argument(help="Parquet file made by `assay embed`.")],
    *,
    n: Annotated[int, typer.Option("-n", "--n", help="How many to choose.")] = 100,
    labels: Annotated[Path | None, typer.Option(help="CSV file with item and label_class of what is labelled.")] = None,
    method: Annotated[str, typer.Option(help="auto, typical, clustered-margin, margin or random.")] = "auto",
    typical_start: Annotated[
        bool, typer.Option(help="Begin with typical pictures; not where classes are rare.")
    ] = True,
    random_share: Annotated[float, typer.Option(help="Share drawn at random.")] = 0.1,
    quota: Annotated[list[str] | None, typer.Option(metavar="CLASS=N", help="At least so many of a class.")] = None,
    out: Annotated[Path | None, typer.Option(help="CSV file to write; it must not be there.")] = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Choose the pictures whose labels teach most, each with its reason."""
    from assay.reports.errors import TargetExistsError
    from assay.reports.learning import select_next

    if out is not None and out.exists():
        raise TargetExistsError(out.name)
    found = select_next(
        features, n, labels=labels, method=method, typical_start=typical_start,  # type: ignore[arg-type]  # checked by the rules
        random_share=random_share, quotas=_quotas(quota or []), seed=seed,
    )  # fmt: skip
    lines = found.lines()
    if out is not None:
        rows = found.rows()
        with out.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]) if rows else ["rank", "item"])
            writer.writeheader()
            writer.writerows(rows)
        lines.append(f"Written to {out}.")
    show(found.to_json(), lines, as_json=as_json)


def _quotas(pairs: list[str]) -> dict[str, int]:
    found = {}
    for pair in pairs:
        name, _, count = pair.rpartition("=")
        if not name or not count.isdigit():
            raise UsageError(f"{pair!r} is no quota.", hint="Write --quota CLASS=N.")
        found[name] = int(count)
    return found
