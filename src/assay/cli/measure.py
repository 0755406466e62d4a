"""`assay measure`: agreement and errors of any number of items, streamed."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Final

import typer

from assay.cli.engine import Clock, Html, Iou, Who, command_line, split_who, write_page
from assay.cli.output import AsJson, make_app, show

app = make_app()

_SPEAK_AFTER_S: Final = 2.0


@app.command()
def measure(
    labels: Annotated[Path, typer.Argument(help="Parquet with one row an item, a folder of them, or any labels.")],
    *,
    who: Who = None,
    gold: Annotated[Path | None, typer.Option(help="Labels taken as right, when LABELS are not rows.")] = None,
    iou: Iou = 0.5,
    tight: Annotated[float, typer.Option(help="From which overlap a mark of the right class is well placed.")] = 0.7,
    state: Annotated[
        Path | None, typer.Option(help="Keep what was done in this file; an interrupted run goes on from there.")
    ] = None,
    rows: Annotated[Path | None, typer.Option(help="Write the labels as rows, for next time.")] = None,
    html: Html = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Row groups at once; all cores when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure agreement, and errors against accepted marks, of millions of items in flat memory."""
    from assay.reports import engine
    from assay.reports.page.measure_page import measure_page
    from assay.reports.rows_of import write_rows

    clock = Clock()
    name, others = split_who(who, engine.THIS)
    source: object = labels
    if rows is not None:
        source = engine.item_rows(labels, who=others, gold=gold, name=name)
        write_rows(source, rows)
        source, others, gold = rows, {}, None
    found = engine.measure(
        source, who=others, gold=gold, name=name, threshold=iou, tight_threshold=tight, state=state,
        n_threads=threads, progress=_Progress(),
    )  # fmt: skip
    page = measure_page(found, command=command_line(), meta=clock.meta()) if html else ""
    show(found.to_json(), [*found.lines(), *write_page(html, page)], as_json=as_json)


class _Progress:
    """Says on standard error how far a long run is, on a terminal only."""

    def __init__(self) -> None:
        self._began = self._said = time.monotonic()

    def __call__(self, n_done: int, n_all: int) -> None:
        now = time.monotonic()
        if not sys.stderr.isatty() or now - self._began < _SPEAK_AFTER_S:
            return
        if n_done < n_all and now - self._said < 1:
            return
        self._said = now
        left_s = (now - self._began) * (n_all - n_done) / max(n_done, 1)
        end = "\n" if n_done >= n_all else ""
        print(f"\r{n_done:,} of {n_all:,} items, {left_s:,.0f} s left ", end=end, file=sys.stderr, flush=True)
