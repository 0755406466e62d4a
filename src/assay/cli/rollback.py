"""`assay rollback`: go back to the model that was in use before, at once."""

from __future__ import annotations

from typing import Annotated

import typer

from assay.cli.connection import HERE, Key, ProjectName, Server, connected
from assay.cli.output import AsJson, make_app, show
from assay.cli.promote import told

app = make_app()


@app.command()
def rollback(
    *,
    reason: Annotated[str, typer.Option(help="What was seen.")],
    promotion: Annotated[str, typer.Option(help="Id of the promotion; by default the one that is in use.")] = "",
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Go back to the model that was in use before, at once; needs a reason and no signature."""
    from assay.client import deciding

    with connected(server, key) as client:
        if not promotion:  # named, so that asking again after a lost answer does not go back one model more
            rows = client.send(deciding.promotions(project)).rows
            promotion = next((r.id for r in rows if r.state in {"watched", "kept"}), "")
        done = client.send(deciding.roll_back(project, reason, promotion or None))
    show(done.model_dump(), [*told(done), f"In use now: {done.instead_of or 'no model'}."], as_json=as_json)
