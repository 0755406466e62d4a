"""Label schemas: table and queries."""

from __future__ import annotations

import sqlalchemy as sa

from assay.storage.tables import document, identifier, instant, metadata, project_id

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
