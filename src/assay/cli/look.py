"""`assay look`: a first look at labels somebody has, with whatever lies beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.engine import Clock, Html, Seed, Who, command_line, split_who, write_page
from assay.cli.output import AsJson, make_app, show

app = make_app()


@app.command()
def look(
    labels: Annotated[Path, typer.Argument(help="Folder, archive or label file.")],
    *,
    who: Who = None,
    predictions: Annotated[Path | None, typer.Option(help="A model's labels, or COCO results.")] = None,
    pictures: Annotated[bool, typer.Option(help="Decode the pictures, to find twins and show crops.")] = True,
    html: Html = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Say whether labels can be trusted and what to mend first."""
    from assay.reports import engine
    from assay.reports.page.look_page import look_page

    clock = Clock()
    name, others = split_who(who, engine.THIS)
    found = engine.look(labels, who=others, predictions=predictions, name=name, pictures=pictures, seed=seed)
    page = look_page(found, command=command_line(), meta=clock.meta()) if html else ""
    show(found.to_json(), [*found.lines(), *write_page(html, page)], as_json=as_json)
