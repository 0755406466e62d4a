"""`assay backup` and `assay restore`: a copy of everything, made while the server runs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from assay.cli.output import AsJson, make_app, show
from assay.cli.settings import DATA, BlobStore, Data, Database, folder

app = make_app("Copy everything while the server runs, check a copy, put one back.")


@app.command()
def make(
    target: Annotated[Path, typer.Argument(help="Folder to make.")],
    *,
    data: Data = DATA,
    database: Database = "",
    blobs: BlobStore = "",
    as_json: AsJson = False,
) -> None:
    """Copy database and pictures; the server may go on working."""
    from assay.bootstrap import Settings
    from assay.storage import Blobs
    from assay.storage.backup import backup

    settings = Settings(data=folder(data), database_url=database, blobs_url=blobs)
    made = backup(settings.database, Blobs(settings.blobs), target, now_us=time.time_ns() // 1000)
    lines = [f"The copy is in {target}.", f"head {made.log_size}:{made.log_root}"]
    show({"folder": str(target), "size": made.log_size, "root": made.log_root}, lines, as_json=as_json)


@app.command()
def check(source: Annotated[Path, typer.Argument(help="A copy.")], *, as_json: AsJson = False) -> None:
    """Check every byte of a copy and its audit log."""
    from assay.storage.backup import check_backup

    found = check_backup(source)
    lines = [f"{source} is whole.", f"head {found.log_size}:{found.log_root}"]
    show({"folder": str(source), "size": found.log_size, "root": found.log_root}, lines, as_json=as_json)


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="A copy.")],
    *,
    data: Data = DATA,
    database: Database = "",
    blobs: BlobStore = "",
    as_json: AsJson = False,
) -> None:
    """Put a copy into an empty data folder, and check what was put there."""
    from assay.bootstrap import Settings
    from assay.storage import Blobs
    from assay.storage.backup import restore as put_there

    settings = Settings(data=folder(data), database_url=database, blobs_url=blobs)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = put_there(source, settings.database, Blobs(settings.blobs))
    lines = [f"Restored into {settings.data}.", f"Start it: assay serve --data {settings.data}"]
    show({"folder": str(settings.data), "size": made.log_size, "root": made.log_root}, lines, as_json=as_json)
