"""Streams Parquet files of items with everybody's marks through the engine: flat memory, all cores, resumable."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from assay.kernel import native
from assay.quality.rows import (
    ACCEPTED,
    AUTHOR,
    ITEM,
    LABEL_CLASS,
    MARKS,
    SUBMISSIONS,
    RowInvalidError,
    RowsInvalidError,
    RowsReport,
    RowTooMuchError,
    Settings,
    Sums,
    report_of,
)
from assay.reports.errors import RowsRefusedError, SourceMissingError, StateMismatchError

Progress = Callable[[int, int], None]

_MARKS_AT_ONCE: Final = 400_000  # of one thread: about 60 MB
_FEWEST_ROWS, _MOST_ROWS = 64, 65_536
_READ_AHEAD_BYTES: Final = 1 << 20
_DICTIONARIES: Final = (
    f"{SUBMISSIONS}.list.element.{AUTHOR}",
    f"{SUBMISSIONS}.list.element.{MARKS}.list.element.{LABEL_CLASS}",
    f"{ACCEPTED}.list.element.{LABEL_CLASS}",
)
_STATE: Final = "assay.measure/1"


def measure_rows(
    source: Path | str | pa.Table | pa.RecordBatchReader | Iterable[pa.RecordBatch],
    *,
    settings: Settings | None = None,
    state: Path | str | None = None,
    n_threads: int | None = None,
    progress: Progress | None = None,
) -> RowsReport:
    """Measure agreement, and errors against accepted marks, of any number of items.

    Args:
        source: a Parquet file or a folder of them, one row an item (see `assay.quality.rows.read_block`); or rows in
            memory, or a stream of them.
        settings: thresholds.
        state: file to keep what was done in, for Parquet only; an interrupted run goes on where it stopped.
        n_threads: how many row groups are worked on at once; all cores when left out. The answer does not depend on it.
        progress: told rows done and rows in all.

    Raises:
        RowsInvalidError, RowsRefusedError: rows that cannot be measured, by file and item.
        StateMismatchError: `state` is of other files or other settings.
    """
    chosen = settings or Settings()
    if isinstance(source, str | Path):
        sums = _from_files(Path(source), chosen, None if state is None else Path(state), n_threads, progress)
    else:
        sums = _from_memory(source, chosen)
    return report_of(sums, backend=native.BACKEND)


def holds_rows(source: object) -> bool:
    """Whether a source is rows of items: Parquet with their columns, a table, or a stream of record batches."""
    if isinstance(source, str | Path):
        place = Path(source)
        if place.is_dir():
            place = next(iter(sorted(place.rglob("*.parquet"))), place)
        if not place.is_file() or place.suffix != ".parquet":
            return False
        try:
            return SUBMISSIONS in pq.read_schema(place).names
        except (pa.ArrowInvalid, OSError):
            return False
    if isinstance(source, pa.Table | pa.RecordBatchReader):
        return SUBMISSIONS in source.schema.names
    return isinstance(source, Iterator | list)


def _from_memory(source: pa.Table | pa.RecordBatchReader | Iterable[pa.RecordBatch], settings: Settings) -> Sums:
    sums, row = Sums(settings), 0
    batches = source.to_batches(max_chunksize=_MOST_ROWS) if isinstance(source, pa.Table) else source
    for batch in batches:
        for start in range(0, len(batch), _MOST_ROWS):
            part = batch.slice(start, _MOST_ROWS)
            sums.add_rows(part, row)
            row += len(part)
    return sums


@dataclass(frozen=True, slots=True)
class _Piece:
    """One row group of one file."""

    file: int
    group: int
    first_row: int
    n_rows: int


class _Files:
    """Parquet files in order, and their row groups."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise SourceMissingError(path.name or str(path))
        self.paths = sorted(p for p in path.rglob("*.parquet") if p.is_file()) if path.is_dir() else [path]
        if not self.paths:
            raise RowsInvalidError(f"there is no .parquet file in {path.name}")
        self.metadata = [self._read(p) for p in self.paths]
        self.pieces: list[_Piece] = []
        row = 0
        for file, metadata in enumerate(self.metadata):
            for group in range(metadata.num_row_groups):
                n_rows = metadata.row_group(group).num_rows
                self.pieces.append(_Piece(file, group, row, n_rows))
                row += n_rows
        self.n_rows = row

    def _read(self, path: Path) -> pq.FileMetaData:
        try:
            return pq.read_metadata(path)
        except (pa.ArrowInvalid, OSError) as error:
            raise RowsInvalidError(f"{path.name} is no Parquet file ({str(error).partition('.')[0]})") from None

    def fingerprint(self) -> str:
        """Tells these files from others: names, sizes and what their footers say of every column chunk."""
        total = hashlib.sha256()
        for path, metadata in zip(self.paths, self.metadata, strict=True):
            stream = io.BytesIO()
            metadata.write_metadata_file(stream)
            total.update(f"{path.name}\0{path.stat().st_size}\0".encode() + stream.getvalue())
        return total.hexdigest()

    def batches(self, piece: _Piece) -> Iterator[tuple[int, pa.RecordBatch]]:
        """The rows of one row group in pieces that hold a bounded number of marks."""
        path, metadata = self.paths[piece.file], self.metadata[piece.file]
        names = [metadata.schema.column(c).path for c in range(metadata.num_columns)]
        known = {name.split(".")[0] for name in names}
        columns = [name for name in (ITEM, SUBMISSIONS, ACCEPTED) if name in known]
        chunks = metadata.row_group(piece.group)
        most = max((chunks.column(c).num_values for c in range(chunks.num_columns)), default=0)
        per_row = max(most / max(piece.n_rows, 1), 1.0)
        size = int(np.clip(_MARKS_AT_ONCE / per_row, _FEWEST_ROWS, _MOST_ROWS))
        with pq.ParquetFile(
            path, metadata=metadata, read_dictionary=[n for n in _DICTIONARIES if n in names],
            buffer_size=_READ_AHEAD_BYTES, pre_buffer=False,
        ) as file:  # fmt: skip
            row = piece.first_row
            alone = len(self.pieces) == 1
            for batch in file.iter_batches(size, [piece.group], columns=columns, use_threads=alone):
                yield row, batch
                row += len(batch)


def _from_files(
    path: Path, settings: Settings, state: Path | None, n_threads: int | None, progress: Progress | None
) -> Sums:
    files = _Files(path)
    run = _Run(files, settings, state, progress)
    left = [piece for number, piece in enumerate(files.pieces) if number not in run.done]
    with ThreadPoolExecutor(max(1, n_threads or pa.cpu_count())) as pool:
        waiting = [pool.submit(run.work, piece) for piece in left]
        try:
            for one in waiting:
                one.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return run.sums


class _Run:
    """What all threads share: the sums so far, which row groups are in them, and the file they are kept in."""

    def __init__(self, files: _Files, settings: Settings, state: Path | None, progress: Progress | None) -> None:
        self._files, self._state, self._progress = files, state, progress
        self._lock = threading.Lock()
        self._fingerprint = files.fingerprint() if state else ""
        self._place = {(piece.file, piece.group): number for number, piece in enumerate(files.pieces)}
        self.done: set[int] = set()
        self.sums = Sums(settings)
        if state is not None and state.exists():
            self._take_up(state)

    def work(self, piece: _Piece) -> None:
        """Measure one row group; only a whole one is ever kept."""
        mine = Sums(self.sums.settings)
        name = self._files.paths[piece.file].name
        try:
            for row, batch in self._files.batches(piece):
                mine.add_rows(batch, row)
        except (RowInvalidError, RowTooMuchError, RowsInvalidError) as error:
            raise RowsRefusedError(name, error) from None
        except (pa.ArrowException, OSError) as error:
            raise RowsRefusedError(name, RowsInvalidError(str(error).partition("\n")[0])) from None
        with self._lock:
            self.sums.merge(mine)
            self.done.add(self._place[piece.file, piece.group])
            if self._state is not None:
                self._keep(self._state)
            if self._progress is not None:
                self._progress(self.sums.n_items, self._files.n_rows)

    def _keep(self, state: Path) -> None:
        """Write the state beside and put it in place, so that there is always a whole one."""
        head = {"kind": _STATE, "files": self._fingerprint, "done": sorted(self.done)}
        beside = state.with_name(state.name + ".new")
        with zipfile.ZipFile(beside, "w") as archive:
            archive.writestr("head.json", json.dumps(head))
            archive.writestr("sums.npz", self.sums.to_bytes())
        beside.replace(state)

    def _take_up(self, state: Path) -> None:
        try:
            with zipfile.ZipFile(state) as archive:
                head: dict[str, Any] = json.loads(archive.read("head.json"))
                sums = Sums.from_bytes(archive.read("sums.npz"))
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
            raise StateMismatchError(state.name, "it is no state of this command") from None
        if head.get("kind") != _STATE or head.get("files") != self._fingerprint:
            raise StateMismatchError(state.name, "it is of other files")
        if sums.settings != self.sums.settings:
            raise StateMismatchError(state.name, "it was made with other thresholds")
        self.sums, self.done = sums, set(head["done"])
