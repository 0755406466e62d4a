"""The pictures behind a check: those of its window, those since the change, the reference, and alike ones in pairs."""

from __future__ import annotations

from typing import Final, Literal

from assay.drift import Check, Monitor
from assay.items import items_after
from assay.jobs.describing import read_features
from assay.quality.drift import alike_pairs
from assay.storage import Blobs, Rx

Side = Literal["window", "changed", "reference"]

PAIRED_MOST: Final = 256
"""Pictures of each side that are looked through for pairs: the newest of the reference, the newest of the window."""


def pictures_of(rx: Rx, monitor: Monitor, check: Check, side: Side, *, after: str, limit: int) -> list[str]:
    """Ids of the pictures behind a check, in the order they came.

    Args:
        rx: where.
        monitor: whose check it is.
        check: what was found.
        side: `window` is what was judged, `changed` everything from the likeliest first changed item on (the window
            where nothing changed), `reference` what it was held against.
        after: the last id of the page before; empty to begin.
        limit: how many at most.
    """
    if side == "reference":
        return [item for item in monitor.reference if item > after][:limit]
    first = check.first_item_id if side == "window" else check.since_item_id or check.first_item_id
    # A beginning of an id sorts directly before it, so that the first one is among what comes after.
    found = items_after(rx, after or first[:-1], limit)
    return [item.id for item in found if item.id <= check.last_item_id]


def pairs_of(rx: Rx, blobs: Blobs, monitor: Monitor, check: Check, n: int) -> list[tuple[str, str]]:
    """Pictures of the reference beside pictures since the change that show nearly the same, most alike first."""
    newest = _newest(rx, monitor, check)
    before, clean = read_features(rx, blobs, monitor.embedding, monitor.reference[-PAIRED_MOST:])
    now, arrived = read_features(rx, blobs, monitor.embedding, newest)
    if not before or not now:
        return []
    return [(before[row], now[column]) for row, column in alike_pairs(clean, arrived, n)]


def _newest(rx: Rx, monitor: Monitor, check: Check) -> list[str]:
    """The newest pictures of the window that came after the change."""
    window = pictures_of(rx, monitor, check, "window", after="", limit=2 * monitor.window)
    since = check.since_item_id or ""
    changed = [item for item in window if item >= since]
    return (changed or window)[-PAIRED_MOST:]
