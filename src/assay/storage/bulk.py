"""Many rows, rows of several tables and changes, by one statement on PostgreSQL: a message costs more than a row."""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import psycopg

Rows = Sequence[Mapping[str, Any]]
Change = sa.Update | sa.Delete
_DIALECT: sa.Dialect = psycopg.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types
_NAME = re.compile(r"%\((\w+)\)s")
# Not VARCHAR(n): a cast would cut what is too long, where storing it is an error. And what makes a value plain refuses
# what is none: a fraction for a whole number, a number for text.
_TYPES: tuple[tuple[type[sa.types.TypeEngine[Any]], str, Callable[[Any], Any]], ...] = (
    (sa.Boolean, "boolean", bool),
    (sa.Float, "double precision", float),
    (sa.Integer, "bigint", operator.index),
    (sa.String, "text", str.__str__),
    (sa.LargeBinary, "bytea", bytes),
)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column that gets values.

    Attributes:
        key: of a row's value; with `filled_in`, rows have none, and get `gap`.
        plain: makes a value of the plainest type of one.
    """

    key: str
    parameter: str
    plain: Callable[[Any], Any]
    filled_in: bool
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
        columns.append(_Column(column.name, parameter, plain, column.name not in names, gap))
        values.append(f"CAST(%({parameter})s AS {sql}{'[]' if many else ''})")
    listed, given = ", ".join(f'"{column.key}"' for column in columns), ", ".join(values)
    source = f"SELECT * FROM unnest({given})" if many else f"VALUES ({given})"  # noqa: S608 - parameters only
    return f'INSERT INTO "{table.name}" ({listed}) {source}', tuple(columns)


@functools.lru_cache(maxsize=512)
def _compiled(change: Change) -> sa.Compiled:
    """A change in the driver's words, made once; one made anew for each call would fill memory, so few are kept."""
    return change.compile(dialect=_DIALECT)


@functools.lru_cache(maxsize=512)
def _plan(
    changes: tuple[Change, ...],
    shapes: tuple[tuple[sa.Table, tuple[str, ...], bool], ...],
) -> tuple[str, tuple[tuple[_Column, ...], ...]]:
    parts = [_part(table, names, f"p{n}", many=many) for n, (table, names, many) in enumerate(shapes)]
    changed = [_NAME.sub(rf"%(c{n}_\1)s", str(_compiled(change))) for n, change in enumerate(changes)]
    *before, last = [*changed, *(text for text, _ in parts)]
    withs = ", ".join(f"i{n} AS ({text})" for n, text in enumerate(before))
    return f"WITH {withs} {last}" if withs else last, tuple(columns for _, columns in parts)


def one_statement(
    inserts: Sequence[tuple[sa.Table, Rows]], changes: Sequence[tuple[Change, Mapping[str, Any]]] = ()
) -> tuple[str, dict[str, Any]]:
    """One statement, in the driver's words, that makes all these changes and inserts these rows; and its parameters.

    Args:
        inserts: tables of plain columns (text, numbers, truth, bytes), each with at least one row; all rows of a table
            have the keys of the first. A column that is not among them gets its default, NULL where it has none.
        changes: with their parameters; no two of the same row, and none looks at what another does.
    """
    shapes = tuple((table, tuple(rows[0]), len(rows) > 1) for table, rows in inserts)
    statement, plans = _plan(tuple(change for change, _ in changes), shapes)
    parameters: dict[str, Any] = {}
    for n, (change, params) in enumerate(changes):
        whole = _compiled(change).construct_params(params) or {}
        parameters |= {f"c{n}_{name}": value for name, value in whole.items()}
    for (_, rows), columns in zip(inserts, plans, strict=True):
        for column in columns:
            key, plain = column.key, column.plain
            given = [column.gap] * len(rows) if column.filled_in else [row[key] for row in rows]
            values = [None if value is None else plain(value) for value in given]
            parameters[column.parameter] = values if len(rows) > 1 else values[0]
    return statement, parameters
