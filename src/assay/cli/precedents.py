"""`assay precedents`: search the rulings so far."""

from __future__ import annotations

from typing import Annotated

import typer

from assay.cli.connection import HERE, Key, ProjectName, Server, connected
from assay.cli.output import AsJson, make_app, show

app = make_app()


@app.command()
def precedents(
    words: Annotated[list[str] | None, typer.Argument(help="Words that question or ruling must hold.")] = None,
    *,
    clause: Annotated[str, typer.Option(help="Only about this clause.")] = "",
    label_class: Annotated[str, typer.Option("--class", help="Only about this class.")] = "",
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Search the rulings so far, newest first."""
    from assay.client import deciding

    with connected(server, key) as client:
        query = deciding.precedents(project, " ".join(words or []), clause=clause, label_class=label_class)
        rows = client.send(query).rows
    lines = [line for r in rows for line in (f"{r.ruled_at[:10]}  {r.question}", f"    {r.ruling}")]
    show({"precedents": [r.model_dump() for r in rows]}, lines or ["No ruling speaks of that."], as_json=as_json)
