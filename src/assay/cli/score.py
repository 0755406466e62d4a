"""`assay score`: answers of people or of a model held against gold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.engine import Clock, Html, Iou, Seed, command_line, write_page
from assay.cli.output import AsJson, make_app, show

app = make_app()


@app.command()
def score(
    answers: Annotated[Path, typer.Argument(help="Labels to judge, or COCO results.")],
    *,
    gold: Annotated[Path, typer.Option(help="Labels taken as right.")],
    iou: Iou = 0.5,
    tight: Annotated[float, typer.Option(help="From which overlap a mark of the right class is well placed.")] = 0.7,
    label_class: Annotated[list[str] | None, typer.Option("--class", help="Look at this class only; repeat.")] = None,
    like: Annotated[
        str | None,
        typer.Option(
            help="Also by this tool's rules: cvat, cvat-2023, datumaro, coco, label-studio, strict.", metavar="TOOL"
        ),
    ] = None,
    html: Html = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Score answers: precision, recall, F1, kinds of error, confusion, and COCO's table where there are confidences."""
    from assay.reports import engine
    from assay.reports.page.verb_pages import score_page

    clock = Clock()
    found = engine.score(
        answers,
        gold,
        name=answers.stem,
        threshold=iou,
        tight_threshold=tight,
        classes=tuple(label_class or ()),
        like=like,
        seed=seed,
    )
    page = score_page(found, command=command_line(), meta=clock.meta()) if html else ""
    show(found.to_json(), [*found.lines(), *write_page(html, page)], as_json=as_json)
