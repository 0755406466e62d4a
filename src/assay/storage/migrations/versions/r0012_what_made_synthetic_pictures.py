"""what made synthetic pictures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.add_column(sa.Column("generator", sa.String(length=128), nullable=True))
        batch_op.add_column(sa.Column("seed", sa.BigInteger(), nullable=True))
