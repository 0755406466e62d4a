"""What commands print: tables for people, one JSON document for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]


def make_app(text: str = "") -> typer.Typer:
    """A command, or a group when it has several; `text` is the help of a group."""
    return typer.Typer(help=text, rich_markup_mode=None, add_completion=False)


def print_json(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Print the command's one JSON document."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def show(value: Mapping[str, Any], lines: Sequence[str], *, as_json: bool) -> None:
    """Print the result: `value` for programs, `lines` for people."""
    if as_json:
        print_json(value)
    else:
        for line in lines:
            print(clean(line))


def table(rows: Sequence[Sequence[str]], headings: Sequence[str]) -> list[str]:
    """A plain table in aligned columns, as lines."""
    every = [list(headings), *[[clean(cell) for cell in row] for row in rows]]
    widths = [max(len(row[column]) for row in every) for column in range(len(headings))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in every]


def clean(text: str) -> str:
    """Text without control characters, so that no name can steer the terminal."""
    return "".join(c if c.isprintable() else "�" for c in text)
