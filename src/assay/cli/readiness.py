"""`assay readiness`: is a project ready for production, and at ten times the size?"""

from __future__ import annotations

from typing import Annotated

import typer

from assay.cli.connection import HERE, Key, ProjectName, Server, connected
from assay.cli.output import AsJson, make_app, show, table

app = make_app("Is this ready for production, and at ten times the size?")


@app.command()
def readiness(
    *,
    scale: Annotated[float, typer.Option(help="Times today's images.")] = 10.0,
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Nine questions before production, each with its evidence, n, or "no evidence yet"; then the same at a scale."""
    from assay.client import calls

    with connected(server, key) as client:
        found = client.send(calls.readiness(project, scale))
    rows = [[q.state, q.question, q.answer, f"n {q.n} {q.unit}", q.at_scale] for q in found.questions]
    steps = [f"  {q.question} {q.next_step}" for q in found.questions if q.next_step]
    lines = [
        found.title,
        "",
        *table(rows, ["", "question", "answer", "rests on", f"at {scale:g} times"]),
        "",
        found.at_scale,
        *(["", "Next:", *steps] if steps else []),
    ]
    show(found.model_dump(), lines, as_json=as_json)
