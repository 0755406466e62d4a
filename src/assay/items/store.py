"""Items, their media and imports: their tables and queries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assay.items.model import Item, Medium
from assay.storage import Rx
from assay.storage.tables import PROJECT, document, identifier, instant, metadata, project_id

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


_item = (
    sa.select(items, media)
    .join(media, sa.and_(media.c.project_id == items.c.project_id, media.c.item_id == items.c.id, media.c.n == 0))
    .where(items.c.project_id == PROJECT, items.c.state == "ready", items.c.id.in_(sa.bindparam("ids", expanding=True)))
)
_page = (
    sa.select(items, media)
    .join(media, sa.and_(media.c.project_id == items.c.project_id, media.c.item_id == items.c.id, media.c.n == 0))
    .where(items.c.project_id == PROJECT, items.c.state == "ready", items.c.id > sa.bindparam("after"))
    .order_by(items.c.id)
    .limit(sa.bindparam("most"))
)
_count = sa.select(sa.func.count()).where(items.c.project_id == PROJECT, items.c.state == "ready")


def items_by_id(rx: Rx, ids: Sequence[str]) -> dict[str, Item]:
    """These items, those that exist and are ready."""
    return {row.id: item_of(row) for row in rx.rows(_item, ids=list(ids))}


def items_after(rx: Rx, after: str, limit: int) -> list[Item]:
    """The next items in the order they came; `after` is an id, or an empty string to begin."""
    return [item_of(row) for row in rx.rows(_page, after=after, most=limit)]


def count_items(rx: Rx) -> int:
    """How many items are ready."""
    return rx.value(_count) or 0


def item_of(row: Any) -> Item:  # noqa: ANN401 - a database row
    """An item with its first medium from a joined row."""
    medium = Medium(
        item_id=row.id,
        n=row.n,
        sha256=row.sha256,
        uri=row.uri,
        original_sha256=row.original_sha256,
        thumb_sha256=row.thumb_sha256,
        media_type=row.media_type,
        width_px=row.width_px,
        height_px=row.height_px,
        orientation=row.orientation,
    )
    return Item(
        id=row.id,
        name=row.name,
        origin=row.origin,
        group_id=row.group_id,
        split=row.split,
        near_duplicate_of=row.near_duplicate_of,
        medium=medium,
    )
