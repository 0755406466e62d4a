"""requests for trainings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "retrainings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("project_id", sa.String(length=32), nullable=False),
        sa.Column("diagnosis_id", sa.String(length=32), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("from_drop", sa.Float(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("size", sa.Float(), nullable=False),
        sa.Column("size_low", sa.Float(), nullable=True),
        sa.Column("size_high", sa.Float(), nullable=True),
        sa.Column("size_n", sa.Integer(), nullable=False),
        sa.Column("size_method", sa.String(length=64), nullable=False),
        sa.Column("rulebook_version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=True),
        sa.Column("created_at_us", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retrainings")),
        sa.UniqueConstraint("project_id", "diagnosis_id", name=op.f("uq_retrainings_project_id_diagnosis_id")),
    )
    with op.batch_alter_table("retrainings", schema=None) as batch_op:
        batch_op.create_index("ix_retrainings_project", ["project_id", "id"], unique=False)
        batch_op.create_index("ix_retrainings_state", ["state", "project_id"], unique=False)
