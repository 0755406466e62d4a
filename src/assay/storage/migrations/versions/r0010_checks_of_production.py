"""checks of production."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "served_checks",
        sa.Column("prediction_id", sa.String(length=32), nullable=False),
        sa.Column("project_id", sa.String(length=32), nullable=False),
        sa.Column("version_id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("rulebook_version", sa.Integer(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("predicted_at_us", sa.BigInteger(), nullable=False),
        sa.Column("drawn_at_us", sa.BigInteger(), nullable=False),
        sa.Column("queued", sa.Boolean(), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=True),
        sa.Column("n_units", sa.Integer(), nullable=True),
        sa.Column("n_errors", sa.Integer(), nullable=True),
        sa.Column("by_class", sa.Text(), nullable=True),
        sa.Column("judged_at_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("prediction_id", name=op.f("pk_served_checks")),
    )
    with op.batch_alter_table("served_checks", schema=None) as batch_op:
        batch_op.create_index("ix_served_checks_item", ["project_id", "item_id"], unique=False)
        batch_op.create_index("ix_served_checks_queued", ["project_id", "queued", "prediction_id"], unique=False)
        batch_op.create_index(
            "ix_served_checks_time", ["project_id", "reason", "predicted_at_us", "prediction_id"], unique=False
        )
