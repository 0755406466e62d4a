"""Policies and signatures: their tables and queries."""

from __future__ import annotations

import sqlalchemy as sa

from assay.storage.tables import document, identifier, instant, metadata, project_id

policies = sa.Table(
    "policies",
    metadata,
    project_id(),
    sa.Column("version", sa.Integer, nullable=False),
    document("body"),
    identifier("created_by"),
    instant("created_at_us"),
    sa.PrimaryKeyConstraint("project_id", "version"),
)

signatures = sa.Table(
    "signatures",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("subject", sa.String(96), nullable=False),  # such as release/<id>
    sa.Column("digest", sa.String(64), nullable=False),  # what exactly was signed
    identifier("user_id"),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("name", sa.String(128), nullable=False),  # as printed at signing, 21 CFR 11.50
    sa.Column("meaning", sa.Text, nullable=False),
    instant("signed_at_us"),
    sa.UniqueConstraint("project_id", "subject", "digest", "user_id"),
)
