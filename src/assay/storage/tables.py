"""The one metadata all rooms declare their tables on, and the columns every table repeats."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

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
