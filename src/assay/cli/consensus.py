"""`assay consensus`: one answer from several people's labels."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.engine import Clock, Html, Who, command_line, split_who, write_page
from assay.cli.output import AsJson, make_app, show

app = make_app()


@app.command()
def consensus(
    labels: Annotated[Path, typer.Argument(help="Labels of several people, or of one with the others by --who.")],
    *,
    who: Who = None,
    out: Annotated[Path | None, typer.Option(help="Folder to make and write the answer into.")] = None,
    to: Annotated[str, typer.Option(help="Format to write.")] = "coco",
    keep_from: Annotated[float, typer.Option(help="Keep what is there with at least this chance.")] = 0.5,
    html: Html = None,
    as_json: AsJson = False,
) -> None:
    """Infer what is there, weighing each person by how far they can be trusted."""
    from assay.reports import engine
    from assay.reports.errors import TargetExistsError
    from assay.reports.page.consensus_page import consensus_page

    clock = Clock()
    if out is not None and out.exists():
        raise TargetExistsError(str(out))
    name, others = split_who(who, engine.THIS)
    found = engine.consensus(labels, who=others, name=name, out=out, to=to, keep_from=keep_from)
    page = consensus_page(found, command=command_line(), meta=clock.meta()) if html else ""
    show(found.to_json(), [*found.lines(), *write_page(html, page)], as_json=as_json)
