"""Guidelines and their example images: tables and queries."""

from __future__ import annotations

import sqlalchemy as sa

from assay.storage.tables import document, identifier, instant, metadata, project_id

guidelines = sa.Table(
    "guidelines",
    metadata,
    project_id(),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("markdown", sa.Text, nullable=False),
    document("clauses"),
    sa.Column("note", sa.Text, nullable=False, default=""),
    identifier("created_by"),
    instant("created_at_us"),
    sa.PrimaryKeyConstraint("project_id", "version"),
)

guideline_examples = sa.Table(
    "guideline_examples",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("media_type", sa.String(64), nullable=False),
    identifier("created_by"),
    instant("created_at_us"),
)
