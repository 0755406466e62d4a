"""`assay audit`: the audit log outside the server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from assay.cli.errors import UsageError
from assay.cli.output import AsJson, make_app, show
from assay.cli.settings import DATA, Data, Database, opened

app = make_app("Verify and export the audit log.")


def _head(text: str) -> tuple[int, str]:
    size, _, root = text.partition(":")
    if not size.isdigit() or len(root) != 64:  # noqa: PLR2004 - a SHA-256 as hex
        raise UsageError(f"{text!r} is no head.", hint="It looks like 1234:8c1f…, as `assay audit head` prints it.")
    return int(size), root


@app.command()
def verify(
    *,
    data: Data = DATA,
    database: Database = "",
    against: Annotated[str, typer.Option(help="A head kept elsewhere, size:root; nothing before it may differ.")] = "",
    as_json: AsJson = False,
) -> None:
    """Recompute the whole log from its events; a changed, removed or inserted one is named."""
    from assay.storage import Head, check_log, seal

    trusted = Head(*_head(against), 0) if against else None
    with opened(data, database) as services:
        seal(services.house)
        head = check_log(services.house, trusted=trusted)
    said = [f"All {head.size} events are as they were sealed.", f"head {head.size}:{head.root}"]
    show({"verified": True, "size": head.size, "root": head.root}, said, as_json=as_json)


@app.command()
def head(*, data: Data = DATA, database: Database = "", as_json: AsJson = False) -> None:
    """Print the log's head; keep it elsewhere, and later changes before it will show."""
    from assay.storage import read_head, seal

    with opened(data, database) as services:
        seal(services.house)
        found = read_head(services.house)
    show({"size": found.size, "root": found.root}, [f"{found.size}:{found.root}"], as_json=as_json)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to; one JSON object a line.")],
    *,
    data: Data = DATA,
    database: Database = "",
    as_json: AsJson = False,
) -> None:
    """Write every sealed event of every project, in the order of the log."""
    from assay.governance import every_event
    from assay.kernel.actor import system
    from assay.kernel.clock import iso

    n = 0
    with opened(data, database) as services, file.open("x", encoding="utf-8") as out:
        for event in every_event(services.house, system("command line")):
            row = {
                "seq": event.seq,
                "id": event.id,
                "project_id": event.project_id,
                "at": iso(event.at_us),
                "actor": {"id": event.actor_id, "kind": event.actor_kind},
                "action": event.action,
                "subject": event.subject,
                "why": event.why,
                "body": event.body,
            }
            out.write(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n")
            n += 1
    show({"file": str(file), "n_events": n}, [f"{n} events written to {file}."], as_json=as_json)
