"""Items, their media and imports: their tables and queries."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from assay.items.model import Import, ImportState, Item, Medium, NewItem, RowReport
from assay.kernel.canonical import canonical_json
from assay.storage import Rx, Tx
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
    sa.Column("generator", sa.String(128)),  # what made synthetic ones
    sa.Column("seed", sa.BigInteger),
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
    sa.Column("name", sa.Text, nullable=False),
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
    sa.Column("name", sa.Text, nullable=False),
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


_names = (
    sa.select(items.c.id, items.c.name)
    .where(items.c.project_id == PROJECT, items.c.state == "ready")
    .order_by(items.c.id)
)


def names_of_items(rx: Rx) -> list[tuple[str, str]]:
    """Id and file name of every ready item, in the order they came. Two short texts an item: fit for a search."""
    return [(row.id, row.name) for row in rx.rows(_names)]


_ready = sa.select(items.c.id).where(
    items.c.project_id == PROJECT, items.c.state == "ready", items.c.id.in_(sa.bindparam("ids", expanding=True))
)


def ready_among(rx: Rx, ids: Sequence[str]) -> set[str]:
    """Those of these items that everybody may see; at most a thousand ids."""
    return {row.id for row in rx.rows(_ready, ids=list(ids))} if ids else set()


def count_items(rx: Rx) -> int:
    """How many items are ready."""
    return rx.value(_count) or 0


_any_real = (
    sa.select(sa.literal(1))
    .select_from(items)
    .where(items.c.project_id == PROJECT, items.c.state == "ready", items.c.origin == "real")
    .limit(1)
)


def has_real_items(rx: Rx) -> bool:
    """Whether any ready item is a real one; where none is, nothing here tells about real pictures."""
    return rx.value(_any_real) is not None


_bytes = (
    sa.select(sa.func.sum(media.c.size_bytes))
    .join(items, sa.and_(items.c.project_id == media.c.project_id, items.c.id == media.c.item_id))
    .where(media.c.project_id == PROJECT, items.c.state == "ready", items.c.created_at_us < sa.bindparam("before"))
)


def stored_bytes(rx: Rx, before_us: int) -> int:
    """Bytes of the pictures of all items that came before an instant and are still there."""
    return int(rx.value(_bytes, before=before_us) or 0)


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
    made_by = json.loads(row.origin_detail)
    return Item(
        id=row.id,
        name=row.name,
        origin=row.origin,
        group_id=row.group_id,
        split=row.split,
        near_duplicate_of=row.near_duplicate_of,
        medium=medium,
        generator=made_by.get("generator"),
        seed=made_by.get("seed"),
    )


# --- imports --------------------------------------------------------------------------------------------------------

_import = sa.select(imports).where(imports.c.project_id == PROJECT, imports.c.id == sa.bindparam("import_"))
_imports = sa.select(imports).where(imports.c.project_id == PROJECT).order_by(imports.c.id.desc())
_running = sa.select(imports.c.project_id, imports.c.id).where(imports.c.state == "running").order_by(imports.c.id)
_restart = (
    sa.update(imports)
    .where(
        imports.c.project_id == PROJECT,
        imports.c.id == sa.bindparam("import_"),
        imports.c.state.in_(("open", "failed")),
    )
    .values(
        state="running",
        n_found=None,
        n_near_duplicates=0,
        n_marks=0,
        warnings="[]",
        n_done=0,
        n_accepted=0,
        n_refused=0,
        n_duplicates=0,
        error=None,
        started_at_us=sa.bindparam("at"),
        finished_at_us=None,
    )
)
_forget_rows = sa.delete(import_rows).where(
    import_rows.c.project_id == PROJECT, import_rows.c.import_id == sa.bindparam("import_")
)
_count_import = (
    sa.update(imports)
    .where(imports.c.project_id == PROJECT, imports.c.id == sa.bindparam("import_"))
    .values(
        n_done=imports.c.n_done + sa.bindparam("done"),
        n_accepted=imports.c.n_accepted + sa.bindparam("accepted"),
        n_refused=imports.c.n_refused + sa.bindparam("refused"),
        n_duplicates=imports.c.n_duplicates + sa.bindparam("duplicates"),
    )
)
_set_found = (
    sa.update(imports)
    .where(imports.c.project_id == PROJECT, imports.c.id == sa.bindparam("import_"))
    .values(n_found=sa.bindparam("found"))
)
_end_import = (
    sa.update(imports)
    .where(imports.c.project_id == PROJECT, imports.c.id == sa.bindparam("import_"))
    .values(
        state=sa.bindparam("new_state"),
        n_found=imports.c.n_done,
        n_near_duplicates=sa.bindparam("near"),
        n_marks=sa.bindparam("marks"),
        warnings=sa.bindparam("notes"),
        error=sa.bindparam("why"),
        finished_at_us=sa.bindparam("at"),
    )
)
_files = (
    sa.select(import_files)
    .where(import_files.c.project_id == PROJECT, import_files.c.import_id == sa.bindparam("import_"))
    .order_by(import_files.c.name)
)
_replace_file = (
    sa.update(import_files)
    .where(
        import_files.c.project_id == PROJECT,
        import_files.c.import_id == sa.bindparam("import_"),
        import_files.c.name == sa.bindparam("name_"),
    )
    .values(sha256=sa.bindparam("hash_"), size_bytes=sa.bindparam("size"))
)
_rows_page = (
    sa.select(import_rows)
    .where(
        import_rows.c.project_id == PROJECT,
        import_rows.c.import_id == sa.bindparam("import_"),
        import_rows.c.row_no > sa.bindparam("after"),
        import_rows.c.state.in_(sa.bindparam("states", expanding=True)),
    )
    .order_by(import_rows.c.row_no)
    .limit(sa.bindparam("most"))
)
_by_content = sa.select(items.c.id).where(
    items.c.project_id == PROJECT, items.c.content_sha256 == sa.bindparam("hash_")
)
_show = (
    sa.update(items)
    .where(items.c.project_id == PROJECT, items.c.import_id == sa.bindparam("import_"), items.c.state == "staged")
    .values(state="ready")
)
_staged = sa.select(items.c.id).where(
    items.c.project_id == PROJECT, items.c.import_id == sa.bindparam("import_"), items.c.state == "staged"
)
_drop_items = sa.delete(items).where(
    items.c.project_id == PROJECT, items.c.import_id == sa.bindparam("import_"), items.c.state == "staged"
)
_drop_media = sa.delete(media).where(
    media.c.project_id == PROJECT, media.c.item_id.in_(sa.bindparam("ids", expanding=True))
)
_set_near = (
    sa.update(items)
    .where(items.c.project_id == PROJECT, items.c.id == sa.bindparam("item"))
    .values(near_duplicate_of=sa.bindparam("other"))
)
_hashes = (
    sa.select(items.c.id, items.c.perceptual_hash, items.c.import_id)
    .where(
        items.c.project_id == PROJECT,
        items.c.perceptual_hash.is_not(None),
        sa.or_(items.c.state == "ready", items.c.import_id == sa.bindparam("import_")),
    )
    .order_by(items.c.id)
)
_named = (
    sa.select(items.c.id, items.c.name, media.c.width_px, media.c.height_px)
    .join(media, sa.and_(media.c.project_id == items.c.project_id, media.c.item_id == items.c.id, media.c.n == 0))
    .where(items.c.project_id == PROJECT, items.c.import_id == sa.bindparam("import_"))
)


def add_import(tx: Tx, value: Import) -> None:
    """Keep a fresh import."""
    tx.insert(
        imports,
        {
            "id": value.id,
            "kind": value.kind,
            "name": value.name,
            "location": value.location,
            "labels": value.labels,
            "origin": value.origin,
            "generator": value.generator,
            "seed": value.seed,
            "state": value.state.value,
            "created_by": value.created_by,
            "created_at_us": value.created_at_us,
        },
    )


def find_import(rx: Rx, import_id: str) -> Import | None:
    """One import."""
    row = rx.first(_import, import_=import_id)
    return None if row is None else _import_of(row)


def all_imports(rx: Rx) -> list[Import]:
    """Every import, newest first."""
    return [_import_of(row) for row in rx.rows(_imports)]


def running_imports(rx: Rx) -> list[tuple[str, str]]:
    """Imports to work through, of any project: project and import."""
    return [(row.project_id, row.id) for row in rx.rows(_running)]


def put_import_file(tx: Tx, import_id: str, name: str, sha256: str, size_bytes: int) -> None:
    """Note an uploaded file."""
    row = {"import_id": import_id, "name": name, "sha256": sha256, "size_bytes": size_bytes}
    if not tx.insert_new(import_files, row):
        tx.change(_replace_file, import_=import_id, name_=name, hash_=sha256, size=size_bytes)


def import_files_of(rx: Rx, import_id: str) -> list[tuple[str, str, int]]:
    """Uploaded files: name, hash, size."""
    return [(row.name, row.sha256, row.size_bytes) for row in rx.rows(_files, import_=import_id)]


def restart_import(tx: Tx, import_id: str) -> bool:
    """Set it running from the beginning; False when it runs or has finished."""
    started = tx.change(_restart, import_=import_id, at=tx.now_us) == 1
    if started:
        tx.change(_forget_rows, import_=import_id)
    return started


def set_found(tx: Tx, import_id: str, n_found: int) -> None:
    """Note how many files there are."""
    tx.change(_set_found, import_=import_id, found=n_found)


def count_import(tx: Tx, import_id: str, done: int, accepted: int, refused: int, duplicates: int) -> None:
    """Move its counters on."""
    tx.change(_count_import, import_=import_id, done=done, accepted=accepted, refused=refused, duplicates=duplicates)


def end_import(
    tx: Tx,
    import_id: str,
    state: ImportState,
    *,
    n_near: int = 0,
    n_marks: int = 0,
    warnings: Sequence[str] = (),
    error: str | None = None,
) -> None:
    """Finish or fail it."""
    notes = canonical_json(list(warnings)).decode()
    tx.change(
        _end_import,
        import_=import_id,
        new_state=state.value,
        near=n_near,
        marks=n_marks,
        notes=notes,
        why=error,
        at=tx.now_us,
    )


def add_import_rows(tx: Tx, import_id: str, start_row: int, rows: Sequence[RowReport]) -> None:
    """Keep what became of each file."""
    tx.insert(
        import_rows,
        [
            {
                "import_id": import_id,
                "row_no": start_row + no,
                "name": row.name,
                "state": row.state,
                "code": row.code,
                "reason": row.reason,
                "hint": row.hint,
                "item_id": row.item_id,
            }
            for no, row in enumerate(rows)
        ],
    )


def import_rows_after(
    rx: Rx, import_id: str, *, states: Sequence[str], after: int, limit: int
) -> list[tuple[int, RowReport]]:
    """A page of what became of the files."""
    rows = rx.rows(_rows_page, import_=import_id, states=list(states), after=after, most=limit)
    return [(r.row_no, RowReport(r.name, r.state, r.code, r.reason, r.hint, r.item_id)) for r in rows]


def add_item(tx: Tx, import_id: str, item_id: str, new: NewItem, made_by: Mapping[str, Any] | None = None) -> bool:
    """Stage an item; False when the project has a picture with the same bytes.

    Args:
        tx: the caller's transaction.
        import_id: the import it came by.
        item_id: its id.
        new: what the intake found.
        made_by: generator and seed of a synthetic one.
    """
    signed = new.perceptual_hash - 2**64 if new.perceptual_hash >= 2**63 else new.perceptual_hash
    row = {
        "id": item_id,
        "import_id": import_id,
        "name": new.name,
        "state": "staged",
        "origin": new.origin,
        "origin_detail": canonical_json(dict(made_by or {})).decode(),
        "content_sha256": new.original_sha256,
        "perceptual_hash": signed,
        "created_at_us": tx.now_us,
    }
    if not tx.insert_new(items, row):
        return False
    tx.insert(
        media,
        {
            "item_id": item_id,
            "n": 0,
            "sha256": new.sha256,
            "uri": new.uri,
            "original_sha256": new.original_sha256,
            "thumb_sha256": new.thumb_sha256,
            "media_type": new.media_type,
            "width_px": new.width_px,
            "height_px": new.height_px,
            "orientation": new.orientation,
            "size_bytes": new.size_bytes,
            "capture": canonical_json(new.capture).decode(),
            "private": canonical_json(new.private).decode(),
        },
    )
    return True


def find_by_content(rx: Rx, sha256: str) -> str | None:
    """The item whose original bytes have this hash."""
    found = rx.value(_by_content, hash_=sha256)
    return None if found is None else str(found)


def show_items(tx: Tx, import_id: str) -> None:
    """Make its items visible."""
    tx.change(_show, import_=import_id)


def drop_staged(tx: Tx, import_id: str) -> None:
    """Take back items nobody has seen."""
    ids = [row.id for row in tx.rows(_staged, import_=import_id)]
    for start in range(0, len(ids), 500):
        tx.change(_drop_media, ids=ids[start : start + 500])
    tx.change(_drop_items, import_=import_id)


def mark_near_duplicates(tx: Tx, pairs: Sequence[tuple[str, str]]) -> None:
    """Note which items nearly equal an earlier one."""
    for item_id, other in pairs:
        tx.change(_set_near, item=item_id, other=other)


def perceptual_hashes(rx: Rx, import_id: str) -> list[tuple[str, int, str]]:
    """Perceptual hash (unsigned) and import of every visible item and of this import's, oldest first."""
    return [(row.id, row.perceptual_hash % 2**64, row.import_id) for row in rx.rows(_hashes, import_=import_id)]


def items_of_import(rx: Rx, import_id: str) -> dict[str, tuple[str, int, int]]:
    """Items of an import by file name: id, width, height."""
    return {row.name: (row.id, row.width_px, row.height_px) for row in rx.rows(_named, import_=import_id)}


def _import_of(row: Any) -> Import:  # noqa: ANN401 - a database row
    return Import(
        id=row.id,
        kind=row.kind,
        name=row.name,
        location=row.location,
        labels=row.labels,
        origin=row.origin,
        state=ImportState(row.state),
        created_by=row.created_by,
        created_at_us=row.created_at_us,
        n_found=row.n_found,
        n_done=row.n_done,
        n_accepted=row.n_accepted,
        n_refused=row.n_refused,
        n_duplicates=row.n_duplicates,
        n_near_duplicates=row.n_near_duplicates,
        n_marks=row.n_marks,
        warnings=tuple(json.loads(row.warnings)),
        error=row.error,
        started_at_us=row.started_at_us,
        finished_at_us=row.finished_at_us,
        generator=row.generator,
        seed=row.seed,
    )
