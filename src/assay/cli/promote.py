"""`assay promote`: ask for a model to be taken into use, and see how far promotions are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.connection import HERE, Key, ProjectName, Server, connected
from assay.cli.errors import UsageError
from assay.cli.output import AsJson, make_app, show

if TYPE_CHECKING:
    from assay.wire.promotions import PromotionOut

app = make_app()


@app.command()
def promote(
    model: Annotated[str, typer.Argument(help="The version: name@number, its id, or a name for the newest.")] = "",
    *,
    why: Annotated[str, typer.Option(help="Why it should be taken into use.")] = "",
    list_: Annotated[bool, typer.Option("--list", help="Show every promotion instead.")] = False,
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Ask for a model to be taken into use: it is evaluated on frozen gold, judged at the gate, then put to people."""
    from assay.client import deciding

    if not list_ and not (model and why):
        raise UsageError(
            "Name the model and say why.", hint='For example: assay promote cracks@3 --why "finds hairlines"'
        )
    with connected(server, key) as client:
        if list_:
            rows = client.send(deciding.promotions(project)).rows
            lines = [line for r in rows for line in told(r)] or ["No model was promoted yet."]
            show({"promotions": [r.model_dump() for r in rows]}, lines, as_json=as_json)
            return
        made = client.send(deciding.promote(project, model, why))
    show(made.model_dump(), told(made), as_json=as_json)


def told(promotion: PromotionOut) -> list[str]:
    """A promotion in a few lines."""
    lines = [f"{promotion.id}  {promotion.title}"]
    if promotion.gate is not None:
        lines += [f"  {reason}" for reason in promotion.gate["reasons"]]
    if promotion.state == "waiting":
        lines.append(f"  its signatures: assay approvals show {promotion.proposal_id}")
    if promotion.state == "watched":
        lines.append(f"  in the place of {promotion.instead_of or 'nothing'}, watched until {promotion.watch_until}")
    return lines
