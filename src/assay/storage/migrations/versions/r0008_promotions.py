"""promotions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "promotions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("project_id", sa.String(length=32), nullable=False),
        sa.Column("version_id", sa.String(length=32), nullable=False),
        sa.Column("incumbent_id", sa.String(length=32), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("requested_by", sa.String(length=64), nullable=False),
        sa.Column("requested_at_us", sa.BigInteger(), nullable=False),
        sa.Column("evaluation_id", sa.String(length=32), nullable=True),
        sa.Column("gate", sa.Text(), nullable=True),
        sa.Column("gate_digest", sa.String(length=64), nullable=True),
        sa.Column("proposal_id", sa.String(length=32), nullable=True),
        sa.Column("taken_at_us", sa.BigInteger(), nullable=True),
        sa.Column("watch_until_us", sa.BigInteger(), nullable=True),
        sa.Column("ended_at_us", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotions")),
    )
    with op.batch_alter_table("promotions", schema=None) as batch_op:
        batch_op.create_index("ix_promotions_project", ["project_id", "id"], unique=False)
        batch_op.create_index("ix_promotions_proposal", ["project_id", "proposal_id"], unique=False)
        batch_op.create_index("ix_promotions_state", ["state", "project_id"], unique=False)
