"""`assay audit-labels`: the honest quality of labels somebody else made, from a blind sample."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.engine import Clock, Seed, command_line
from assay.cli.errors import UsageError
from assay.cli.output import AsJson, make_app, show

app = make_app()


@app.command()
def audit_labels(
    labels: Annotated[Path, typer.Argument(help="Folder, archive or label file.")],
    *,
    n: Annotated[int, typer.Option("--n", min=1, max=100_000, help="Marks to check in all.")] = 150,
    out: Annotated[Path | None, typer.Option(help="Folder to make: sheets to fill in and a page of crops.")] = None,
    answers: Annotated[Path | None, typer.Option(help="That folder, filled in: gives the defect rate.")] = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Draw a blind sample to check, or turn a checked one into a defect rate by class."""
    from assay.formats import FolderSink
    from assay.reports import engine
    from assay.reports.errors import TargetExistsError
    from assay.reports.page.verb_pages import sheet_page

    if (out is None) == (answers is None):
        raise UsageError("Give either --out or --answers.", hint="First --out FOLDER, then --answers FOLDER.")
    if answers is not None:
        found = engine.audit_result(labels, answers)
        show(found.to_json(), found.lines(), as_json=as_json)
        return
    assert out is not None, "one of the two was given"
    if out.exists():
        raise TargetExistsError(str(out))
    clock = Clock()
    sample = engine.audit_labels(labels, n=n, seed=seed)
    sink = FolderSink(out)
    for name, data in sample.files().items():
        sink.write(name, data)
    sink.write("sheet.html", sheet_page(sample, command=command_line(), meta=clock.meta()).encode())
    lines = [
        f"{len(sample.rows)} marks and {len(sample.items)} pictures to check, in {out}.",
        "  Open sheet.html, fill in sheet.csv and pictures.csv, then:",
        f"  assay audit-labels {labels} --answers {out}",
    ]
    show(sample.to_json(), lines, as_json=as_json)
