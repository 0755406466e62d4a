"""Many rows, and rows of several tables, by one statement on PostgreSQL: a message a row costs more than the row."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

Rows = Sequence[Mapping[str, Any]]
# Not VARCHAR(n): a cast would cut what is too long, where storing it is an error.
_TYPES: tuple[tuple[type[sa.types.TypeEngine[Any]], str, Callable[[Any], Any]], ...] = (
    (sa.Boolean, "boolean", bool),
    (sa.Float, "double precision", float),
    (sa.Integer, "bigint", int),
    (sa.String, "text", str),
    (sa.LargeBinary, "bytea", bytes),
)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column that gets values: from this key of a row, made plain, and what a row without the key gets."""

    key: str
    parameter: str
    plain: Callable[[Any], Any]
    gap: Any


def _part(table: sa.Table, names: tuple[str, ...], prefix: str, *, many: bool) -> tuple[str, tuple[_Column, ...]]:
    """The INSERT of one table: lists unnested for many rows, plain values for one."""
    columns, values = [], []
    for column in table.columns:
        gap = column.default.arg if isinstance(column.default, sa.ColumnDefault) else None
        if column.name not in names and gap is None:
            continue
        sql, plain = next((sql, plain) for kind, sql, plain in _TYPES if isinstance(column.type, kind))
        parameter = f"{prefix}_{column.name}"
        columns.append(_Column(column.name, parameter, plain, gap))
        values.append(f"CAST(:{parameter} AS {sql}{'[]' if many else ''})")
    listed, given = ", ".join(f'"{column.key}"' for column in columns), ", ".join(values)
    source = f"SELECT * FROM unnest({given})" if many else f"VALUES ({given})"  # noqa: S608 - parameters only
    return f'INSERT INTO "{table.name}" ({listed}) {source}', tuple(columns)


@functools.lru_cache(maxsize=512)
def _plan(
    shapes: tuple[tuple[sa.Table, tuple[str, ...], bool], ...],
) -> tuple[sa.TextClause, tuple[tuple[_Column, ...], ...]]:
    parts = [_part(table, names, f"p{n}", many=many) for n, (table, names, many) in enumerate(shapes)]
    *before, last = [text for text, _ in parts]
    withs = ", ".join(f"i{n} AS ({text})" for n, text in enumerate(before))
    return sa.text(f"WITH {withs} {last}" if withs else last), tuple(columns for _, columns in parts)


def one_insert(inserts: Sequence[tuple[sa.Table, Rows]]) -> tuple[sa.TextClause, dict[str, Any]]:
    """One statement that inserts all these rows, and its parameters.

    Args:
        inserts: tables of plain columns (text, numbers, truth, bytes), each with at least one row; all rows of a table
            have the keys of the first. A key that is absent gets the column's default, NULL where it has none.
    """
    shapes = tuple((table, tuple(rows[0]), len(rows) > 1) for table, rows in inserts)
    statement, plans = _plan(shapes)
    parameters: dict[str, Any] = {}
    for (_, rows), columns in zip(inserts, plans, strict=True):
        for column in columns:
            key, plain, gap = column.key, column.plain, column.gap
            values = [None if (v := row.get(key, gap)) is None else plain(v) for row in rows]
            parameters[column.parameter] = values if len(rows) > 1 else values[0]
    return statement, parameters
