"""Consensus, reviews, adjudications, standings, put-backs and notes: their tables."""

from __future__ import annotations

import sqlalchemy as sa

from assay.storage.tables import document, identifier, instant, metadata, project_id

consensus = sa.Table(
    "consensus",
    metadata,
    project_id(),
    identifier("item_id"),
    identifier("batch_id"),
    identifier("task_id"),
    # agreed, disputed, settled (an expert decided), in_review, stale (an answer was rejected; more are wanted)
    sa.Column("state", sa.String(16), nullable=False),
    document("marks"),  # fused marks: {label_class, shape, bbox, confidence, n_votes, members}
    document("inputs"),  # submission ids it was made from, in order
    sa.Column("mean_iou", sa.Float),  # unmatched marks count 0; null with a single answer
    sa.Column("f1", sa.Float),
    identifier("settled_by", nullable=True),  # the submission that settles it
    instant("computed_at_us"),
    sa.PrimaryKeyConstraint("project_id", "item_id", "batch_id"),
    sa.Index("ix_consensus_state", "project_id", "state", "item_id"),
)

reviews = sa.Table(
    "reviews",
    metadata,
    identifier(primary_key=True),  # random
    project_id(),
    identifier("submission_id"),
    identifier("item_id"),
    identifier("author_id"),
    sa.Column("reason", sa.String(16), nullable=False),  # sample, put_back, probe, asked
    identifier("put_back_id", nullable=True),
    sa.Column("state", sa.String(16), nullable=False),  # open, closed, cancelled
    sa.Column("rank", sa.BigInteger, nullable=False),
    identifier("held_by", nullable=True),
    instant("held_until_us", nullable=True),
    sa.Column("verdict", sa.String(16)),  # accept, fix, reject
    sa.Column("reason_code", sa.String(32)),
    sa.Column("note", sa.Text),
    identifier("reviewer_id", nullable=True),
    identifier("fixed_by", nullable=True),  # the submission that corrects it
    sa.Column("seconds", sa.Float),
    instant("created_at_us"),
    instant("closed_at_us", nullable=True),
    sa.Index("ix_reviews_open", "project_id", "state", "rank", "id"),
    sa.Index("ix_reviews_submission", "project_id", "submission_id"),
    sa.Index("ix_reviews_author", "project_id", "author_id", "state", "rank", "id"),
    sa.Index("ix_reviews_put_back", "project_id", "put_back_id", "state"),
)

adjudications = sa.Table(
    "adjudications",
    metadata,
    identifier(primary_key=True),  # random
    project_id(),
    identifier("item_id"),
    identifier("batch_id"),
    sa.Column("state", sa.String(16), nullable=False),  # open, waiting (an answer is in review), settled, cancelled
    sa.Column("mean_iou", sa.Float, nullable=False),
    sa.Column("f1", sa.Float, nullable=False),
    identifier("held_by", nullable=True),
    instant("held_until_us", nullable=True),
    identifier("settled_by", nullable=True),
    identifier("settlement_id", nullable=True),
    sa.Column("note", sa.Text),
    sa.Column("seconds", sa.Float),
    instant("created_at_us"),
    instant("settled_at_us", nullable=True),
    sa.Index("ix_adjudications_open", "project_id", "state", "mean_iou", "id"),
    sa.Index("ix_adjudications_item", "project_id", "item_id"),
)

# What the latest verdict says about each submission; the verdicts themselves are in `reviews`.
standings = sa.Table(
    "standings",
    metadata,
    project_id(),
    identifier("submission_id"),
    sa.Column("state", sa.String(16), nullable=False),  # accepted, in_review, fixed, rejected
    instant("changed_at_us"),
    sa.PrimaryKeyConstraint("project_id", "submission_id"),
    sa.Index("ix_standings_state", "project_id", "state"),
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

# What a reviewer says about single marks of an answer, beside the verdict on the whole.
review_notes = sa.Table(
    "review_notes",
    metadata,
    project_id(),
    identifier("review_id"),
    identifier("mark_id"),
    sa.Column("text", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("project_id", "review_id", "mark_id"),
)
