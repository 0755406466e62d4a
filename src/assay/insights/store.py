"""Kept answers to questions across rooms, so that a page never computes while somebody waits; and findings."""

from __future__ import annotations

import sqlalchemy as sa

from assay.storage.tables import document, identifier, instant, metadata, project_id

measures = sa.Table(
    "measures",
    metadata,
    project_id(),
    sa.Column("name", sa.String(64), nullable=False),
    document("body"),
    instant("computed_at_us"),
    sa.PrimaryKeyConstraint("project_id", "name"),
)

findings = sa.Table(
    "findings",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("kind", sa.String(16), nullable=False),  # habit
    sa.Column("feature", sa.String(32), nullable=False),
    document("body"),
    sa.Column("state", sa.String(16), nullable=False),  # open, published, dismissed
    instant("found_at_us"),
    instant("changed_at_us"),
    sa.UniqueConstraint("project_id", "kind", "feature"),
)
