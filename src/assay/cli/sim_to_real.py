"""`assay sim-to-real`: what synthetic pictures are worth, measured on real gold."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.engine import Seed
from assay.cli.output import AsJson, make_app, show, table

if TYPE_CHECKING:
    from assay.quality.sim_to_real import SimToReal

app = make_app("What are synthetic pictures worth, measured on real gold?")


@app.command("sim-to-real")
def sim_to_real(
    scores: Annotated[Path, typer.Argument(help="CSV: item,synthetic,<real labels>,... with a score a gold item.")],
    *,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Say the gap on real gold, and how many real labels give what the synthetic pictures give."""
    from assay.reports.sim_to_real import sim_to_real_file

    found = sim_to_real_file(scores, seed=seed)
    show(asdict(found), _lines(found), as_json=as_json)


def _lines(found: SimToReal) -> list[str]:
    gap, worth = found.gap, found.worth
    assert gap.value is not None
    assert worth.value is not None
    ends = f"{100 * (gap.low or 0):.1f} to {100 * (gap.high or 0):.1f}"
    labels = {
        "within": f"Synthetic pictures are worth about {worth.value:.0f} real labels "
        f"({worth.low:.0f}–{worth.high:.0f}).",
        "below": f"Synthetic pictures are worth fewer than {found.labels[0]} real labels, the smallest number tried.",
        "above": f"Synthetic pictures are worth more than {found.labels[-1]} real labels, the largest number tried.",
    }
    rows = [[str(n), f"{score:.3f}"] for n, score in zip(found.labels, found.scores, strict=True)]
    return [
        labels[found.bound],
        f"Gap on real gold: {100 * gap.value:.1f} points ({ends}) behind {found.labels[-1]} real labels, n {gap.n}.",
        "",
        *table(rows, ["real labels", "score"]),
    ]
