"""Tables as pages of JSON or as one CSV file that no spreadsheet will run."""

from __future__ import annotations

import base64
import csv
import functools
import io
from collections.abc import Callable, Iterator
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import orjson
from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse

from assay.api.errors import BadCursorError
from assay.wire.common import Page

Row = TypeVar("Row", bound=BaseModel)
Fetch = Callable[[str, int], tuple[list[Row], str | None]]
CSV_PAGE = 200
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def read_cursor(cursor: str, *kinds: type) -> tuple[Any, ...] | None:
    """The key behind a cursor, whose parts have the types `kinds`; None for the first page.

    Raises:
        BadCursorError: this server did not make it.
    """
    if not cursor:
        return None
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        raise BadCursorError from None
    if not isinstance(parts, list) or len(parts) != len(kinds):
        raise BadCursorError
    if not all(type(part) is kind for part, kind in zip(parts, kinds, strict=True)):
        raise BadCursorError
    return tuple(parts)


def make_cursor(*parts: str | float) -> str:
    """A cursor that points behind the row with this key."""
    return base64.urlsafe_b64encode(orjson.dumps(list(parts))).decode().rstrip("=")


def table(
    fetch: Fetch[Row], *, cursor: str, limit: int, form: str, name: str, model: type[Row] | None = None
) -> Page[Row] | Response:
    """Answer a table as a page, or whole as CSV.

    Args:
        fetch: takes a cursor and a number of rows, returns the rows and the next cursor (None at the end).
        cursor: the caller's.
        limit: rows on a page at most.
        form: `json` or `csv`.
        name: of the file, without its ending.
        model: what a row is, so that a CSV file without rows still has its headings.
    """
    if form == "json":
        rows, after = fetch(cursor, limit)
        return Page.model_construct(rows=rows, next=after)
    rows, after = fetch("", CSV_PAGE)  # before the answer begins, so that what goes wrong still is an error
    headers = {"content-disposition": f'attachment; filename="{name}.csv"', "cache-control": "no-store"}
    kind = model or (type(rows[0]) if rows else None)
    lines = _csv_lines(rows, after, fetch, columns_of(kind) if kind else ())
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _csv_lines(
    rows: list[Row], after: str | None, fetch: Fetch[Row], columns: tuple[tuple[str, ...], ...]
) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([".".join(path) for path in columns])
    while True:
        for row in rows:
            flat = row.model_dump(mode="json")
            writer.writerow([cell(_at(flat, path)) for path in columns])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        if after is None:
            return
        rows, after = fetch(after, CSV_PAGE)


@functools.cache
def columns_of(model: type[BaseModel]) -> tuple[tuple[str, ...], ...]:
    """The columns of a model: nested models become dotted columns, everything else is one column."""
    columns: list[tuple[str, ...]] = []
    for name, field in model.model_fields.items():
        kind = field.annotation
        choices = get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)
        inner = [k for k in choices if get_origin(k) is None and isinstance(k, type) and issubclass(k, BaseModel)]
        nested = columns_of(inner[0]) if len(inner) == 1 else ((),)
        columns += [(name, *rest) for rest in nested]
    return tuple(columns)


def _at(value: Any, path: tuple[str, ...]) -> Any:  # noqa: ANN401 - any JSON value
    for name in path:
        if value is None:
            return None
        value = value[name]
    return value


def cell(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """A value as CSV text; text that a spreadsheet would take for a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return f"'{text}" if text.startswith(_FORMULA) else text
