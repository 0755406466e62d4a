"""Works through imports: reads the source, decodes safely, stores slices, and shows everything at once at the end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, cast
from urllib.parse import unquote, urlsplit

import numpy as np

from assay.annotations import drop_imported
from assay.items import (
    Import,
    ImportLocationError,
    NewItem,
    RowReport,
    fail_import,
    find_import,
    finish_import,
    import_files_of,
    import_rows_after,
    keep_slice,
    perceptual_hashes,
    running_imports,
    set_found,
)
from assay.jobs.imported_labels import keep_labels
from assay.jobs.intake import (
    Accepted,
    DecodePool,
    Entry,
    Limits,
    Outcome,
    Refusal,
    Source,
    intake,
    near_groups,
    open_archive,
    open_path,
    open_prefix,
)
from assay.jobs.intake.names import claims_picture, leaves_folder
from assay.jobs.intake.source import Skip
from assay.kernel.actor import system
from assay.kernel.errors import AssayError
from assay.storage import Blobs, House, StoreAwayError, WriteConflictError

logger = logging.getLogger(__name__)

SLICE_FILES = 32
SLICE_S = 0.5
NEAR_BITS = 6
"""Pictures whose perceptual hashes differ in at most this many of 64 bits are noted as nearly equal."""
ALL_STATES = ("accepted", "refused", "duplicate", "near_duplicate", "warning")


@dataclass(frozen=True, slots=True)
class Places:
    """Where imports may read on the server's behalf; from its configuration only.

    Attributes:
        roots: folders.
        stores: prefixes of object-store addresses.
        store_options: credentials and endpoint, as the object-store library takes them; what they leave out comes
            from the environment, such as AWS_ACCESS_KEY_ID.
    """

    roots: tuple[Path, ...] = ()
    stores: tuple[str, ...] = ()
    store_options: dict[str, str] = field(default_factory=dict)

    def folder(self, location: str) -> Path:
        """The folder or file at `location`, when it lies below an allowed root.

        Raises:
            ImportLocationError: it does not.
        """
        path = Path(location).resolve()
        if not any(path == root.resolve() or root.resolve() in path.parents for root in self.roots):
            raise ImportLocationError(location)
        return path

    def store(self, location: str) -> str:
        """An object-store address below one that is allowed.

        Raises:
            ImportLocationError: it is not.
        """
        if self.store_of(location) is None:
            raise ImportLocationError(location)
        return location

    def store_of(self, location: str) -> str | None:
        """The allowed address that `location` is, or lies below; None when there is none.

        Everything but a longer path is the administrator's own word: scheme, host, bucket, credentials.
        """
        prefix = next((s for s in self.stores if f"{location}/".startswith(s.rstrip("/") + "/")), None)
        below = location[len(prefix.rstrip("/")) :] if prefix is not None else ""
        if prefix is None or leaves_folder(below.strip("/") or "x") or set(below) & set("?#"):
            return None
        if prefix.startswith("file:"):  # a link inside an allowed folder may still lead out of it
            root, path = (Path(unquote(urlsplit(url).path)).resolve() for url in (prefix, location))
            return prefix if root == path or root in path.parents else None
        return prefix


class UploadSource(Source):
    """Files uploaded one by one, read from the blob store; a single archive is opened instead."""

    def __init__(self, files: Sequence[tuple[str, str, int]], blobs: Blobs) -> None:
        super().__init__("upload", len(files))
        self._files = files
        self._blobs = blobs

    def entries(self, skip: Skip) -> Iterator[Entry | Refusal]:
        """The uploaded files by name."""
        for name, sha256, size in self._files:
            if not skip(name):
                yield Entry(name, self._reader(sha256), size, None)

    def _reader(self, sha256: str) -> Callable[[int], bytes]:
        def read(_most: int) -> bytes:
            return self._blobs.get(sha256)

        return read

    def close(self) -> None:
        """Nothing is held open."""


def open_source(found: Import, files: Sequence[tuple[str, str, int]], places: Places, blobs: Blobs) -> Source:
    """What an import reads from."""
    limits = Limits()
    if found.kind == "folder":
        return open_path(places.folder(found.location), limits)
    if found.kind == "store":
        return open_prefix(
            places.store(found.location),
            limits,
            options=places.store_options,
            check_host=lambda _: True,  # the allowed address names the host
        )
    archives = (".zip", ".tar", ".tgz", ".gz")
    if len(files) == 1 and files[0][0].lower().endswith(archives):
        return open_archive(_on_disk(blobs.get(files[0][1])), files[0][0], limits)
    return UploadSource(files, blobs)


def _on_disk(data: bytes) -> BinaryIO:
    """Bytes as an open file without a name: members of an archive are read from it side by side."""
    file = cast("BinaryIO", TemporaryFile())  # noqa: SIM115 - the source closes it
    file.write(data)
    file.seek(0)
    return file


class Importer:
    """Works through one import after the other, on a thread of its own; goes on where it was after a restart."""

    def __init__(self, house: House, blobs: Blobs, places: Places, pool: DecodePool) -> None:
        self._house = house
        self._blobs = blobs
        self._places = places
        self._pool = pool
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._actor = system("importer")

    def start(self) -> None:
        """Begin; imports that were running when the server ended go on."""
        self._house.on_commit(self._wake.set, {"import.started"})
        self._thread = threading.Thread(target=self._loop, name="importer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the slice in hand and stop."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=30)

    def work(self) -> int:
        """Work through what is waiting, on the caller's thread; returns how many imports."""
        with self._house.read(self._actor, None) as rx:
            waiting = running_imports(rx)
        for project, import_id in waiting:
            if not self._stop.is_set():
                self.run(project, import_id)
        return len(waiting)

    def _loop(self) -> None:
        self._wake.set()
        while not self._stop.is_set():
            self._wake.wait(1.0)
            self._wake.clear()
            try:
                self.work()
            except Exception:
                logger.exception("an import could not be worked on; it is tried again")
                self._stop.wait(2.0)

    def run(self, project: str, import_id: str) -> Import:
        """Work through one import; a source that fails leaves nothing behind."""
        with self._house.read(self._actor, project) as rx:
            found = find_import(rx, import_id)
            files = import_files_of(rx, import_id)
        assert found is not None, "running imports exist"
        try:
            self._take_in(project, found, files)
            return self._finish(project, found, files)
        except (StoreAwayError, WriteConflictError):
            raise  # the database: everything kept so far is there, and the import goes on
        except AssayError as error:
            return self._fail(project, found, error.message.lstrip(": "))
        except Exception as error:
            logger.exception("import %s failed", import_id)
            return self._fail(project, found, f"Something unexpected happened ({type(error).__name__}).")

    def _fail(self, project: str, found: Import, reason: str) -> Import:
        """Undo what was kept; while the server stops nothing is undone, the next start goes on."""
        if self._stop.is_set():
            return found
        failed = fail_import(self._actor, project, found.id, reason, house=self._house)
        drop_imported(self._actor, project, found.id, house=self._house)
        return failed

    def _take_in(self, project: str, found: Import, files: Sequence[tuple[str, str, int]]) -> None:
        known, refused, next_row = self._known(project, found.id)
        source = open_source(found, files, self._places, self._blobs)
        try:
            if found.n_found is None:
                set_found(self._actor, project, found.id, _count(source), house=self._house)
            outcomes = intake(source, self._pool, skip=known.__contains__)
            for part in _slices(o for o in outcomes if not (isinstance(o, Refusal) and o.name in refused)):
                rows = [row for o in part if (row := self._row(o, found)) is not None]
                if not rows:
                    continue
                keep_slice(self._actor, project, found.id, rows, start_row=next_row, house=self._house)
                next_row += len(rows)
                if self._stop.is_set():
                    return
        finally:
            source.close()

    def _known(self, project: str, import_id: str) -> tuple[set[str], set[str], int]:
        """What was dealt with before an interruption: names taken in, names refused, and the next row number."""
        names: set[str] = set()
        refused: set[str] = set()
        after = -1
        with self._house.read(self._actor, project) as rx:
            while page := import_rows_after(rx, import_id, states=ALL_STATES, after=after, limit=5000):
                names |= {row.name for _, row in page if row.state != "refused"}
                refused |= {row.name for _, row in page if row.state == "refused"}
                after = page[-1][0]
        return names, refused, after + 1

    def _row(self, outcome: Outcome, found: Import) -> NewItem | RowReport | None:
        if isinstance(outcome, Refusal):
            if outcome.is_aside:
                return None
            return RowReport(outcome.name, "refused", outcome.code, outcome.reason, outcome.hint or None, None)
        return self._item(outcome, found)

    def _item(self, outcome: Accepted, found: Import) -> NewItem:
        picture = outcome.picture
        by_reference = found.kind == "store"
        return NewItem(
            name=outcome.name,
            origin=found.origin,
            original_sha256=picture.original_sha256,
            sha256=None if by_reference else self._blobs.put(picture.served),
            uri=outcome.ref if by_reference else None,
            thumb_sha256=self._blobs.put(picture.thumbnail),
            media_type=picture.media_type,
            width_px=picture.width,
            height_px=picture.height,
            orientation=picture.orientation,
            size_bytes=len(picture.served),
            perceptual_hash=picture.phash,
            capture=dict(picture.capture),
            private=dict(picture.private),
        )

    def _finish(self, project: str, found: Import, files: Sequence[tuple[str, str, int]]) -> Import:
        if self._stop.is_set():
            return found
        n_marks = 0
        warnings: list[str] = []
        if found.labels == "as_author":
            source = open_source(found, files, self._places, self._blobs)
            try:
                n_marks, warnings = keep_labels(self._actor, project, found, source, house=self._house)
            finally:
                source.close()
        near = self._near(project, found.id)
        return finish_import(
            self._actor, project, found.id, near=near, n_marks=n_marks, warnings=warnings, house=self._house
        )

    def _near(self, project: str, import_id: str) -> list[tuple[str, str]]:
        """Items of this import that nearly equal an earlier item, each with the earliest of those."""
        with self._house.read(self._actor, project) as rx:
            rows = perceptual_hashes(rx, import_id)
        groups = near_groups(np.array([value for _, value, _ in rows], np.uint64), NEAR_BITS).tolist()
        first: dict[int, str] = {}
        for (item_id, _, _), group in zip(rows, groups, strict=True):
            first.setdefault(group, item_id)
        return [
            (item_id, first[group])
            for (item_id, _, source), group in zip(rows, groups, strict=True)
            if source == import_id and first[group] != item_id
        ]


def _count(source: Source) -> int:
    """Files that claim to be pictures, or are refused by name alone: one look at the list, nothing is read."""
    n = 0

    def passed_over(name: str) -> bool:
        nonlocal n
        n += claims_picture(name)
        return True

    for _ in source.entries(passed_over):
        n += 1
    return n


def _slices(outcomes: Iterator[Outcome]) -> Iterator[list[Outcome]]:
    """Outcomes in groups small enough that no write waits long for an import."""
    part: list[Outcome] = []
    began = time.monotonic()
    for outcome in outcomes:
        part.append(outcome)
        if len(part) >= SLICE_FILES or time.monotonic() - began > SLICE_S:
            yield part
            part, began = [], time.monotonic()
    if part:
        yield part
