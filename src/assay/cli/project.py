"""`assay project`: make a project, define what is labelled, ask how it stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.connection import HERE, Key, ProjectName, Server, connected
from assay.cli.errors import UsageError
from assay.cli.output import AsJson, make_app, show, table

if TYPE_CHECKING:
    from assay.wire.common import Measured

app = make_app("Make projects, define classes, write the guideline, see how the work stands.")

TABLES = "members, items, people, reviews, adjudications, gold, contests, batches, imports, findings, releases, audit"


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="For people.")],
    *,
    slug: Annotated[str | None, typer.Option(help="Short name in addresses; made from the name by default.")] = None,
    preset: Annotated[str, typer.Option(help="Policy to begin with: standard, strict, no-gold or demo.")] = "standard",
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Make a project; you lead it."""
    from assay.client import calls
    from assay.wire.policy import Policy

    with connected(server, key) as client:
        made = client.send(calls.create_project(name, slug))
        current = client.send(calls.policy(made.slug))
        if preset != current.preset:
            body: dict[str, Any] = {**current.model_dump(), "preset": preset}
            client.send(calls.set_policy(made.slug, Policy(**body)))
    show(
        made.model_dump(),
        [f"Project {made.slug} is there.", f"Next: assay import FOLDER -p {made.slug}"],
        as_json=as_json,
    )


@app.command("list")
def list_(*, server: Server = HERE, key: Key = "", as_json: AsJson = False) -> None:
    """List the projects you may see."""
    from assay.client import calls

    with connected(server, key) as client:
        rows = client.send(calls.projects()).rows
    lines = table(
        [[p.slug, p.name, ", ".join(p.roles), str(p.n_items)] for p in rows], ["name", "title", "you are", "images"]
    )
    show({"projects": [p.model_dump() for p in rows]}, lines, as_json=as_json)


@app.command()
def invite(
    name: Annotated[str, typer.Argument(help="The person's name.")],
    login: Annotated[str, typer.Argument(help="What they sign in with.")],
    *,
    role: Annotated[list[str], typer.Option(help="annotator, reviewer, expert, lead, approver or auditor; repeat.")],
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Add somebody and print the single-use link that lets them set a password."""
    from assay.client import calls

    with connected(server, key) as client:
        made = client.send(calls.invite(project, name, login, role))  # type: ignore[arg-type]  # the server checks roles
    lines = [f"{name} has an account already and was added."]
    if made.link is not None:
        lines = [f"{name}: {made.link.url}", f"It works once, until {made.link.expires_at}."]
    show(made.model_dump(), lines, as_json=as_json)


@app.command()
def schema(
    file: Annotated[Path, typer.Argument(help='JSON: {"classes": [{"id": "rbc", "name": "Red cell"}, ...]}')],
    *,
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Make the classes of a file the next schema version."""
    from pydantic import ValidationError

    from assay.client import calls
    from assay.wire.labels import SchemaNew

    try:
        wanted = SchemaNew.model_validate_json(_read(file))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"{file.name}: {where}: {first['msg']}.", hint="The API reference describes a schema."
        ) from None
    with connected(server, key) as client:
        made = client.send(calls.publish_schema(project, wanted.classes))
    show(made.model_dump(), [f"Schema {made.version} with {len(made.classes)} classes."], as_json=as_json)


@app.command()
def guideline(
    file: Annotated[
        Path, typer.Argument(help="Markdown with numbered clauses, such as '## 4.2 Cells cut by the edge'.")
    ],
    *,
    note: Annotated[str, typer.Option(help="What changed.")] = "",
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Make a text the next guideline version."""
    from assay.client import calls

    with connected(server, key) as client:
        made = client.send(calls.publish_guideline(project, _read(file).decode(), note))
    lines = [f"Guideline {made.version}:", *[f"  {c.id} {c.title}" for c in made.clauses]]
    show(made.model_dump(), lines, as_json=as_json)


@app.command()
def batch(
    name: Annotated[str, typer.Argument(help="For people.")],
    *,
    practice: Annotated[
        bool, typer.Option("--practice", help="Answers are shown at once and count for nothing.")
    ] = False,
    overlap: Annotated[int | None, typer.Option(help="Annotators per image.")] = None,
    gold_rate: Annotated[float | None, typer.Option(help="Share of hidden gold, 0 to .5.")] = None,
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Put every image that is in no batch yet into the queue."""
    from assay.client import calls
    from assay.wire.queue import BatchPolicyChange

    with connected(server, key) as client:
        change = BatchPolicyChange(overlap=overlap, gold_rate=gold_rate)
        made = client.send(calls.create_batch(project, name, practice=practice, policy=change))
    said = f"{made.n_tasks} images are in the queue; {made.n_answers_wanted} answers are wanted."
    show(made.model_dump(), [said], as_json=as_json)


@app.command()
def status(*, project: ProjectName, server: Server = HERE, key: Key = "", as_json: AsJson = False) -> None:
    """Say what blocks the release, how far the work is, and what hidden gold says of each person."""
    from assay.client import calls

    with connected(server, key) as client:
        found = client.send(calls.overview(project))
    rows = [
        [r.user.name, _said(r.f1), str(r.n_gold_images), r.standing.text, "simulated" if r.user.simulated else ""]
        for r in found.people
    ]
    progress = found.progress
    lines = [
        found.title,
        *[f"  {g.state:5}  {g.name}: {g.reason or g.rule}" for g in found.blockers],
        f"Answers {progress.n_answers} of {progress.n_answers_wanted}; agreement {_said(found.agreement)}",
        *table(rows, ["person", "accuracy on gold", "gold images", "standing", ""]),
        *[f"Practice differs: {f.title}" for f in found.findings if f.state == "open"],
    ]
    show(found.model_dump(), lines, as_json=as_json)


@app.command()
def csv(
    name: Annotated[str, typer.Argument(help=TABLES)],
    file: Annotated[Path, typer.Argument(help="Where to.")],
    *,
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Write a whole table as CSV."""
    from assay.client import calls

    if name not in TABLES.split(", "):
        raise UsageError(f"There is no table {name!r}.", hint=f"There are {TABLES}.")
    with connected(server, key) as client:
        data = client.send(calls.table_csv(project, name))
    file.write_bytes(data)
    n_rows = max(0, data.count(b"\n") - 1)
    show({"file": str(file), "n_rows": n_rows}, [f"{n_rows} rows are in {file}."], as_json=as_json)


def _said(value: Measured) -> str:
    """A measured number as people read it."""
    estimate = value.estimate
    if not value.evidence.enough or estimate.value is None or estimate.low is None or estimate.high is None:
        return f"not enough evidence ({value.evidence.why})"
    ends = [f"{v:.2f}".removeprefix("0") for v in (estimate.value, estimate.low, estimate.high)]
    return f"{ends[0]} {ends[1]}–{ends[2]} n {estimate.n}"


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {(error.strerror or 'no such file').lower()}.") from None
