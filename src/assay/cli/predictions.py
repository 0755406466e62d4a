"""`assay predictions`: hand in what a model said in production, and see how good it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from assay.cli.connection import HERE, Key, ProjectName, Server, connected
from assay.cli.output import AsJson, make_app, show, table

if TYPE_CHECKING:
    from assay.wire.common import EstimateOut
    from assay.wire.production import PredictionIn

app = make_app("Hand in what a model said in production, and see how good it was.")

AT_ONCE = 500


@app.command()
def push(
    file: Annotated[Path, typer.Argument(help="JSON lines or Parquet; docs/serving.md says what a row holds.")],
    *,
    model: Annotated[str, typer.Option(help="The model version: name@number, an alias such as production, or its id.")],
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Hand in predictions; unsure ones and a random share become tasks for people. Handed in twice they count once."""
    from assay.client import calls

    sums = {"n": 0, "n_new": 0, "n_random": 0, "n_asked": 0}
    title = model
    with connected(server, key) as client:
        for part in _parts(_checked(file)):
            made = client.send(calls.push_predictions(project, model, part))
            title = made.model
            for name in sums:
                sums[name] += getattr(made, name)
    said = (
        f"{sums['n']} predictions of {title} are in, {sums['n_new']} of them new; {sums['n_random']} were drawn for "
        f"the quality figure and {sums['n_asked']} go to people because the model was unsure or the policy wants it."
    )
    show({"model": title, **sums}, [said], as_json=as_json)


def _checked(file: Path) -> list[PredictionIn]:
    """Every row of the file, checked before any is sent."""
    from pydantic import ValidationError

    from assay.jobs.prediction_files import prediction_rows
    from assay.serving import PredictionFileError
    from assay.wire.production import PredictionIn

    found = []
    for where, row in prediction_rows(file):
        try:
            found.append(PredictionIn.model_validate(row))
        except ValidationError as error:
            first: Any = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise PredictionFileError(file.name, where, f"{place}: {first['msg']}") from None
    return found


def _parts(rows: list[PredictionIn]) -> Iterator[list[PredictionIn]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


@app.command()
def quality(
    *,
    every: Annotated[Literal["day", "week", "month"], typer.Option(help="Length of a stretch.")] = "week",
    points: Annotated[int, typer.Option(help="Stretches at most.")] = 12,
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Say how good production is over time, by class and slice, from the random share alone."""
    from assay.client import calls

    with connected(server, key) as client:
        found = client.send(calls.production_quality(project, every, points))
    rows = [[p.start_at[:10], *_words(p.wrong), str(p.n_waiting)] for p in found.points]
    parts = [
        [kind, part.name, *_words(part.wrong)]
        for kind, some in (("class", found.classes), ("slice", found.slices), ("model", found.models))
        for part in some
    ]
    lines = [
        found.title,
        "",
        *table(rows, [f"{every} from", "wrong", "95 %", "n marks", "waiting"]),
        *(["", *table(parts, ["", "", "wrong", "95 %", "n marks"])] if parts else []),
    ]
    show(found.model_dump(), lines, as_json=as_json)


def _words(value: EstimateOut) -> list[str]:
    if value.value is None:
        return ["nobody has looked", "", f"{value.n}"]
    between = "" if value.low is None or value.high is None else f"{value.low:.3f}–{value.high:.3f}"
    return [f"{value.value:.3f}", between, str(value.n)]
