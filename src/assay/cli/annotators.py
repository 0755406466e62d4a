"""`assay annotators`: each person's work, beside the others and against gold; nobody is ranked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.engine import Clock, Html, Seed, Who, command_line, split_who, write_page
from assay.cli.output import AsJson, make_app, show

app = make_app()


@app.command()
def annotators(
    labels: Annotated[Path, typer.Argument(help="Labels of several people, or of one with the others by --who.")],
    *,
    who: Who = None,
    gold: Annotated[Path | None, typer.Option(help="Labels taken as right.")] = None,
    html: Html = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Describe each person's work: misses, noise, agreement with others, errors on gold."""
    from assay.reports import engine
    from assay.reports.page.annotators_page import annotators_page

    clock = Clock()
    name, others = split_who(who, engine.THIS)
    found = engine.annotators(labels, who=others, gold=gold, name=name, seed=seed)
    page = annotators_page(found, command=command_line(), meta=clock.meta()) if html else ""
    show(found.to_json(), [*found.lines(), *write_page(html, page)], as_json=as_json)
