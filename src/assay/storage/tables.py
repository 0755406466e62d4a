"""The one metadata all rooms declare their tables on, the columns every table repeats, and the tenant rule."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from assay.storage.errors import TenantUnboundError

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

PROJECT_PARAMETER = "tenant_project_id"
PROJECT: sa.BindParameter[str] = sa.bindparam(PROJECT_PARAMETER, type_=sa.String)
"""Stands for the project the house was opened for; every query on a tenant's table compares with it."""


def identifier(name: str = "id", **options: Any) -> sa.Column[str]:  # noqa: ANN401 - passed on to Column
    """A column for an id: 32 hex digits."""
    return sa.Column(name, sa.String(32), **{"nullable": False, **options})


def project_id() -> sa.Column[str]:
    """The column that makes a table belong to a tenant."""
    return sa.Column("project_id", sa.String(32), nullable=False)


def instant(name: str, **options: Any) -> sa.Column[int]:  # noqa: ANN401 - passed on to Column
    """A column for UTC microseconds."""
    return sa.Column(name, sa.BigInteger, **{"nullable": False, **options})


def document(name: str, **options: Any) -> sa.Column[str]:  # noqa: ANN401 - passed on to Column
    """A column for canonical JSON text; text rather than a JSON type so that both databases keep the same bytes."""
    return sa.Column(name, sa.Text, **{"nullable": False, **options})


_bound: WeakSet[Any] = WeakSet()


def require_project(statement: Any) -> None:  # noqa: ANN401 - any SQL statement
    """Refuse a statement in which a tenant's table is not tied to the open project.

    A table is tied when its `project_id` is compared with `PROJECT`, or with the `project_id` of a tied table.

    Raises:
        TenantUnboundError: names the tables that are left open. This is a mistake in our code, never a caller's.
    """
    if statement in _bound:
        return
    tenants, tied, links = set(), set(), []
    for element in visitors.iterate(statement):
        if isinstance(element, (sa.Table, sa.Alias)) and "project_id" in element.c:
            tenants.add(element)
        elif isinstance(element, sa.BinaryExpression) and element.operator is sa.sql.operators.eq:
            sides = [side for side in (element.left, element.right) if _is_project_column(side)]
            if len(sides) == 2:  # noqa: PLR2004 - both sides of a comparison
                links.append((sides[0].table, sides[1].table))
            elif sides and PROJECT_PARAMETER in {getattr(s, "key", None) for s in (element.left, element.right)}:
                tied.add(sides[0].table)
    grew = True
    while grew:
        more = {b for a, b in links if a in tied} | {a for a, b in links if b in tied}
        grew = not more <= tied
        tied |= more
    aliased = {alias.element for alias in tenants if isinstance(alias, sa.Alias)}
    open_tables = {t.name for t in tenants - tied if t not in aliased or t in _selected(statement)}
    if open_tables:
        raise TenantUnboundError(sorted(open_tables))
    _bound.add(statement)


def _is_project_column(side: Any) -> bool:  # noqa: ANN401 - any SQL element
    return isinstance(side, sa.Column) and side.name == "project_id"


def _selected(statement: Any) -> set[Any]:  # noqa: ANN401 - any SQL statement
    getter = getattr(statement, "get_final_froms", None)
    return set(getter()) if getter else set()
