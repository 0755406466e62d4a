"""what is in hand has an index of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignments_held"))
        batch_op.create_index(
            "ix_assignments_in_hand",
            ["project_id", "user_id", "leased_at_us"],
            unique=False,
            sqlite_where=sa.text("state IN ('leased', 'lapsed')"),
            postgresql_where=sa.text("state IN ('leased', 'lapsed')"),
        )
