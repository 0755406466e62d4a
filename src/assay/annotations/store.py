"""Submissions and annotations: immutable rows, new revisions point to old ones."""

from __future__ import annotations

import sqlalchemy as sa

from assay.storage.tables import document, identifier, instant, metadata, project_id

submissions = sa.Table(
    "submissions",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("item_id"),
    identifier("author_id"),  # a user, or the import for imported labels
    # person, imported, fix (a reviewer's), adjudication (an expert's), practice
    sa.Column("origin", sa.String(16), nullable=False),
    identifier("assignment_id", nullable=True),
    identifier("batch_id", nullable=True),
    identifier("supersedes", nullable=True),  # the submission this one corrects
    sa.Column("client_key", sa.String(64), nullable=False),
    sa.Column("n_marks", sa.Integer, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),  # time spent, as the page measured it
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("guideline_version", sa.Integer, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),  # of the canonical marks
    instant("received_at_us"),
    sa.UniqueConstraint("project_id", "author_id", "client_key"),
    sa.Index("ix_submissions_item", "project_id", "item_id", "id"),
    sa.Index("ix_submissions_author", "project_id", "author_id", "received_at_us"),
    sa.Index("ix_submissions_batch", "project_id", "batch_id", "id"),
)

annotations = sa.Table(
    "annotations",
    metadata,
    identifier(),
    sa.Column("revision", sa.Integer, nullable=False),
    identifier("supersedes", nullable=True),
    project_id(),
    identifier("submission_id"),
    identifier("item_id"),
    sa.Column("medium", sa.Integer, nullable=False, default=0),
    sa.Column("mark_no", sa.Integer, nullable=False),  # place in the submission
    sa.Column("label_class", sa.String(64), nullable=False),
    sa.Column("shape", sa.String(16), nullable=False),
    # the envelope, px; null for tags
    sa.Column("x_min_px", sa.Float),
    sa.Column("y_min_px", sa.Float),
    sa.Column("x_max_px", sa.Float),
    sa.Column("y_max_px", sa.Float),
    document("geometry", nullable=True),  # what the envelope does not say; null for boxes
    document("attributes", nullable=True),
    sa.Column("origin", sa.String(16), nullable=False, default="person"),
    sa.Column("confidence", sa.Float),
    sa.PrimaryKeyConstraint("id", "revision"),
    sa.Index("ix_annotations_submission", "project_id", "submission_id", "mark_no"),
)
