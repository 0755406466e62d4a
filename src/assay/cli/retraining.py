"""`assay retraining`: trainings that the policy asks for; begin or dismiss them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.connection import HERE, Key, ProjectName, Server, connected
from assay.cli.errors import UsageError
from assay.cli.output import AsJson, make_app, show

if TYPE_CHECKING:
    from assay.wire.retraining import RetrainingOut

app = make_app("Trainings that the policy asks for, because a diagnosis named a cause of falling quality.")

Id = Annotated[str, typer.Argument(help="The request's id.")]


@app.command("list")
def list_(*, project: ProjectName, server: Server = HERE, key: Key = "", as_json: AsJson = False) -> None:
    """List what was asked for, why, and what became of it."""
    from assay.client import model_calls

    with connected(server, key) as client:
        rows = client.send(model_calls.retrainings(project)).rows
    lines = [line for row in rows for line in _told(row)] or ["The policy has asked for no training."]
    show({"retraining": [r.model_dump() for r in rows]}, lines, as_json=as_json)


@app.command()
def start(
    request: Id,
    *,
    release: Annotated[
        str, typer.Option(help="Name of the release to learn from; the newest signed one that is new to the model.")
    ] = "",
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Begin the training as the model in use was trained; the gate and people decide what comes into use."""
    from assay.client import calls, model_calls

    with connected(server, key) as client:
        wanted = None
        if release:
            rows = client.send(calls.releases(project)).rows
            wanted = next((r.id for r in rows if r.name == release), None)
            if wanted is None:
                known = ", ".join(r.name for r in rows) or "none yet"
                raise UsageError(f"There is no release {release!r}.", hint=f"There are: {known}.")
        made = client.send(model_calls.start_retraining(project, request, wanted))
    show(made.model_dump(), [*_told(made), f"Follow it: assay model runs --project {project}"], as_json=as_json)


@app.command()
def dismiss(
    request: Id,
    *,
    reason: Annotated[str, typer.Option(help="Why no training is wanted.")],
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Say no, with the reason."""
    from assay.client import model_calls

    with connected(server, key) as client:
        made = client.send(model_calls.dismiss_retraining(project, request, reason))
    show(made.model_dump(), _told(made), as_json=as_json)


def _told(found: RetrainingOut) -> list[str]:
    lines = [f"{found.id}  {found.state}  {found.cause}, policy {found.policy_version}: {found.reason}"]
    if found.note:
        lines.append(f"  {found.note}")
    if found.run_id:
        lines.append(f"  training {found.run_id}")
    return lines
