"""`assay agree`: how alike several people's labels are, beyond chance."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.engine import Clock, Html, Iou, Seed, Who, command_line, split_who, write_page
from assay.cli.output import AsJson, make_app, show

app = make_app()


@app.command()
def agree(
    labels: Annotated[Path, typer.Argument(help="Labels of several people, or of one with the others by --who.")],
    *,
    who: Who = None,
    iou: Iou = 0.5,
    html: Html = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Measure agreement, by pairs and beyond chance, and find practices that differ."""
    from assay.reports import engine
    from assay.reports.page.verb_pages import agree_page

    clock = Clock()
    name, others = split_who(who, engine.THIS)
    found = engine.agree(labels, who=others, name=name, threshold=iou, seed=seed)
    page = agree_page(found, command=command_line(), meta=clock.meta()) if html else ""
    show(found.to_json(), [*found.lines(), *write_page(html, page)], as_json=as_json)
