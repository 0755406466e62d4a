"""Checks of monitors: reads descriptions out of the lake, calibrates once, judges what has arrived."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

import numpy as np

from assay.drift import Check, Monitor, NothingArrivedError, keep_check, make_monitor, monitor_in, watching
from assay.items import items_after
from assay.jobs.describing import read_features
from assay.jobs.suggesting.templates import templates_in
from assay.kernel.actor import Actor, system
from assay.kernel.errors import AssayError
from assay.models import PRODUCTION, PredictionOrigin, Task, predictions_between, version_of_alias
from assay.quality.drift import Features, Watch, calibrate, check
from assay.storage import PLAIN, STATISTICS, Blobs, House, Rx

logger = logging.getLogger(__name__)

WATCHER: Final = system("drift")
REFERENCE_MOST: Final = 10_000
HISTORY_MOST: Final = 5_000
PAGE: Final = 2000
_KEPT: Final = 16
_FOREVER_US: Final = 2**62


class DriftWatch:
    """All monitors of a house; calibrations are kept in memory, since a reference never changes."""

    def __init__(self, house: House, blobs: Blobs) -> None:
        self._house, self._blobs = house, blobs
        self._calibrated: dict[str, Watch] = {}

    def make(
        self,
        actor: Actor,
        project: str,
        name: str,
        *,
        window: int,
        n_reference: int,
        harm_line: float,
        embedding: str = PLAIN,
        seed: int = 0,
    ) -> Monitor:
        """Watch what arrives from now on; the newest `n_reference` described items are taken as clean.

        Raises:
            ReferenceTooSmallError: fewer than five windows are described.
        """
        with self._house.read(actor, project) as rx:
            newest = _ids_after(rx, "")[-min(n_reference, REFERENCE_MOST) :]
            items, clean = self._features(rx, embedding, newest)
        watch = calibrate(clean, window, np.random.default_rng(seed), harm_line=harm_line)
        made = make_monitor(
            actor, project, name, embedding=embedding, window=window, harm_line=harm_line, seed=seed,
            reference=items, house=self._house,
        )  # fmt: skip
        self._keep(made.id, watch)
        return made

    def check_now(self, actor: Actor, project: str, monitor_id: str) -> Check:
        """Judge the newest window.

        Raises:
            MonitorNotFoundError: there is none of this id.
            NothingArrivedError: not even one window has arrived since the reference.
        """
        with self._house.read(actor, project) as rx:
            monitor = monitor_in(rx, monitor_id)
            later = _ids_after(rx, monitor.reference[-1])[-HISTORY_MOST:]
            items, arrived = self._features(rx, monitor.embedding, later)
            n = monitor.window
            if len(items) < n:
                raise NothingArrivedError(len(items), window=n)
            watch = self._watch(rx, monitor)
        found = check(watch, _part(arrived, slice(-n, None)), earlier=_part(arrived, slice(None, -n)))
        return keep_check(actor, project, monitor, found, items, n_window=n, house=self._house)

    def run_due(self) -> int:
        """Check every monitor that half a window or more has arrived for since its last look; returns how many."""
        with self._house.read(WATCHER, None) as rx:
            monitors = watching(rx)
        return sum(self._run_one(project, monitor_id) for project, monitor_id in monitors)

    def _run_one(self, project: str, monitor_id: str) -> int:
        try:
            with self._house.read(WATCHER, project) as rx:
                monitor = monitor_in(rx, monitor_id)
                if not _half_a_window(rx, monitor):
                    return 0
            self.check_now(WATCHER, project, monitor_id)
        except NothingArrivedError:
            return 0
        except AssayError as error:
            logger.warning("monitor %s could not be checked: %s", monitor_id, error.message)
            return 0
        return 1

    def _watch(self, rx: Rx, monitor: Monitor) -> Watch:
        if monitor.id not in self._calibrated:
            _, clean = self._features(rx, monitor.embedding, monitor.reference)
            rng = np.random.default_rng(monitor.seed)
            self._keep(monitor.id, calibrate(clean, monitor.window, rng, harm_line=monitor.harm_line))
        return self._calibrated[monitor.id]

    def _keep(self, monitor_id: str, watch: Watch) -> None:
        if len(self._calibrated) >= _KEPT:
            self._calibrated.pop(next(iter(self._calibrated)))
        self._calibrated[monitor_id] = watch

    def _features(self, rx: Rx, embedding: str, items: Sequence[str]) -> tuple[list[str], Features]:
        """Descriptions of those items that have both kinds, in their order."""
        shown, _ = read_features(rx, self._blobs, embedding, items)
        found, statistics = read_features(rx, self._blobs, STATISTICS, shown)
        _, embeddings = read_features(rx, self._blobs, embedding, found)
        trust = confidences(rx, found)
        return found, Features(statistics, embeddings, trust, found)


def confidences(rx: Rx, items: Sequence[str]) -> np.ndarray | None:
    """What the tag model in use said of these items, NaN where it was not asked; None without such a model."""
    version = version_of_alias(rx, PRODUCTION)
    if version is None or version.new.task is not Task.TAGS:
        return None
    place = {item: row for row, item in enumerate(items)}
    found = np.full(len(items), np.nan)
    after = ""
    while page := predictions_between(rx, PredictionOrigin.SERVED, 0, _FOREVER_US, after=after, limit=1000):
        after = page[-1].id
        for one in page:
            if one.new.version_id == version.id and one.new.item_id in place and one.new.confidence is not None:
                found[place[one.new.item_id]] = one.new.confidence
    return found


def _ids_after(rx: Rx, after: str) -> list[str]:
    """Items in the order they came; templates are left out, since they repeat what they belong to."""
    ids: list[str] = []
    templates = templates_in(rx)
    while page := items_after(rx, after, PAGE):
        after = page[-1].id
        ids += [item.id for item in page if item.id not in templates]
    return ids


def _half_a_window(rx: Rx, monitor: Monitor) -> bool:
    wanted = max(1, monitor.window // 2)
    return len(items_after(rx, monitor.seen_item_id, wanted)) == wanted


def _part(features: Features, rows: slice) -> Features:
    def cut(values: np.ndarray | None) -> np.ndarray | None:
        return None if values is None else values[rows]

    items = None if features.items is None else list(features.items)[rows]
    return Features(cut(features.statistics), cut(features.embeddings), cut(features.confidence), items)
