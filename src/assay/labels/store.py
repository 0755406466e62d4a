"""Label schemas: table and queries."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from assay.kernel.canonical import canonical_json
from assay.labels.model import LabelSchema
from assay.labels.rules import class_from_json, class_to_json
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT, document, identifier, instant, metadata, project_id

label_schemas = sa.Table(
    "label_schemas",
    metadata,
    project_id(),
    sa.Column("version", sa.Integer, nullable=False),
    document("body"),
    identifier("created_by"),
    instant("created_at_us"),
    sa.PrimaryKeyConstraint("project_id", "version"),
)


_by_version = sa.select(label_schemas).where(
    label_schemas.c.project_id == PROJECT, label_schemas.c.version == sa.bindparam("version")
)
_current = (
    sa.select(label_schemas)
    .where(label_schemas.c.project_id == PROJECT)
    .order_by(label_schemas.c.version.desc())
    .limit(1)
)
_all = sa.select(label_schemas).where(label_schemas.c.project_id == PROJECT).order_by(label_schemas.c.version.desc())


def find_schema(rx: Rx, version: int | None) -> LabelSchema | None:
    """One version, or the current one."""
    row = rx.first(_current) if version is None else rx.first(_by_version, version=version)
    return None if row is None else _schema(row)


def all_schemas(rx: Rx) -> list[LabelSchema]:
    """Every version, newest first."""
    return [_schema(row) for row in rx.rows(_all)]


def add_schema(tx: Tx, schema: LabelSchema) -> None:
    """Keep a new version."""
    body = canonical_json([class_to_json(c) for c in schema.classes]).decode()
    row = {
        "version": schema.version,
        "body": body,
        "created_by": schema.created_by,
        "created_at_us": schema.created_at_us,
    }
    tx.insert(label_schemas, row)


def _schema(row: Any) -> LabelSchema:  # noqa: ANN401 - a database row
    classes = tuple(class_from_json(value) for value in json.loads(row.body))
    return LabelSchema(row.version, classes, row.created_by, row.created_at_us)


_newest = sa.select(sa.func.max(label_schemas.c.version)).where(label_schemas.c.project_id == PROJECT)
newest_version = _newest.correlate(None).scalar_subquery()
"""For a statement that wants it beside other things; NULL when there is none yet."""


def current_schema_version(rx: Rx) -> int:
    """The newest version's number; 0 when there is none yet."""
    return rx.value(_newest) or 0
