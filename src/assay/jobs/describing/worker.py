"""Describes items on a thread of its own: after imports, after a new encoder, and after a restart where it was."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from assay.access import all_projects
from assay.items import Item, count_items, items_after
from assay.jobs.describing.encoders import Encoder, OnnxEncoder, PlainEncoder
from assay.jobs.describing.parquet import embeddings_table, statistics_table, write_parquet
from assay.jobs.describing.samples import LEAST_PX, Sample, sample, statistics_of
from assay.jobs.importing import Places
from assay.jobs.intake import IntakeError
from assay.jobs.media import read_medium
from assay.jobs.suggesting.answer import decode
from assay.kernel.actor import system
from assay.kernel.errors import AssayError, ConflictError, CorruptError, NotFoundError
from assay.storage import (
    STATISTICS,
    Blobs,
    House,
    add_part,
    add_refusals,
    lake_counts,
    lake_datasets_of,
    present,
)

logger = logging.getLogger(__name__)

BLOCK: Final = 128
"""Items described and booked together; an interruption loses at most so many."""
PAGE: Final = 2000
IDLE_S: Final = 5.0
WAKES: Final = ("import.finished", "encoder.added")


class Describer:
    """Statistics and embeddings for every item of every project, block by block; twice is once."""

    def __init__(self, house: House, blobs: Blobs, places: Places) -> None:
        self._house, self._blobs, self._places = house, blobs, places
        self._actor = system("describer")
        self._encoders: dict[str, Encoder] = {}
        self._faults: dict[str, AssayError] = {}
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; looks for work after each import and now and then."""
        self._house.on_commit(self._wake.set, WAKES)
        self._thread = threading.Thread(target=self._loop, name="describer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the block in hand and stop."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=30)

    def _loop(self) -> None:
        self._wake.set()
        while not self._stop.is_set():
            self._wake.wait(IDLE_S)
            self._wake.clear()
            try:
                self.work()
            except Exception:
                logger.exception("items could not be described; it is tried again")
                self._stop.wait(2.0)

    def work(self) -> int:
        """Describe what is not described yet, on the caller's thread; returns how many rows were booked."""
        with self._house.read(self._actor, None) as rx:
            projects = [p.id for p in all_projects(rx)]
        return sum(self.work_on(project) for project in projects if not self._stop.is_set())

    def work_on(self, project: str) -> int:
        """Describe one project's items."""
        with self._house.read(self._actor, project) as rx:
            n_items, counts = count_items(rx), lake_counts(rx)
            wanted = [d.name for d in lake_datasets_of(rx)]
        names = [STATISTICS, PlainEncoder.dataset, *(w for w in wanted if self._encoder(project, w) is not None)]
        behind = [name for name in names if counts.get(name, (0, 0))[0] < n_items]
        return self._go_through(project, behind) if behind else 0

    def fault_of(self, dataset: str) -> AssayError | None:
        """Why an encoder cannot be used; None while it can."""
        return self._faults.get(dataset)

    def _go_through(self, project: str, names: Sequence[str]) -> int:
        after, booked = "", 0
        while not self._stop.is_set():
            with self._house.read(self._actor, project) as rx:
                page = items_after(rx, after, PAGE)
                known = {name: present(rx, name, [i.id for i in page]) for name in names}
            if not page:
                return booked
            after = page[-1].id
            todo = [item for item in page if any(item.id not in known[name] for name in names)]
            for start in range(0, len(todo), BLOCK):
                if self._stop.is_set():
                    return booked
                began = time.monotonic()
                booked += self._block(project, todo[start : start + BLOCK], known)
                if self._thread is not None:  # people who label come first: at most half of the time
                    self._stop.wait(time.monotonic() - began)
        return booked

    def _block(self, project: str, items: Sequence[Item], known: Mapping[str, Mapping[str, str | None]]) -> int:
        began, booked = time.thread_time(), 0
        found = {name: self._encoder(project, name) for name in known if name != STATISTICS}
        encoders = {name: encoder for name, encoder in found.items() if encoder is not None}
        seen: dict[int, dict[str, Sample]] = {}
        refused: dict[str, str] = {}
        for side in {e.side_px for e in encoders.values()} | {PlainEncoder.side_px}:
            seen[side] = {}
        for item in items:
            self._look(item, seen, refused)
        first = seen[PlainEncoder.side_px]
        for name in known:
            mine = [i.id for i in items if i.id in first and i.id not in known[name]]
            rows = self._rows(name, mine, seen, encoders)
            parts = None if rows is None or not mine else (mine, rows)
            gone = {i: why for i, why in refused.items() if i not in known[name]}
            booked += self._book(project, name, parts, gone, time.thread_time() - began)
            began = time.thread_time()
        return booked

    def _look(self, item: Item, seen: dict[int, dict[str, Sample]], refused: dict[str, str]) -> None:
        """Read and sample one picture; a store that does not answer is met again later, a bad picture is noted."""
        try:
            rgb = decode(read_medium(item.medium, self._blobs, self._places))
        except (IntakeError, ConflictError, CorruptError, NotFoundError) as error:
            refused[item.id] = error.message
            return
        if min(rgb.shape[:2]) < LEAST_PX:
            refused[item.id] = f"The picture has {rgb.shape[1]} x {rgb.shape[0]} pixels; 3 x 3 are needed."
            return
        for side, samples in seen.items():
            samples[item.id] = sample(rgb, side)

    def _rows(
        self, name: str, items: Sequence[str], seen: Mapping[int, Mapping[str, Sample]], encoders: Mapping[str, Encoder]
    ) -> bytes | None:
        if not items:
            return None
        if name == STATISTICS:
            found = statistics_of([seen[PlainEncoder.side_px][i] for i in items])
            return write_parquet(statistics_table(items, found))
        encoder = encoders.get(name)
        if encoder is None:
            return None
        try:
            pictures = np.stack([seen[encoder.side_px][i].small for i in items])
            return write_parquet(embeddings_table(items, encoder.encode(pictures, items)))
        except AssayError as error:
            self._faults[name] = error
            logger.warning("the encoder of %s cannot be used: %s", name, error.message)
            return None

    def _book(
        self, project: str, name: str, part: tuple[list[str], bytes] | None, refused: Mapping[str, str], cpu_s: float
    ) -> int:
        if part is None and not refused:
            return 0
        items, data = part or ([], b"")
        sha256 = self._blobs.put(data) if items else ""
        with self._house.write(self._actor, project, f"describe items ({name})") as tx:
            n = add_part(tx, name, sha256, items) if items else 0
            add_refusals(tx, name, refused)
            tx.record("items.described", subject=f"dataset/{name}", n=n, n_refused=len(refused), cpu_s=round(cpu_s, 3))
        return n + len(refused)

    def _encoder(self, project: str, name: str) -> Encoder | None:
        """The encoder of a dataset, loaded once; None when it cannot be used."""
        if name == PlainEncoder.dataset:
            return PlainEncoder()
        if name in self._faults:
            return None
        if name not in self._encoders:
            with self._house.read(self._actor, project) as rx:
                found = next((d for d in lake_datasets_of(rx) if d.name == name), None)
            if found is None:
                return None
            try:
                self._encoders[name] = OnnxEncoder(self._blobs.get(found.source_sha256), found.config, name)
            except AssayError as error:
                self._faults[name] = error
                logger.warning("the encoder of %s cannot be used: %s", name, error.message)
                return None
        return self._encoders[name]
