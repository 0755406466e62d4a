"""Alarms and put-backs: their tables and queries."""

from __future__ import annotations

import sqlalchemy as sa

from assay.storage.tables import identifier, instant, metadata, project_id

alarms = sa.Table(
    "alarms",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("user_id"),
    sa.Column("chart", sa.String(16), nullable=False),  # policy, personal
    sa.Column("gold_image", sa.Integer, nullable=False),  # the person's n-th gold answer, from 1
    # The estimated change: their n-th gold answer after which it happened, and when that was answered
    sa.Column("median_image", sa.Integer, nullable=False),
    sa.Column("low_image", sa.Integer, nullable=False),
    sa.Column("high_image", sa.Integer, nullable=False),
    sa.Column("sample_image", sa.Integer, nullable=False),  # 20 % quantile: from here work is sampled
    instant("median_at_us"),
    instant("low_at_us"),
    instant("high_at_us"),
    instant("sample_at_us"),
    sa.Column("state", sa.String(16), nullable=False),  # open, closed
    instant("raised_at_us"),
    sa.UniqueConstraint("project_id", "user_id", "chart", "gold_image"),
)

put_backs = sa.Table(
    "put_backs",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("user_id"),
    identifier("alarm_id", nullable=True),
    instant("since_at_us"),
    instant("sample_since_at_us"),
    sa.Column("n_review", sa.Integer, nullable=False),
    sa.Column("n_sampled", sa.Integer, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    identifier("created_by"),
    instant("created_at_us"),
    instant("reversed_at_us", nullable=True),
    sa.Index("ix_put_backs_user", "project_id", "user_id"),
)
