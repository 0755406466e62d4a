"""Gold answers, scores on them, and contests: their tables and queries."""

from __future__ import annotations

import sqlalchemy as sa

from assay.storage.tables import document, identifier, instant, metadata, project_id

golds = sa.Table(
    "golds",
    metadata,
    project_id(),
    identifier("item_id"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("is_current", sa.Boolean, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # live, suspect, retired
    document("marks"),  # JSON list of {label_class, shape, bbox, clauses}
    sa.Column("n_marks", sa.Integer, nullable=False),
    document("clauses"),  # JSON list of the guideline clauses it tests
    sa.Column("exposure_cap", sa.Integer),  # null: everybody may meet it once
    identifier("signed_by"),
    sa.Column("why", sa.Text, nullable=False),
    instant("signed_at_us"),
    instant("retired_at_us", nullable=True),
    sa.PrimaryKeyConstraint("project_id", "item_id", "version"),
    sa.Index("ix_golds_current", "project_id", "is_current", "state"),
)

gold_scores = sa.Table(
    "gold_scores",
    metadata,
    identifier(primary_key=True),  # random: it is the verdict's public id
    project_id(),
    identifier("submission_id"),
    identifier("item_id"),
    sa.Column("gold_version", sa.Integer, nullable=False),
    identifier("user_id"),
    identifier("assignment_id"),
    sa.Column("is_practice", sa.Boolean, nullable=False, default=False),
    sa.Column("counts", sa.Boolean, nullable=False, default=True),  # false once the gold was withdrawn
    instant("answered_at_us"),
    sa.Column("seconds", sa.Float, nullable=False),
    # n_units = gold marks + spurious; n_errors = missed + misclassified + mislocalised + spurious
    sa.Column("n_units", sa.Integer, nullable=False),
    sa.Column("n_errors", sa.Integer, nullable=False),
    sa.Column("n_missed", sa.Integer, nullable=False),
    sa.Column("n_spurious", sa.Integer, nullable=False),
    sa.Column("n_misclassified", sa.Integer, nullable=False),
    sa.Column("n_mislocalised", sa.Integer, nullable=False),
    document("marks"),  # JSON list of {kind, gold, answer, iou}: every mark's verdict
    sa.UniqueConstraint("project_id", "submission_id"),
    sa.Index("ix_gold_scores_user", "project_id", "user_id", "answered_at_us"),
    sa.Index("ix_gold_scores_item", "project_id", "item_id"),
)

contests = sa.Table(
    "contests",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("score_id"),
    identifier("user_id"),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # open, upheld, declined
    sa.Column("ruling", sa.Text),
    identifier("ruled_by", nullable=True),
    instant("created_at_us"),
    instant("ruled_at_us", nullable=True),
    sa.UniqueConstraint("project_id", "score_id"),
    sa.Index("ix_contests_state", "project_id", "state", "id"),
)
