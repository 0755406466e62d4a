"""Use cases of monitors: make one, keep what a check found, stop one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assay.drift import store
from assay.drift.errors import MonitorNotFoundError
from assay.drift.model import Check, Monitor
from assay.kernel.actor import Actor
from assay.quality.drift import DriftCheck
from assay.storage import House


def make_monitor(
    actor: Actor,
    project: str,
    name: str,
    *,
    embedding: str,
    window: int,
    harm_line: float,
    seed: int,
    reference: Sequence[str],
    house: House,
) -> Monitor:
    """Watch what arrives after the reference.

    Args:
        actor: the lead.
        project: whose.
        name: for people.
        embedding: dataset of the lake.
        window: items in a window.
        harm_line: loss of quality from which a notice is an alarm.
        seed: fixes the calibration.
        reference: ids of clean items in the order they came; the caller has calibrated on them, so they suffice.
        house: where.
    """
    with house.write(actor, project, f"watch {name}") as tx:
        made = Monitor(
            tx.new_id(), name, "watching", "quiet", embedding, window, harm_line, seed, tuple(reference),
            reference[-1], tx.now_us,
        )  # fmt: skip
        store.add_monitor(tx, made)
        tx.record("monitor.made", subject=f"monitor/{made.id}", window=window, n_reference=len(reference))
    return made


def stop_monitor(actor: Actor, project: str, monitor_id: str, *, house: House) -> Monitor:
    """Watch no longer; what was found stays.

    Raises:
        MonitorNotFoundError: there is none of this id.
    """
    with house.write(actor, project, "stop a monitor") as tx:
        found = store.find_monitor(tx, monitor_id)
        if found is None:
            raise MonitorNotFoundError(monitor_id)
        store.set_monitor_state(tx, monitor_id, "stopped")
        tx.record("monitor.stopped", subject=f"monitor/{monitor_id}")
    return replace(found, state="stopped")


def keep_check(
    actor: Actor,
    project: str,
    monitor: Monitor,
    found: DriftCheck,
    items: Sequence[str],
    *,
    n_window: int,
    house: House,
) -> Check:
    """Keep what a check found; a notice or alarm is an event of its own when the level rises.

    Args:
        actor: the watch itself, or whoever asked.
        project: whose.
        monitor: as it was read; of two checks that end with the same item one is kept.
        found: what the newest window says.
        items: ids of everything looked at, in the order it came.
        n_window: how many of the last of these were the window.
        house: where.
    """
    key = f"drift/{monitor.id}/{items[-1]}"
    with house.write(actor, project, f"check {monitor.name}", key=key) as tx:
        if tx.replayed:
            return store.checks_of(tx, monitor.id, before="~", limit=1)[0]
        since = None if found.since is None else items[found.since.best]
        check = Check(
            tx.new_id(), monitor.id, tx.now_us, found.level, found.n, items[-n_window], items[-1], since,
            {**found.to_json(), "since_items": _since_items(found, items)},
        )  # fmt: skip
        store.add_check(tx, check)
        subject = f"monitor/{monitor.id}"
        tx.record("drift.checked", subject=subject, level=found.level, n=found.n, check=check.id)
        if found.level not in {"quiet", monitor.level}:
            tx.record(f"drift.{found.level}", subject=subject, check=check.id, since=since, words=list(found.words))
        if found.level == "quiet" and monitor.level != "quiet":
            tx.record("drift.over", subject=subject, check=check.id)
    return check


def _since_items(found: DriftCheck, items: Sequence[str]) -> list[str] | None:
    """Ids of the earliest, likeliest and latest first item of the change; None while nothing changed."""
    if found.since is None:
        return None
    return [items[found.since.first], items[found.since.best], items[found.since.last]]
