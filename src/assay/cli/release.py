"""`assay release`: freeze, sign, download and verify named states of the labels."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assay.cli.connection import HERE, Key, ProjectName, Server, connected
from assay.cli.errors import UsageError
from assay.cli.output import AsJson, make_app, show, table

if TYPE_CHECKING:
    from assay.client import Client
    from assay.wire.releases import ReleaseOut

app = make_app("Freeze, sign, download and verify releases.")

Name = Annotated[str, typer.Argument(help="The release's name, such as r1.")]
WithImages = Annotated[bool, typer.Option("--with-images", help="Pack the pictures too.")]


@app.command()
def create(
    name: Annotated[str | None, typer.Argument(help="By default r1, r2, ...")] = None,
    *,
    note: Annotated[str, typer.Option(help="What it is for.")] = "",
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Check the gates and freeze the labels if all pass; else say what blocks."""
    from assay.client import calls

    with connected(server, key) as client:
        made = client.send(calls.create_release(project, name, note))
    _show(made, as_json=as_json)


@app.command()
def check(name: Name, *, project: ProjectName, server: Server = HERE, key: Key = "", as_json: AsJson = False) -> None:
    """Look at the gates of a blocked release again."""
    from assay.client import calls

    with connected(server, key) as client:
        found = _named(client, project, name)
        _show(client.send(calls.check_release(project, found.id)), as_json=as_json)


@app.command("list")
def list_(*, project: ProjectName, server: Server = HERE, key: Key = "", as_json: AsJson = False) -> None:
    """List a project's releases, newest first."""
    from assay.client import calls

    with connected(server, key) as client:
        rows = client.send(calls.releases(project)).rows
    cells = [
        [r.name, r.state, str(r.n_items), str(r.n_marks), (r.digest or "")[:16], str(len(r.signatures))] for r in rows
    ]
    lines = table(cells, ["name", "state", "images", "marks", "digest", "signatures"])
    show({"releases": [r.model_dump() for r in rows]}, lines, as_json=as_json)


@app.command()
def sign(
    name: Name,
    *,
    meaning: Annotated[str, typer.Option(help="What your signature says.")],
    login: Annotated[str, typer.Option(help="Who signs; a signature is a person's, never a key's.")],
    project: ProjectName,
    server: Server = HERE,
    as_json: AsJson = False,
) -> None:
    """Sign a frozen release with your password; nobody signs what they labelled."""
    from assay.client import Client, calls

    password = typer.prompt("Password", hide_input=True, err=True)
    with Client(server) as client:
        client.sign_in(login, password)
        found = _named(client, project, name)
        _show(client.send(calls.sign_release(project, found.id, password, meaning)), as_json=as_json)


@app.command()
def download(
    name: Name,
    *,
    into: Annotated[Path, typer.Option(help="Folder in which the release's own folder is made.")] = Path(),
    with_images: WithImages = False,
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Fetch a release folder and verify it."""
    from assay.client import calls
    from assay.formats.release import verify_release

    target = into / name
    if target.exists():
        raise UsageError(f"{target} exists.", hint="Choose another folder with --into.")
    with connected(server, key) as client:
        found = _named(client, project, name)
        _unpack(client.send(calls.download_release(project, found.id, images=with_images)), into)
    report = verify_release(target)
    show({"folder": str(target), **report.to_json()}, [f"{target}: {report.n_files} files, verified."], as_json=as_json)


@app.command()
def export(
    name: Name,
    to: Annotated[
        Literal["coco", "voc", "yolo", "cvat", "label-studio", "labelme", "parquet", "csv"],
        typer.Argument(help="The format."),
    ],
    *,
    into: Annotated[Path, typer.Option(help="Folder in which the export's own folder is made.")] = Path(),
    with_images: WithImages = False,
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Write a release in another format, with a report of what that format cannot hold."""
    from assay.client import calls

    with connected(server, key) as client:
        found = _named(client, project, name)
        data = client.send(calls.export_release(project, found.id, to, images=with_images))
    folder = f"{name}-{to}"
    if (into / folder).exists():
        raise UsageError(f"{into / folder} exists.", hint="Choose another folder with --into.")
    _unpack(data, into)
    show(
        {"folder": str(into / folder)},
        [f"The export is in {into / folder}; loss.json says what is lost."],
        as_json=as_json,
    )


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="A release folder.")],
    *,
    expect: Annotated[str, typer.Option(help="The digest it must have, from a place you trust.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check every byte of a release folder, without a server; names each file that is not what was frozen."""
    from assay.formats.release import Digest, verify_release

    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder.", hint="Name the folder that holds manifest.json.")
    report = verify_release(folder, expect=Digest(expect) if expect else None)
    if report.ok:
        who = [f"  signed by {s['name']} at {s['signed_at']}: “{s['meaning']}”" for s in report.signatures]
        lines = [f"{folder.name} is as it was frozen: {report.n_files} files.", f"digest {report.digest}", *who]
        lines += [] if who else ["  no signature"]
    else:
        lines = [f"{folder.name} is NOT as it was frozen:", *[f"  {f.file}: {f.reason}" for f in report.faults]]
    show(report.to_json(), lines, as_json=as_json)
    if not report.ok:
        raise typer.Exit(10)


def _named(client: Client, project: str, name: str) -> ReleaseOut:
    from assay.client import calls

    rows = client.send(calls.releases(project)).rows
    found = next((r for r in rows if r.name == name), None)
    if found is None:
        known = ", ".join(r.name for r in rows) or "none yet"
        raise UsageError(f"There is no release {name!r} in {project}.", hint=f"There are: {known}.")
    return found


def _show(found: ReleaseOut, *, as_json: bool) -> None:
    lines = [found.title, *[f"  {g.state:5}  {g.name}: {g.reason or g.rule}" for g in found.gates]]
    if found.digest:
        lines += [f"digest {found.digest}", f"check it anywhere: {found.verify_command}"]
    lines += [f"  signed by {s.user.name} at {s.at}: “{s.meaning}”" for s in found.signatures]
    show(found.model_dump(), lines, as_json=as_json)


def _unpack(data: bytes, into: Path) -> None:
    """Unpack a zip of our own server; its names are still not trusted."""
    root = into.absolute()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            target = (root / entry.filename).absolute()
            if root not in target.parents or ".." in Path(entry.filename).parts:
                raise UsageError(f"The server sent a file called {entry.filename!r}.", hint="Do not trust that server.")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(entry))
