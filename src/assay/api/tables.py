"""Tables as pages of JSON or as one CSV file that no spreadsheet will run."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse

from assay.api.errors import BadCursorError
from assay.wire.common import Page

Row = TypeVar("Row", bound=BaseModel)
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
    fetch: Callable[[str, int], tuple[list[Row], str | None]],
    *,
    cursor: str,
    limit: int,
    form: str,
    name: str,
) -> Page[Row] | Response:
    """Answer a table as a page, or whole as CSV.

    Args:
        fetch: takes a cursor and a number of rows, returns the rows and the next cursor (None at the end).
        name: of the file, without its ending.
    """
    if form == "json":
        rows, after = fetch(cursor, limit)
        return Page.model_construct(rows=rows, next=after)
    rows, after = fetch("", CSV_PAGE)
    headers = {"content-disposition": f'attachment; filename="{name}.csv"', "cache-control": "no-store"}
    return StreamingResponse(_csv_lines(rows, after, fetch), media_type="text/csv; charset=utf-8", headers=headers)


def _csv_lines(
    rows: list[Row], after: str | None, fetch: Callable[[str, int], tuple[list[Row], str | None]]
) -> Iterator[str]:
    columns: list[str] = []
    while True:
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\r\n")
        for row in rows:
            flat = flatten(row.model_dump(mode="json"))
            if not columns:
                columns = list(flat)
                writer.writerow(columns)
            writer.writerow([cell(flat.get(column)) for column in columns])
        yield buffer.getvalue()
        if after is None:
            return
        rows, after = fetch(after, CSV_PAGE)


def flatten(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested objects as dotted columns; lists as JSON."""
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        if isinstance(inner, dict):
            flat |= flatten(inner, f"{prefix}{key}.")
        else:
            flat[prefix + key] = inner
    return flat


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
