"""`assay rule`: rule on an edge case; label, clause and gold follow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.connection import HERE, Key, ProjectName, Server, connected
from assay.cli.errors import UsageError
from assay.cli.output import AsJson, make_app, show

if TYPE_CHECKING:
    from assay.wire.marks import MarkIn

app = make_app()


@app.command()
def rule(
    escalation: Annotated[str, typer.Argument(help="Id of the question.")],
    ruling: Annotated[str, typer.Argument(help="The answer, in words another annotator understands.")],
    *,
    label_class: Annotated[str, typer.Option("--class", help="Id of the class it counts as.")] = "",
    marks: Annotated[Path | None, typer.Option(help="JSON list of marks: the item's answer from now on.")] = None,
    clause: Annotated[str, typer.Option(help="Number of the clause that shall say it, such as 4.3.")] = "",
    clause_text: Annotated[str, typer.Option(help="Its text, the title on the first line.")] = "",
    gold: Annotated[bool, typer.Option("--gold", help="Make the item gold with these marks.")] = False,
    project: ProjectName,
    server: Server = HERE,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Rule on a question; label, clause and gold follow at once, or wait for the signatures the policy asks for."""
    from assay.client import deciding
    from assay.wire.escalations import ClauseIn

    if bool(clause) != bool(clause_text):
        raise UsageError(
            "A clause has a number and a text.", hint='--clause 4.3 --clause-text "Reflections\\nNever box one."'
        )
    said = ClauseIn(number=clause, text=clause_text.replace("\\n", "\n")) if clause else None
    call = deciding.rule(
        project,
        escalation,
        ruling,
        label_class=label_class or None,
        marks=None if marks is None else _marks(marks),
        clause=said,
        gold=gold,
    )
    with connected(server, key) as client:
        done = client.send(call)
    lines = [f"Ruled: {done.ruling}"]
    if done.settled:
        lines.append("  the item has its answer")
    if done.new_guideline_version:
        lines.append(f"  clause {done.ruled_clause} says it from guideline version {done.new_guideline_version} on")
    if done.gold:
        lines.append("  the item is gold now")
    lines += [f"  waits for signatures: assay approvals show {p}" for p in done.proposals]
    show(done.model_dump(), lines, as_json=as_json)


def _marks(file: Path) -> list[MarkIn]:
    from pydantic import TypeAdapter, ValidationError

    from assay.wire.marks import MarkIn

    try:
        return TypeAdapter(list[MarkIn]).validate_python(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {(error.strerror or 'no such file').lower()}.") from None
    except (ValueError, ValidationError):
        raise UsageError(f"{file} holds no list of marks.", hint="Each has label_class and bbox.") from None
