"""`assay init`: makes a data folder, the first administrator, and perhaps a first project."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from assay.cli.output import AsJson, make_app, show
from assay.cli.settings import DATA, BlobStore, Data, Database, opened

app = make_app()


@app.command()
def init(
    *,
    data: Data = DATA,
    database: Database = "",
    blobs: BlobStore = "",
    project: Annotated[str, typer.Option(help="Make a project of this name, too.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a data folder and the first administrator; running it again changes nothing."""
    from assay.access import find_project_by, found_project, slug_of
    from assay.cli.first import first_account
    from assay.kernel.actor import system

    with opened(data, database, blobs, make=True) as services:
        admin = first_account(services)
        actor = system("command line")
        made = None
        if project:
            made = find_project_by(services.house, actor, slug_of(project)) or found_project(
                actor, project, lead=admin.id, house=services.house
            )
        where = str(services.settings.data)
    value: dict[str, Any] = {"data": where, "administrator": admin.login, "project": made.slug if made else None}
    lines = [f"The house is ready in {where}.", f"Administrator: {admin.login}"]
    lines += [f"Project: {made.name} ({made.slug})"] if made else []
    show(
        value,
        [*lines, "Next: `assay serve` prints a link with which the administrator sets a password."],
        as_json=as_json,
    )
