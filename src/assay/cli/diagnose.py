"""`assay diagnose`: why quality fell."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.output import AsJson, make_app, show

app = make_app()


@app.command()
def diagnose(
    answers: Annotated[Path, typer.Argument(help="CSV file: part, item, model, annotators, gold, experts.")],
    *,
    expert_wrong: Annotated[int, typer.Option(help="How often the experts missed gold that did not change.")],
    expert_n: Annotated[int, typer.Option(help="Out of how many.")],
    drift_noticed: Annotated[bool | None, typer.Option(help="What `assay drift` said of the pictures.")] = None,
    as_json: AsJson = False,
) -> None:
    """Name the cause of a loss: pictures, meaning of labels, people, or annotators who follow a model."""
    from assay.reports.learning import diagnose_answers

    found = diagnose_answers(answers, expert_wrong=expert_wrong, expert_n=expert_n, drift_noticed=drift_noticed)
    names = " and ".join([found.cause.value, *(c.value for c in found.also)])
    show(found.to_json(), [f"Cause: {names}.", found.action, *found.words], as_json=as_json)
