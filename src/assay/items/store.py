"""Items, their media and imports: their tables and queries."""

from __future__ import annotations

import sqlalchemy as sa

from assay.storage.tables import document, identifier, instant, metadata, project_id

imports = sa.Table(
    "imports",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("kind", sa.String(16), nullable=False),  # upload, folder, store
    sa.Column("name", sa.String(256), nullable=False),
    sa.Column("location", sa.Text, nullable=False, default=""),  # never shown to annotators
    sa.Column("labels", sa.String(16), nullable=False, default="as_author"),  # as_author, ignore
    sa.Column("origin", sa.String(16), nullable=False, default="real"),  # real, synthetic
    sa.Column("state", sa.String(16), nullable=False),  # open, running, finished, failed
    sa.Column("n_found", sa.Integer),
    sa.Column("n_done", sa.Integer, nullable=False, default=0),
    sa.Column("n_accepted", sa.Integer, nullable=False, default=0),
    sa.Column("n_refused", sa.Integer, nullable=False, default=0),
    sa.Column("n_duplicates", sa.Integer, nullable=False, default=0),
    sa.Column("n_near_duplicates", sa.Integer, nullable=False, default=0),
    sa.Column("n_marks", sa.Integer, nullable=False, default=0),
    document("warnings", default="[]"),
    sa.Column("error", sa.Text),
    identifier("created_by"),
    instant("created_at_us"),
    instant("started_at_us", nullable=True),
    instant("finished_at_us", nullable=True),
    sa.Index("ix_imports_project_id", "project_id", "id"),
)

import_files = sa.Table(
    "import_files",
    metadata,
    project_id(),
    identifier("import_id"),
    sa.Column("name", sa.String(512), nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.PrimaryKeyConstraint("import_id", "name"),
)

import_rows = sa.Table(
    "import_rows",
    metadata,
    project_id(),
    identifier("import_id"),
    sa.Column("row_no", sa.Integer, nullable=False),
    sa.Column("name", sa.String(512), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # accepted, refused, duplicate, near_duplicate, warning
    sa.Column("code", sa.String(64)),
    sa.Column("reason", sa.Text),
    sa.Column("hint", sa.Text),
    identifier("item_id", nullable=True),
    sa.PrimaryKeyConstraint("import_id", "row_no"),
    sa.Index("ix_import_rows_state", "import_id", "state", "row_no"),
)

items = sa.Table(
    "items",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("import_id", nullable=True),
    sa.Column("name", sa.String(512), nullable=False),
    # staged: its import has not finished, nobody sees it; ready: to be labelled; gone: taken out
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("origin", sa.String(16), nullable=False),  # real, synthetic
    document("origin_detail", default="{}"),
    sa.Column("group_id", sa.String(128)),  # the physical object
    sa.Column("split", sa.String(16)),  # as the source said: train, val, test
    instant("captured_at_us", nullable=True),
    sa.Column("content_sha256", sa.String(64), nullable=False),  # of the original bytes of the first medium
    sa.Column("perceptual_hash", sa.BigInteger),  # signed 64 bit
    identifier("near_duplicate_of", nullable=True),
    instant("created_at_us"),
    sa.Index("uq_items_content", "project_id", "content_sha256", unique=True),
    sa.Index("ix_items_project_state", "project_id", "state", "id"),
    sa.Index("ix_items_import", "import_id"),
)

media = sa.Table(
    "media",
    metadata,
    project_id(),
    identifier("item_id"),
    sa.Column("n", sa.Integer, nullable=False),
    sa.Column("sha256", sa.String(64)),  # blob that is served; null when only referenced
    sa.Column("uri", sa.Text),  # where a referenced object lies; null when stored
    sa.Column("original_sha256", sa.String(64), nullable=False),
    sa.Column("thumb_sha256", sa.String(64), nullable=False),
    sa.Column("media_type", sa.String(64), nullable=False),
    sa.Column("width_px", sa.Integer, nullable=False),  # upright
    sa.Column("height_px", sa.Integer, nullable=False),
    sa.Column("orientation", sa.Integer, nullable=False, default=1),  # EXIF value that was applied
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    document("capture", default="{}"),  # camera model, exposure: may be shown
    document("private", default="{}"),  # place, owner, serial number: never shown to annotators
    sa.PrimaryKeyConstraint("item_id", "n"),
)
