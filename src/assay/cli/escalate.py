"""`assay escalate`: ask an expert about an edge case that the guideline does not decide."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer

from assay.cli.connection import HERE, Key, ProjectName, Server, connected
from assay.cli.errors import UsageError
from assay.cli.output import AsJson, make_app, show, table

app = make_app()


@app.command()
def escalate(
    question: Annotated[str, typer.Argument(help="What the guideline does not decide.")] = "",
    *,
    item: Annotated[str, typer.Option(help="Id of the item.")] = "",
    assignment: Annotated[str, typer.Option(help="Id of your task in hand; annotators name this.")] = "",
    clause: Annotated[str, typer.Option(help="Number of the clause in question.")] = "",
    label_class: Annotated[str, typer.Option("--class", help="Id of the class in question.")] = "",
    list_: Annotated[bool, typer.Option("--list", help="Show the open questions instead.")] = False,
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Ask an expert about an edge case; the work goes on meanwhile."""
    from assay.client import deciding
    from assay.wire.escalations import EscalationNew

    if not list_ and not (question and (item or assignment)):
        raise UsageError(
            "Ask a question and name the item or your task.", hint='assay escalate "Is this one?" --item ID'
        )
    with connected(server, key) as client:
        if list_:
            rows = client.send(deciding.escalations(project)).rows
            cells = [[r.id, r.item_id, r.clause or "none", r.question] for r in rows]
            lines = table(cells, ["id", "item", "clause", "question"]) if rows else ["No question is open."]
            show({"escalations": [r.model_dump() for r in rows]}, lines, as_json=as_json)
            return
        body = EscalationNew(
            client_key=secrets.token_hex(16),
            question=question,
            item_id=item or None,
            assignment_id=assignment or None,
            clause=clause or None,
            label_class=label_class or None,
        )
        made = client.send(deciding.escalate(project, body))
    show(made.model_dump(), [f"Asked as {made.id}; an expert rules with: assay rule {made.id}"], as_json=as_json)
