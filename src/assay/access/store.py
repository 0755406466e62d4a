"""People, sessions, keys, links, projects and memberships: their tables and queries."""

from __future__ import annotations

import sqlalchemy as sa

from assay.storage.tables import document, identifier, instant, metadata, project_id

users = sa.Table(
    "users",
    metadata,
    identifier(primary_key=True),
    sa.Column("login", sa.String(128), nullable=False, unique=True),  # lower case, NFKC
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("password_hash", sa.String(256)),  # null until a link set a password
    sa.Column("is_admin", sa.Boolean, nullable=False, default=False),
    sa.Column("simulated", sa.Boolean, nullable=False, default=False),
    sa.Column("state", sa.String(16), nullable=False, default="active"),  # active, disabled
    instant("created_at_us"),
    instant("last_seen_at_us", nullable=True),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),  # SHA-256 of the cookie's 256 bits
    identifier("user_id", index=True),
    sa.Column("csrf_token", sa.String(64), nullable=False),
    instant("created_at_us"),
    instant("seen_at_us"),
    instant("expires_at_us"),
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    identifier(primary_key=True),
    sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("prefix", sa.String(16), nullable=False),
    identifier("user_id", index=True),
    # Named otherwise than project_id: a key belongs to a person, and may be narrowed to one project.
    sa.Column("only_project", sa.String(32)),
    sa.Column("name", sa.String(128), nullable=False),
    instant("created_at_us"),
    instant("expires_at_us", nullable=True),
    instant("last_used_at_us", nullable=True),
    instant("revoked_at_us", nullable=True),
)

links = sa.Table(
    "links",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    identifier("user_id", index=True),
    sa.Column("purpose", sa.String(16), nullable=False),  # invite, reset, demo
    sa.Column("loopback_only", sa.Boolean, nullable=False, default=False),
    identifier("created_by"),
    instant("created_at_us"),
    instant("expires_at_us"),
    instant("used_at_us", nullable=True),
)

projects = sa.Table(
    "projects",
    metadata,
    identifier(primary_key=True),
    sa.Column("organisation", sa.String(64), nullable=False, default="main"),
    sa.Column("slug", sa.String(64), nullable=False, unique=True),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("demo", sa.Boolean, nullable=False, default=False),
    instant("created_at_us"),
)

memberships = sa.Table(
    "memberships",
    metadata,
    project_id(),
    identifier("user_id"),
    document("roles"),  # JSON list of role names, sorted
    sa.Column("pseudonym", sa.String(32), nullable=False),  # what releases call this person
    sa.Column("state", sa.String(16), nullable=False, default="active"),  # active, paused, removed
    instant("paused_at_us", nullable=True),
    instant("created_at_us"),
    sa.PrimaryKeyConstraint("project_id", "user_id"),
    sa.Index("ix_memberships_user_id", "user_id"),
)
