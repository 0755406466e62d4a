"""`assay import`: a folder, an archive or an object-store prefix becomes items of a project."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.connection import HERE, Key, ProjectName, Server, connected
from assay.cli.errors import UsageError
from assay.cli.output import AsJson, make_app, show, table

if TYPE_CHECKING:
    from assay.client import Client
    from assay.wire.items import ImportOut, ImportRow

app = make_app()
POLL_S = 0.3


@app.command()
def import_(
    source: Annotated[str, typer.Argument(help="Folder, archive, single image, or s3://, gs://, az:// prefix.")],
    *,
    project: ProjectName,
    labels: Annotated[bool, typer.Option(help="Keep labels beside the images, by an author 'imported'.")] = True,
    synthetic: Annotated[bool, typer.Option("--synthetic", help="The images are made, not taken.")] = False,
    generator: Annotated[str | None, typer.Option(help="What made synthetic images; kept with each.")] = None,
    seed: Annotated[int | None, typer.Option(help="They were made with.")] = None,
    by_path: Annotated[
        bool, typer.Option("--by-path", help="Let the server read the folder itself (see serve --import-root).")
    ] = False,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Import images with a progress bar, and name every file that was refused.

    After an interruption run it again: pictures the project has already are not stored twice.
    """
    from assay.client import calls

    remote = "://" in source
    path = Path(source)
    if not remote and not path.exists():
        raise UsageError(f"There is no {source}.", hint="Name a folder, an archive or an image.")
    kind = "store" if remote else "folder" if by_path else "upload"
    with connected(server, key) as client:
        opened = client.send(
            calls.open_import(
                project,
                kind,  # type: ignore[arg-type]  # one of the three above
                location=source if remote else str(path.absolute()) if by_path else "",
                labels="as_author" if labels else "ignore",
                origin="synthetic" if synthetic else "real",
                generator=generator,
                seed=seed,
                name=path.name or "import",
            )
        )
        if kind == "upload":
            _upload(client, project, opened.id, path, quiet=as_json)
        client.send(calls.start_import(project, opened.id))
        done = _follow(client, project, opened.id, quiet=as_json)
        refused = list(_refused(client, project, opened.id))
    value = {**done.model_dump(), "refused": [r.model_dump() for r in refused]}
    show(value, _report(done, refused), as_json=as_json)
    if done.state == "failed":
        raise typer.Exit(2)


def _upload(client: Client, project: str, import_id: str, path: Path, *, quiet: bool) -> None:
    from rich.progress import track

    from assay.client import calls

    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if _wanted(p, path))
    root = path.parent if path.is_file() else path
    for file in track(files, "Uploading", disable=quiet):
        client.send(calls.upload(project, import_id, file.relative_to(root).as_posix(), file.read_bytes()))


def _wanted(file: Path, root: Path) -> bool:
    """Plain files, nothing hidden, no links."""
    hidden = any(part.startswith(".") for part in file.relative_to(root).parts)
    return file.is_file() and not file.is_symlink() and not hidden


def _follow(client: Client, project: str, import_id: str, *, quiet: bool) -> ImportOut:
    from rich.progress import Progress

    from assay.client import calls

    with Progress(disable=quiet) as bar:
        task = bar.add_task("Checking and storing", total=None)
        while True:
            found = client.send(calls.read_import(project, import_id))
            bar.update(task, total=found.n_found, completed=found.n_done)
            if found.state in {"finished", "failed"}:
                return found
            time.sleep(POLL_S)


def _refused(client: Client, project: str, import_id: str) -> Iterator[ImportRow]:
    from assay.client import calls

    cursor = ""
    while True:
        page = client.send(calls.import_rows(project, import_id, "refused", cursor))
        yield from page.rows
        if page.next is None:
            return
        cursor = page.next


def _report(done: ImportOut, refused: list[ImportRow]) -> list[str]:
    if done.state == "failed":
        return [f"The import failed: {done.error}", "Nothing of it is visible; it can be run again."]
    lines = [
        f"{done.n_accepted} images imported, {done.n_duplicates} were there already, {done.n_refused} refused.",
        *([f"{done.n_near_duplicates} nearly equal another image."] if done.n_near_duplicates else []),
        *([f"{done.n_marks} labels kept by the author 'imported, quality unknown'."] if done.n_marks else []),
        *[f"  {warning}" for warning in done.warnings[:20]],
    ]
    if refused:
        lines += table([[r.name, r.reason or "", r.hint or ""] for r in refused], ["refused", "because", "what to do"])
    return lines
