"""`assay approvals`: what waits for you and why, the evidence behind it, and your signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assay.cli.connection import HERE, Key, ProjectName, Server, connected
from assay.cli.output import AsJson, make_app, show, table

if TYPE_CHECKING:
    from assay.wire.governance import ProposalOut

app = make_app("What waits for you and why, the evidence behind it, and your signature.")

Id = Annotated[str, typer.Argument(help="The proposal's id.")]
Login = Annotated[str, typer.Option(help="Who signs; a signature is a person's, never a key's.")]
Reason = Annotated[str, typer.Option(help="Why.")]


@app.command()
def inbox(*, project: ProjectName, server: Server = HERE, key: Key = "", as_json: AsJson = False) -> None:
    """List what waits for you, and why it waits for you."""
    from assay.client import deciding

    with connected(server, key) as client:
        rows = client.send(deciding.inbox(project)).rows
    cells = [[r.kind, r.id, r.title, r.until or "no end", r.why] for r in rows]
    lines = table(cells, ["kind", "id", "what", "until", "why you"]) if rows else ["Nothing waits for you."]
    show({"inbox": [r.model_dump() for r in rows]}, lines, as_json=as_json)


@app.command("list")
def list_(
    *,
    state: Annotated[Literal["open", "closed", "all"], typer.Option(help="Which.")] = "open",
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """List proposals, newest first."""
    from assay.client import deciding

    with connected(server, key) as client:
        rows = client.send(deciding.proposals(project, state)).rows
    cells = [[r.id, r.kind, r.state, r.rule, r.title] for r in rows]
    lines = table(cells, ["id", "kind", "state", "signatures", "what"]) if rows else ["There are none."]
    show({"proposals": [r.model_dump() for r in rows]}, lines, as_json=as_json)


@app.command("show")
def show_(proposal: Id, *, project: ProjectName, server: Server = HERE, key: Key = "", as_json: AsJson = False) -> None:
    """Show a proposal with its evidence, its signatures and whether you may sign."""
    from assay.client import deciding

    with connected(server, key) as client:
        _show(client.send(deciding.proposal(project, proposal)), as_json=as_json)


@app.command()
def sign(
    proposal: Id,
    *,
    digest: Annotated[str, typer.Option(help="Of the evidence you looked at, from `assay approvals show`.")],
    meaning: Annotated[str, typer.Option(help="What your signature says.")],
    login: Login,
    project: ProjectName,
    server: Server = HERE,
    as_json: AsJson = False,
) -> None:
    """Sign a proposal with your password, under exactly the evidence you looked at."""
    from assay.client import Client, deciding

    password = typer.prompt("Password", hide_input=True, err=True)
    with Client(server) as client:
        client.sign_in(login, password)
        _show(client.send(deciding.sign_proposal(project, proposal, password, meaning, digest)), as_json=as_json)


@app.command("break-glass")
def break_glass(
    proposal: Id,
    *,
    digest: Annotated[str, typer.Option(help="Of the evidence you looked at.")],
    reason: Reason,
    login: Login,
    project: ProjectName,
    server: Server = HERE,
    as_json: AsJson = False,
) -> None:
    """Act alone in an emergency, where the policy allows it; a second signature must follow in time."""
    from assay.client import Client, deciding

    password = typer.prompt("Password", hide_input=True, err=True)
    with Client(server) as client:
        client.sign_in(login, password)
        _show(client.send(deciding.break_glass(project, proposal, password, reason, digest)), as_json=as_json)


@app.command()
def refuse(
    proposal: Id,
    *,
    reason: Reason,
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Refuse a proposal that you could sign."""
    from assay.client import deciding

    with connected(server, key) as client:
        _show(client.send(deciding.refuse_proposal(project, proposal, reason)), as_json=as_json)


@app.command()
def withdraw(
    proposal: Id,
    *,
    reason: Reason,
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Take back what you proposed."""
    from assay.client import deciding

    with connected(server, key) as client:
        _show(client.send(deciding.withdraw_proposal(project, proposal, reason)), as_json=as_json)


def _show(found: ProposalOut, *, as_json: bool) -> None:
    lines = [f"{found.title}: {found.state}, {found.rule}", f"digest {found.digest}"]
    lines += [f"  {e.kind}: {e.words} ({e.ref})" for e in found.evidence]
    lines += [f"  signed by {s.user.name} as {s.role} at {s.at}: “{s.meaning}”" for s in found.signatures]
    if found.emergency is not None:
        second = found.emergency.second_by.name if found.emergency.second_by else f"due {found.emergency.second_until}"
        lines.append(f"  {found.emergency.by.name} acted alone: {found.emergency.reason}; second signature: {second}")
    lines.append("You may sign it." if found.may_sign else f"You may not sign it: {found.why_not}")
    show(found.model_dump(), lines, as_json=as_json)
