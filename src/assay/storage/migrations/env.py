"""Alembic's entry: runs revisions on the connection, and inside the transaction, that the caller holds."""

from __future__ import annotations

from alembic import context

from assay.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
    compare_type=True,
    compare_server_default=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
