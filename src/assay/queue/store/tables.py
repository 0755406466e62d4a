"""Batches, tasks, assignments, drafts and places: their tables."""

from __future__ import annotations

import sqlalchemy as sa

from assay.storage.tables import document, identifier, instant, metadata, project_id

batches = sa.Table(
    "batches",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # open, closed
    sa.Column("practice", sa.Boolean, nullable=False, default=False),
    sa.Column("round", sa.Integer, nullable=False, default=0),  # a later round may show an item to somebody again
    document("policy"),
    sa.Column("policy_version", sa.Integer, nullable=False),
    sa.Column("n_tasks", sa.Integer, nullable=False, default=0),
    identifier("created_by"),
    instant("created_at_us"),
    sa.Index("ix_batches_project", "project_id", "id"),
)

tasks = sa.Table(
    "tasks",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("batch_id"),
    identifier("item_id"),
    sa.Column("width_px", sa.Integer, nullable=False),  # of the item, so that a claim needs no other table
    sa.Column("height_px", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),  # work, gold, practice
    # open: wants more people; full: all its slots are taken; done: all answers are in; closed: its batch is closed;
    # retired: gold that is shown no more
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("overlap", sa.Integer, nullable=False),
    sa.Column("n_taken", sa.Integer, nullable=False, default=0),  # leased or submitted
    sa.Column("n_submitted", sa.Integer, nullable=False, default=0),
    sa.Column("rank", sa.BigInteger, nullable=False),  # priority first, then a random place; lower comes first
    sa.UniqueConstraint("batch_id", "item_id"),
    sa.Index("ix_tasks_claim", "project_id", "kind", "state", "rank"),
    sa.Index("ix_tasks_item", "project_id", "item_id"),
    sa.Index("ix_tasks_batch_state", "project_id", "batch_id", "state"),
    # A task is changed twice by everybody who answers it: with room on its page, most of that touches no index.
    postgresql_with={"fillfactor": 60},
)

_OPEN = sa.text("state IN ('leased', 'lapsed')")

assignments = sa.Table(
    "assignments",
    metadata,
    identifier(primary_key=True),  # random: a time-ordered id would betray late gold
    project_id(),
    identifier("task_id"),
    identifier("batch_id"),
    identifier("item_id"),
    identifier("user_id"),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),  # leased, submitted, lapsed, skipped, returned
    instant("leased_at_us"),
    instant("lease_until_us"),
    instant("submitted_at_us", nullable=True),
    identifier("submission_id", nullable=True),
    sa.Column("n_marks", sa.Integer),
    sa.Column("reason", sa.Text),  # of a skip
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("guideline_version", sa.Integer, nullable=False),
    # Nobody gets the same item twice in one round.
    sa.UniqueConstraint("project_id", "item_id", "user_id", "round"),
    sa.Index("ix_assignments_user", "project_id", "user_id", "leased_at_us", "id"),
    # Only what is in somebody's hands: a person's history may be long, and a claim must not walk over it.
    sa.Index(
        "ix_assignments_in_hand", "project_id", "user_id", "leased_at_us", sqlite_where=_OPEN, postgresql_where=_OPEN
    ),
    sa.Index("ix_assignments_lapse", "state", "lease_until_us"),
    sa.Index("ix_assignments_task", "project_id", "task_id"),
)

drafts = sa.Table(
    "drafts",
    metadata,
    project_id(),
    identifier("assignment_id"),
    sa.Column("revision", sa.Integer, nullable=False),
    document("marks"),
    sa.Column("seconds", sa.Float, nullable=False),
    instant("saved_at_us"),
    sa.PrimaryKeyConstraint("assignment_id"),
)

# Where each person has got to, so that a claim never walks over what they have already done.
places = sa.Table(
    "places",
    metadata,
    project_id(),
    identifier("user_id"),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("rank", sa.BigInteger, nullable=False),  # the next task has a rank above this one
    sa.Column("n_claimed", sa.Integer, nullable=False, default=0),
    sa.Column("salt", sa.String(32), nullable=False),  # decides where in each block this person meets gold
    instant("wrapped_at_us", nullable=True),  # when a search over the whole queue found nothing
    sa.Column("day", sa.Integer, nullable=False, default=0),  # UTC days since 1970 of the last claim
    sa.Column("n_today", sa.Integer, nullable=False, default=0),  # tasks given on that day and not given back
    sa.PrimaryKeyConstraint("project_id", "user_id", "kind"),
)
