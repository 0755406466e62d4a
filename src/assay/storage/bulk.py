"""Many rows by one statement on PostgreSQL: a list a column, unnested there, instead of a message a row."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

# Not VARCHAR(n): a cast would cut what is too long, where storing it is an error.
_TYPES: tuple[tuple[type[sa.types.TypeEngine[Any]], str, Callable[[Any], Any]], ...] = (
    (sa.Boolean, "boolean", bool),
    (sa.Float, "double precision", float),
    (sa.Integer, "bigint", int),
    (sa.String, "text", str),
    (sa.LargeBinary, "bytea", bytes),
)


@functools.lru_cache(maxsize=256)
def _plan(
    table: sa.Table, names: tuple[str, ...]
) -> tuple[sa.TextClause, tuple[tuple[str, Callable[[Any], Any], Any], ...]]:
    """The statement, and for each column its name, what makes a plain value of it, and the value of a gap."""
    parts, columns = [], []
    for column in table.columns:
        gap = column.default.arg if isinstance(column.default, sa.ColumnDefault) else None
        if column.name not in names and gap is None:
            continue
        sql, plain = next((sql, plain) for kind, sql, plain in _TYPES if isinstance(column.type, kind))
        parts.append((column.name, f"CAST(:{column.name} AS {sql}[])"))
        columns.append((column.name, plain, gap))
    listed = ", ".join(f'"{name}"' for name, _ in parts)
    arrays = ", ".join(array for _, array in parts)
    text = f'INSERT INTO "{table.name}" ({listed}) SELECT * FROM unnest({arrays})'  # noqa: S608 - names of our own tables
    return sa.text(text), tuple(columns)


def in_bulk(table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> tuple[sa.TextClause, dict[str, list[Any]]]:
    """One statement that inserts all rows, and its parameters.

    Args:
        table: of plain columns (text, numbers, truth, bytes).
        rows: all with the keys of the first; a key that is absent gets the column's default, NULL where it has none.
    """
    statement, columns = _plan(table, tuple(rows[0]))
    values = {
        name: [None if (v := row.get(name, gap)) is None else plain(v) for row in rows] for name, plain, gap in columns
    }
    return statement, values
