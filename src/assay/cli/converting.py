"""`assay convert`: labels from one format to another, without a server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.errors import UsageError
from assay.cli.output import AsJson, make_app, show

app = make_app()


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(help="Folder with labels.")],
    target: Annotated[Path, typer.Argument(help="Folder to make.")],
    *,
    to: Annotated[str, typer.Option(help="coco, voc, yolo, cvat, label-studio, labelme, parquet, csv or jsonl.")],
    of: Annotated[str, typer.Option("--from", help="Format of the source; found out by looking when left out.")] = "",
    skip_rows: Annotated[bool, typer.Option("--skip-rows", help="Leave out wrong rows and name them.")] = False,
    as_json: AsJson = False,
) -> None:
    """Convert labels; says what was refused and what the new format cannot hold."""
    from assay.formats.files import FolderFiles, FolderSink
    from assay.formats.registry import codec, detect

    if target.exists():
        raise UsageError(f"{target} exists.", hint="Name a folder that does not exist yet.")
    files = FolderFiles(source)
    name = of or detect(files)
    if name is None:
        raise UsageError(f"{source} holds no labels that are understood.", hint="Name the format with --from.")
    label_set, read = codec(name).read(files, mode="skip_rows" if skip_rows else "strict")
    target.mkdir(parents=True)
    loss = codec(to).write(label_set, FolderSink(target))
    lines = [
        f"{read.n_marks} marks on {read.n_items} images, from {name} to {to}.",
        *[f"  refused {n.file} {n.place}: {n.reason}" for n in (*read.refused_files, *read.refused)],
        *[f"  {entry.n} x {entry.what}: {entry.why}" for entry in loss.losses],
    ]
    show({"read": read.to_json(), "written": loss.to_json()}, lines, as_json=as_json)
