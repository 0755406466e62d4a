"""`assay drift`: has what arrives changed, what moved, since when, and does it harm."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.engine import Seed
from assay.cli.output import AsJson, make_app, show

app = make_app()


@app.command()
def drift(
    reference: Annotated[Path, typer.Argument(help="Parquet file of clean pictures, made by `assay embed`.")],
    arrived: Annotated[Path, typer.Argument(help="The same of later pictures, in the order they came.")],
    *,
    window: Annotated[int, typer.Option(help="Pictures in a window; the reference needs five.")] = 300,
    harm_line: Annotated[float, typer.Option(help="Loss of quality from which a notice is an alarm.")] = 0.01,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Judge the newest window against clean pictures: quiet, a notice, or an alarm (a notice that harms)."""
    from assay.reports.learning import check_drift

    found = check_drift(reference, arrived, window=window, harm_line=harm_line, seed=seed)
    show(found.to_json(), found.lines(), as_json=as_json)
