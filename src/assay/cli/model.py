"""`assay model`: register, train, evaluate and look at models; let them suggest and certify what they may do alone."""

from __future__ import annotations

import json
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from assay.cli.connection import HERE, Key, ProjectName, Server, connected
from assay.cli.errors import UsageError
from assay.cli.output import AsJson, make_app, show, table

if TYPE_CHECKING:
    from assay.client import Client
    from assay.wire.common import EstimateOut
    from assay.wire.models import ModelOut, RunOut

app = make_app("Register, train, evaluate models; let them suggest.")

Name = Annotated[str, typer.Argument(help="name@number, a name (its newest), an alias or an id.")]
Config = Annotated[str, typer.Option("--config", help="JSON, or @FILE that holds it.")]
Follow = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait for the end and print the log.")]
POLL_S = 1.0


@app.command("list")
def list_(*, project: ProjectName, server: Server = HERE, key: Key = "", as_json: AsJson = False) -> None:
    """List a project's models."""
    from assay.client import model_calls

    with connected(server, key) as client:
        rows = client.send(model_calls.models(project)).rows
    cells = [
        [r.title, r.task, r.runner, r.release or "", ", ".join(r.aliases), _words(r.figures.get("f1"))] for r in rows
    ]
    heads = ["model", "answers", "runs by", "trained on", "aliases", "F1 on gold"]
    show({"models": [r.model_dump() for r in rows]}, table(cells, heads), as_json=as_json)


@app.command("show")
def show_(
    name: Name,
    *,
    card: Annotated[bool, typer.Option("--card", help="Print the model card as Markdown.")] = False,
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Show one model: what it is and how good it was measured to be."""
    from assay.client import model_calls

    with connected(server, key) as client:
        found = _named(client, project, name)
        text = client.send(model_calls.model_card(project, found.id)).decode() if card else ""
    lines = text.splitlines() if card else _lines(found)
    show({**found.model_dump(), "card": text or None}, lines, as_json=as_json)


@app.command()
def register(
    name: Annotated[str, typer.Argument(help="What the model is called.")],
    file: Annotated[Path | None, typer.Argument(help="The model's file; none for a model that a server runs.")] = None,
    *,
    task: Annotated[Literal["boxes", "tags"], typer.Option(help="What it answers with.")],
    runner: Annotated[Literal["onnx", "http", "linear", "boards", "none"], typer.Option(help="What runs it.")] = "onnx",
    framework: Annotated[str, typer.Option(help="What it was made with.")] = "",
    intended_use: Annotated[str, typer.Option(help="What it is for, in words.")] = "",
    release: Annotated[str, typer.Option(help="Name of the release it was trained on.")] = "",
    config: Config = "{}",
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Register a version; its file is tried out, and what cannot answer is refused with the reason."""
    from assay.client import calls, model_calls
    from assay.wire.models import ModelNew

    data = None
    if file is not None:
        if not file.is_file():
            raise UsageError(f"{file} is no file.", hint="Name the file that the training wrote.")
        data = file.read_bytes()
    with connected(server, key) as client:
        kept = None if data is None else client.send(model_calls.upload_model(project, data))
        trained_on = None
        if release:
            trained_on = _release(client.send(calls.releases(project)).rows, release)
        new = ModelNew(
            name=name,
            task=task,
            runner=runner,
            framework=framework,
            artifact_sha256=None if kept is None else kept.sha256,
            intended_use=intended_use,
            release=trained_on,
            config=_config(config),
        )
        made = client.send(model_calls.register_model(project, new))
    show(made.model_dump(), [f"Registered {made.title}, digest {made.digest}"], as_json=as_json)


@app.command()
def train(
    trainer: Annotated[str, typer.Argument(help="tags, boards, or one the administrator added.")],
    name: Annotated[str, typer.Argument(help="What the model is called.")],
    *,
    release: Annotated[str, typer.Option(help="Name of the frozen release to learn from.")],
    intended_use: Annotated[str, typer.Option(help="What it is for, in words.")] = "",
    config: Config = "{}",
    wait: Follow = True,
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Train a model on a frozen release; a run that is interrupted goes on by itself."""
    from assay.client import calls, model_calls

    with connected(server, key) as client:
        learned = _release(client.send(calls.releases(project)).rows, release)
        once = secrets.token_hex(16)  # an answer that was lost on its way makes no second training
        run = client.send(model_calls.train(project, trainer, name, learned, _config(config), intended_use, once))
        _end(client, project, run, wait=wait, as_json=as_json)


@app.command()
def evaluate(
    name: Name,
    *,
    against: Annotated[str, typer.Option(help="The version to hold it beside; the one in use by default.")] = "",
    min_confidence: Annotated[float, typer.Option(help="From which confidence on a mark counts.")] = 0.5,
    wait: Follow = True,
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Measure a model on the live gold, beside the one in use."""
    from assay.client import model_calls

    with connected(server, key) as client:
        found = _named(client, project, name)
        beside = _named(client, project, against).id if against else "production"
        run = client.send(model_calls.evaluate(project, found.id, beside, min_confidence))
        ended = _end(client, project, run, wait=wait, as_json=as_json, quiet=True)
        if not wait or ended.state != "finished":
            return
        newest = client.send(model_calls.evaluations(project, found.id)).rows[0]
    lines = [f"{newest.model} on {newest.n_items} gold images, evidence {newest.digest[:16]}"]
    lines += [
        f"  {what:12} {_words(newest.measures.get(what))}" for what in ("f1", "precision", "recall", "right_items")
    ]
    lines += [f"  {what:12} {_words(newest.measures[what])}" for what in ("map33", "map50") if what in newest.measures]
    if newest.differences:
        lines += [f"  F1 less that of {newest.against}: {_words(newest.differences['f1'])}"]
    show(newest.model_dump(), lines, as_json=as_json)


@app.command()
def suggest(
    name: Name,
    *,
    wait: Follow = True,
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Let a model answer what waits in the queue; who sees it is for the suggestion policy to say."""
    _start("suggest", name, project, server, key, wait=wait, as_json=as_json)


@app.command()
def certify(
    name: Name,
    *,
    wait: Follow = True,
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Certify thresholds of the automatic classes, or say how many labels are missing."""
    _start("certify", name, project, server, key, wait=wait, as_json=as_json)


@app.command()
def runs(*, project: ProjectName, server: Server = HERE, key: Key = "", as_json: AsJson = False) -> None:
    """List trainings, evaluations and other runs."""
    from assay.client import model_calls

    with connected(server, key) as client:
        rows = client.send(model_calls.model_runs(project)).rows
    cells = [[r.id, r.kind, r.name, r.state, f"{r.cpu_s:.1f}", r.error or ""] for r in rows]
    lines = table(cells, ["run", "kind", "model", "state", "CPU s", "why it failed"])
    show({"runs": [r.model_dump() for r in rows]}, lines, as_json=as_json)


def _start(
    kind: Literal["suggest", "certify"], name: str, project: str, server: str, key: str, *, wait: bool, as_json: bool
) -> None:
    from assay.client import model_calls

    with connected(server, key) as client:
        found = _named(client, project, name)
        run = client.send(model_calls.start_model_run(project, found.id, kind))
        _end(client, project, run, wait=wait, as_json=as_json)


def _end(client: Client, project: str, run: RunOut, *, wait: bool, as_json: bool, quiet: bool = False) -> RunOut:
    """Follow a run to its end and print its log; a failed one ends the command with its reason."""
    from assay.client import model_calls

    while wait and run.state in {"waiting", "running"}:
        time.sleep(POLL_S)
        run = client.send(model_calls.model_run(project, run.id))
    if run.state == "failed":
        raise UsageError(run.error or "The run failed.", hint=f"Its log: assay model runs --project {project}")
    if not quiet or not wait:
        lines = [*run.log, f"{run.kind} {run.name}: {run.state}" + (f", made {run.model}" if run.model else "")]
        show(run.model_dump(), lines, as_json=as_json)
    return run


def _named(client: Client, project: str, name: str) -> ModelOut:
    """A model as people write it."""
    from assay.client import model_calls

    if "@" not in name:
        return client.send(model_calls.model(project, name))
    rows = client.send(model_calls.models(project)).rows
    found = next((r for r in rows if r.title == name), None)
    if found is None:
        known = ", ".join(r.title for r in rows) or "none yet"
        raise UsageError(f"There is no model {name!r} in {project}.", hint=f"There are: {known}.")
    return found


def _release(rows: list[Any], name: str) -> str:
    found = next((r.id for r in rows if r.name == name), None)
    if found is None:
        known = ", ".join(r.name for r in rows) or "none yet"
        raise UsageError(f"There is no release {name!r}.", hint=f"There are: {known}.")
    return str(found)


def _config(text: str) -> dict[str, Any]:
    """The settings, given as JSON or as a file of it."""
    try:
        value = json.loads(Path(text[1:]).read_text() if text.startswith("@") else text)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"--config {text[:60]!r} is no JSON ({error}).", hint="Write it as '{\"size_px\": [224, 224]}'."
        ) from error
    if not isinstance(value, dict):
        raise UsageError(f"--config {text[:60]!r} is no JSON object.", hint="Write it in braces.")
    return value


def _lines(found: ModelOut) -> list[str]:
    lines = [
        f"{found.title}: answers with {found.task}, runs by {found.runner} ({found.framework or 'unknown'})",
        found.intended_use or "No intended use was stated.",
        f"trained on {found.release or 'nothing here'}; schema {found.schema_version}; digest {found.digest}",
    ]
    lines += [f"alias {a}" for a in found.aliases]
    measured = [f"  {name:12} {_words(value)}" for name, value in found.figures.items()]
    return [*lines, *(measured or ["No evidence yet: it was not evaluated on gold."])]


def _words(value: EstimateOut | None) -> str:
    if value is None or value.value is None:
        return "no evidence yet" if value is None else f"not measured, n {value.n}"
    if value.low is None or value.high is None:
        return f"{value.value:.3f}, n {value.n}"
    return f"{value.value:.3f} ({value.low:.3f}–{value.high:.3f}), n {value.n}"
