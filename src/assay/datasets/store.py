"""Releases: table and queries."""

from __future__ import annotations

import sqlalchemy as sa

from assay.storage.tables import document, identifier, instant, metadata, project_id

releases = sa.Table(
    "releases",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("note", sa.Text, nullable=False, default=""),
    sa.Column("state", sa.String(16), nullable=False),  # blocked, frozen, signed, refused
    document("gates"),
    sa.Column("digest", sa.String(64)),
    sa.Column("merkle_root", sa.String(64)),
    document("content", nullable=True),  # blob hashes of the frozen tables
    document("facts"),  # counts, versions, parent
    sa.Column("refusal", sa.Text),
    identifier("created_by"),
    instant("created_at_us"),
    instant("frozen_at_us", nullable=True),
    sa.UniqueConstraint("project_id", "name"),
    sa.Index("ix_releases_project", "project_id", "id"),
)
