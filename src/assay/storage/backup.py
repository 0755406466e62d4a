"""Backup while the server runs, and restore into an empty place; one format for both databases.

A backup is a folder: `house.db` (an SQLite file, whatever the server runs on), `blobs/` and `manifest.json`. So a
backup of an embedded server can be restored into PostgreSQL, and the other way round.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from assay.kernel.canonical import canonical_json
from assay.storage.blobs import Blobs, path_of, sync_folder
from assay.storage.errors import BackupDamagedError, BackupRefusedError, BlobDamagedError
from assay.storage.events import log_heads
from assay.storage.house import Database, House
from assay.storage.log import Head, check_log, read_head
from assay.storage.opening import database_of, open_house
from assay.storage.schema import VERSION_TABLE, bring_up_to_date, newest_revision, revision_of
from assay.storage.sqlite import SqliteDatabase, bundled_driver
from assay.storage.tables import metadata

FORMAT = 1
DATABASE = "house.db"
MANIFEST = "manifest.json"
_AT_ONCE = 2000
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds.

    Attributes:
        revision: of the tables; None before the first revision.
        log_size, log_root: the audit log's head in the backup; keep it apart to prove later that nothing was changed.
        blobs: size in bytes by SHA-256.
        damaged: blobs whose bytes no longer have their hash; they are not in the backup.
    """

    format: int
    made_at_us: int
    made_from: str
    revision: str | None
    log_size: int
    log_root: str
    database_sha256: str
    database_bytes: int
    blobs: dict[str, int]
    damaged: list[str]

    @property
    def head(self) -> Head:
        """The audit log's head."""
        return Head(self.log_size, self.log_root, self.made_at_us)

    @property
    def n_bytes(self) -> int:
        """Size of everything in the backup but the manifest itself."""
        return self.database_bytes + sum(self.blobs.values())


def backup(url: str, blobs: Blobs, target: Path, *, now_us: int) -> Manifest:
    """Copy a house and its blobs into the new folder `target`, while others write to it.

    The database is copied first, as of one moment, and the blobs after it: a blob is kept before a row names it, so
    every blob that a copied row names is copied too. On the same file system blobs are linked, not copied.

    Raises:
        BackupRefusedError: `target` is there already, or there is no house at `url`.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BackupRefusedError(f"{target} is not empty.", hint="Name a folder that does not exist yet.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with _draft_of(target) as draft:
        _copy_database(url, draft / DATABASE)
        head, revision = _look_inside(draft / DATABASE)
        kept, damaged = _copy_blobs(blobs, draft / "blobs")
        manifest = Manifest(
            format=FORMAT,
            made_at_us=now_us,
            made_from=url.split(":", 1)[0],
            revision=revision,
            log_size=head.size,
            log_root=head.root,
            database_sha256=_sha256(draft / DATABASE),
            database_bytes=(draft / DATABASE).stat().st_size,
            blobs=kept,
            damaged=damaged,
        )
        _write(draft / MANIFEST, canonical_json(asdict(manifest)))
        for folder, _, names in os.walk(draft, topdown=False):
            for name in names:
                _sync_file(Path(folder) / name)
            sync_folder(Path(folder))
    return manifest


def read_manifest(source: Path) -> Manifest:
    """A backup's manifest.

    Raises:
        BackupRefusedError: there is none, or a newer version wrote it.
    """
    try:
        value: dict[str, Any] = json.loads((source / MANIFEST).read_bytes())
        manifest = Manifest(**value)
    except FileNotFoundError:
        raise BackupRefusedError(f"{source} is no backup: it has no {MANIFEST}.") from None
    except (ValueError, TypeError):
        raise BackupRefusedError(f"{source / MANIFEST} cannot be read by this version.") from None
    if manifest.format != FORMAT:
        raise BackupRefusedError(
            f"The backup has format {manifest.format}; this version reads {FORMAT}.",
            hint="Use the version that made it.",
        )
    return manifest


def check_backup(source: Path) -> Manifest:
    """Check every byte of a backup against its manifest, without restoring it.

    Raises:
        BackupDamagedError: names the first file that differs.
    """
    manifest = read_manifest(source)
    if not (source / DATABASE).is_file() or _sha256(source / DATABASE) != manifest.database_sha256:
        raise BackupDamagedError(DATABASE)
    for sha256 in manifest.blobs:
        file = source / "blobs" / path_of(sha256)
        if not file.is_file() or _sha256(file) != sha256:
            raise BackupDamagedError(f"blobs/{path_of(sha256)}")
    return manifest


def restore(source: Path, url: str, blobs: Blobs) -> Manifest:
    """Put a backup into an empty database and a store of blobs, checking every hash and the whole audit log.

    The database comes last: a restore that fails leaves none, and can be run again.

    Raises:
        BackupRefusedError: there is a house at `url` already.
        BackupDamagedError: a file is not what the manifest says.
        LogDamagedError: the audit log does not fit the head in the manifest.
    """
    manifest = check_backup(source)
    _refuse_occupied(url)
    for sha256 in manifest.blobs:
        if blobs.put((source / "blobs" / path_of(sha256)).read_bytes()) != sha256:
            raise BackupDamagedError(f"blobs/{path_of(sha256)}")
    with tempfile.TemporaryDirectory(prefix="assay-restore-") as scratch:
        copy = Path(scratch) / DATABASE
        shutil.copyfile(source / DATABASE, copy)
        house = open_house(f"sqlite:///{copy}")  # migrates it
        try:
            check_log(house, trusted=manifest.head)
            if not url.startswith("sqlite"):
                _fill(url, house)
        finally:
            house.close()
        if url.startswith("sqlite"):
            _place(copy, Path(url.removeprefix("sqlite:///")))
    return manifest


# --- the database ---------------------------------------------------------------------------------------------------


def _copy_database(url: str, file: Path) -> None:
    if url.startswith("sqlite"):
        _copy_sqlite(Path(url.removeprefix("sqlite:///")), file)
    else:
        _copy_postgres(url, file)


def _copy_sqlite(path: Path, file: Path) -> None:
    """Copy a live database file page by page within one read transaction; writers go on meanwhile."""
    if not path.is_file():
        raise BackupRefusedError(f"There is no database at {path}.")
    driver = bundled_driver()
    origin, copy = driver.connect(str(path)), driver.connect(str(file))
    try:
        origin.execute("PRAGMA busy_timeout=10000")
        origin.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file that needs no log beside it
    finally:
        copy.close()
        origin.close()


def _copy_postgres(url: str, file: Path) -> None:
    """Copy all tables as of one moment into an SQLite file."""
    source = database_of(url)
    copy = SqliteDatabase(file)
    try:
        with source.reading() as reading, copy.migrating() as writing:
            reading.exec_driver_sql("SET LOCAL statement_timeout = 0")
            _refuse_unknown(reading)
            bring_up_to_date(writing)
            for table in metadata.sorted_tables:
                rows = reading.execution_options(yield_per=_AT_ONCE).execute(sa.select(table))
                for page in rows.mappings().partitions():
                    writing.execute(table.insert(), [dict(row) for row in page])
    finally:
        copy.close()
        source.close()
    file.with_suffix(".lock").unlink(missing_ok=True)


def _refuse_unknown(connection: sa.Connection) -> None:
    """Tables that this version does not know would be missing in the copy."""
    unknown = set(sa.inspect(connection).get_table_names()) - set(metadata.tables) - {VERSION_TABLE}
    revision = revision_of(connection)
    if unknown or revision != newest_revision():
        raise BackupRefusedError(
            f"The database is not at this version's tables (revision {revision}, unknown {sorted(unknown)}).",
            hint="Make the backup with the version of Assay that the server runs.",
        )


def _fill(url: str, house: House) -> None:
    """Copy all tables into an empty PostgreSQL database, all or nothing."""
    target: Database = database_of(url)
    try:
        with target.migrating() as writing, house.database.reading() as reading:
            bring_up_to_date(writing)
            for table in metadata.sorted_tables:
                columns = ", ".join(f'"{column.name}"' for column in table.c)
                raw: Any = writing.connection.cursor()
                with raw.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as lines:
                    for row in reading.execution_options(yield_per=_AT_ONCE).execute(sa.select(table)):
                        lines.write_row(row)
        restored = House(target)
        check_log(restored, trusted=read_head(house))
    finally:
        target.close()


def _refuse_occupied(url: str) -> None:
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        occupied = path.exists()
    else:
        database = database_of(url)
        try:
            with database.reading() as connection:
                occupied = bool(sa.inspect(connection).get_table_names())
        finally:
            database.close()
    if occupied:
        raise BackupRefusedError(
            "There is a database in that place already.",
            hint="Restore into an empty place, then point the server at it.",
        )


def _place(copy: Path, path: Path) -> None:
    """Move a finished database file to where it belongs, durably."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".restoring")
    shutil.copyfile(copy, draft)
    _sync_file(draft)
    draft.replace(path)
    sync_folder(path.parent)


def _look_inside(file: Path) -> tuple[Head, str | None]:
    """The log head and the revision in a copy; also proves that it can be read."""
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(file)), module=bundled_driver())
    try:
        with engine.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA integrity_check(3)").scalars().all()
            if found != ["ok"]:
                raise BackupDamagedError(f"{DATABASE} ({found[0]})")
            row = connection.execute(sa.select(log_heads)).first()
            revision = revision_of(connection)
    finally:
        engine.dispose()
    return (Head(row.size, row.root, row.at_us) if row else Head(0, hashlib.sha256(b"").hexdigest(), 0)), revision


# --- files ----------------------------------------------------------------------------------------------------------


def _copy_blobs(blobs: Blobs, folder: Path) -> tuple[dict[str, int], list[str]]:
    """Link or copy every blob, reading each once; returns sizes by hash, and the damaged ones."""
    kept: dict[str, int] = {}
    damaged: list[str] = []
    folder.mkdir()
    for sha256 in blobs.hashes():
        file = folder / path_of(sha256)
        try:
            data = blobs.get(sha256)
        except BlobDamagedError:
            damaged.append(sha256)
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        if blobs.folder is None or not _linked(blobs.folder / path_of(sha256), file):
            _write(file, data)
        kept[sha256] = len(data)
    return dict(sorted(kept.items())), sorted(damaged)


def _linked(origin: Path, file: Path) -> bool:
    """Give the same bytes a second name; False on another file system. Blobs are never changed in place."""
    try:
        os.link(origin, file)
    except OSError:
        return False
    return True


@contextmanager
def _draft_of(target: Path) -> Iterator[Path]:
    """A folder beside `target` that takes its name only when everything went well."""
    draft = target.with_name(f"{target.name}.unfinished")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    try:
        yield draft
        if target.exists():
            target.rmdir()
        draft.replace(target)
        sync_folder(target.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _write(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    _sync_file(file)


def _sync_file(file: Path) -> None:
    with file.open("rb") as stream:
        os.fsync(stream.fileno())


def _sha256(file: Path) -> str:
    state = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            state.update(chunk)
    return state.hexdigest()
