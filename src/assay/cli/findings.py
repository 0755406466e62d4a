"""`assay findings`: suspicious marks, best first."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.engine import Clock, Html, Who, command_line, split_who, write_page
from assay.cli.output import AsJson, make_app, show

app = make_app()


@app.command()
def findings(
    labels: Annotated[Path, typer.Argument(help="Folder, archive or label file.")],
    *,
    who: Who = None,
    predictions: Annotated[Path | None, typer.Option(help="A model's labels, or COCO results.")] = None,
    rules: Annotated[Path | None, typer.Option(help="JSON file of rules by class.")] = None,
    html: Html = None,
    as_json: AsJson = False,
) -> None:
    """List what is probably wrong: overlooked, swapped, badly placed, boxed twice, odd, against a rule."""
    from assay.reports import engine
    from assay.reports.page.verb_pages import findings_page

    clock = Clock()
    name, others = split_who(who, engine.THIS)
    found = engine.findings(labels, who=others, predictions=predictions, name=name, rules=rules)
    page = findings_page(found, command=command_line(), meta=clock.meta()) if html else ""
    show(found.to_json(), [*found.lines(), *write_page(html, page)], as_json=as_json)
