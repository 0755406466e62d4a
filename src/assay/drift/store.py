"""Monitors, their checks and diagnoses: tables and queries."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from assay.drift.model import Capsule, Check, Monitor
from assay.kernel.canonical import canonical_json
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT, document, identifier, instant, metadata, project_id

monitors = sa.Table(
    "monitors",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # watching, stopped
    sa.Column("level", sa.String(16), nullable=False),  # quiet, notice, alarm
    sa.Column("embedding", sa.String(64), nullable=False),  # dataset of the lake
    sa.Column("window_items", sa.Integer, nullable=False),
    sa.Column("harm_line", sa.Float, nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    document("reference"),  # ids of the reference's items
    identifier("seen_item_id"),  # newest item of the last check, or of the reference
    identifier("created_by"),
    instant("created_at_us"),
    sa.Index("ix_monitors_project", "project_id", "id"),
)

drift_checks = sa.Table(
    "drift_checks",
    metadata,
    identifier(primary_key=True),
    project_id(),
    identifier("monitor_id"),
    instant("at_us"),
    sa.Column("level", sa.String(16), nullable=False),
    sa.Column("n_items", sa.Integer, nullable=False),
    identifier("first_item_id"),
    identifier("last_item_id"),
    identifier("since_item_id", nullable=True),
    document("result"),
    sa.Index("ix_drift_checks_monitor", "project_id", "monitor_id", "id"),
)

diagnoses = sa.Table(
    "diagnoses",
    metadata,
    identifier(primary_key=True),
    project_id(),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # asked, concluded
    identifier("monitor_id", nullable=True),
    identifier("batch_id"),
    document("spec"),  # which items are current, which archived; never shown to annotators
    document("result", nullable=True),
    identifier("created_by"),
    instant("created_at_us"),
    instant("concluded_at_us", nullable=True),
    sa.Index("ix_diagnoses_project", "project_id", "id"),
)

_monitors = (
    sa.select(monitors)
    .where(monitors.c.project_id == PROJECT, monitors.c.id > sa.bindparam("after"))
    .order_by(monitors.c.id)
    .limit(sa.bindparam("most"))
)
_monitor = sa.select(monitors).where(monitors.c.project_id == PROJECT, monitors.c.id == sa.bindparam("monitor"))
_watching = (
    sa.select(monitors.c.project_id, monitors.c.id).where(monitors.c.state == "watching").order_by(monitors.c.id)
)
_seen = (
    sa.update(monitors)
    .where(monitors.c.project_id == PROJECT, monitors.c.id == sa.bindparam("monitor"))
    .values(seen_item_id=sa.bindparam("seen"), level=sa.bindparam("new_level"))
)
_set_state = (
    sa.update(monitors)
    .where(monitors.c.project_id == PROJECT, monitors.c.id == sa.bindparam("monitor"))
    .values(state=sa.bindparam("new_state"))
)
_checks = (
    sa.select(drift_checks)
    .where(
        drift_checks.c.project_id == PROJECT,
        drift_checks.c.monitor_id == sa.bindparam("monitor"),
        drift_checks.c.id < sa.bindparam("before"),
    )
    .order_by(drift_checks.c.id.desc())
    .limit(sa.bindparam("most"))
)
_check = sa.select(drift_checks).where(
    drift_checks.c.project_id == PROJECT,
    drift_checks.c.monitor_id == sa.bindparam("monitor"),
    drift_checks.c.id == sa.bindparam("wanted"),
)
_diagnoses = (
    sa.select(diagnoses)
    .where(diagnoses.c.project_id == PROJECT, diagnoses.c.id < sa.bindparam("before"))
    .order_by(diagnoses.c.id.desc())
    .limit(sa.bindparam("most"))
)
_diagnosis = sa.select(diagnoses).where(diagnoses.c.project_id == PROJECT, diagnoses.c.id == sa.bindparam("diagnosis"))
_conclude = (
    sa.update(diagnoses)
    .where(diagnoses.c.project_id == PROJECT, diagnoses.c.id == sa.bindparam("diagnosis"), diagnoses.c.state == "asked")
    .values(state="concluded", result=sa.bindparam("new_result"), concluded_at_us=sa.bindparam("at"))
)


def add_monitor(tx: Tx, value: Monitor) -> None:
    """Keep a fresh monitor."""
    tx.insert(
        monitors,
        {
            "id": value.id,
            "name": value.name,
            "state": value.state,
            "level": value.level,
            "embedding": value.embedding,
            "window_items": value.window,
            "harm_line": value.harm_line,
            "seed": value.seed,
            "reference": canonical_json(list(value.reference)).decode(),
            "seen_item_id": value.seen_item_id,
            "created_by": tx.actor.id,
            "created_at_us": value.created_at_us,
        },
    )


def monitors_after(rx: Rx, after: str, limit: int) -> list[Monitor]:
    """Monitors, oldest first; `after` is an id, or an empty string to begin."""
    return [_monitor_of(row) for row in rx.rows(_monitors, after=after, most=limit)]


def find_monitor(rx: Rx, monitor_id: str) -> Monitor | None:
    """One monitor."""
    row = rx.first(_monitor, monitor=monitor_id)
    return None if row is None else _monitor_of(row)


def watching(rx: Rx) -> list[tuple[str, str]]:
    """Monitors that watch, of any project: project and monitor."""
    return [(row.project_id, row.id) for row in rx.rows(_watching)]


def set_monitor_state(tx: Tx, monitor_id: str, state: str) -> None:
    """Watch, or stop."""
    tx.change(_set_state, monitor=monitor_id, new_state=state)


def add_check(tx: Tx, value: Check) -> None:
    """Keep a check and move the monitor on."""
    tx.insert(
        drift_checks,
        {
            "id": value.id,
            "monitor_id": value.monitor_id,
            "at_us": value.at_us,
            "level": value.level,
            "n_items": value.n_items,
            "first_item_id": value.first_item_id,
            "last_item_id": value.last_item_id,
            "since_item_id": value.since_item_id,
            "result": canonical_json(dict(value.result)).decode(),
        },
    )
    tx.change(_seen, monitor=value.monitor_id, seen=value.last_item_id, new_level=value.level)


def checks_of(rx: Rx, monitor_id: str, *, before: str, limit: int) -> list[Check]:
    """A monitor's checks, newest first; `before` is an id, or a string that sorts behind all."""
    return [_check_of(row) for row in rx.rows(_checks, monitor=monitor_id, before=before, most=limit)]


def find_check(rx: Rx, monitor_id: str, check_id: str) -> Check | None:
    """One check of a monitor."""
    row = rx.first(_check, monitor=monitor_id, wanted=check_id)
    return None if row is None else _check_of(row)


def add_diagnosis(tx: Tx, value: Capsule) -> None:
    """Keep a question that experts are to answer."""
    tx.insert(
        diagnoses,
        {
            "id": value.id,
            "name": value.name,
            "state": value.state,
            "monitor_id": value.monitor_id,
            "batch_id": value.batch_id,
            "spec": canonical_json(dict(value.spec)).decode(),
            "result": None,
            "created_by": tx.actor.id,
            "created_at_us": value.created_at_us,
            "concluded_at_us": None,
        },
    )


def diagnoses_before(rx: Rx, before: str, limit: int) -> list[Capsule]:
    """Diagnoses, newest first; `before` is an id, or a string that sorts behind all."""
    return [_capsule_of(row) for row in rx.rows(_diagnoses, before=before, most=limit)]


def find_diagnosis(rx: Rx, diagnosis_id: str) -> Capsule | None:
    """One diagnosis."""
    row = rx.first(_diagnosis, diagnosis=diagnosis_id)
    return None if row is None else _capsule_of(row)


def conclude(tx: Tx, diagnosis_id: str, result: dict[str, Any]) -> bool:
    """Keep the answer; False when it has one."""
    text = canonical_json(result).decode()
    return tx.change(_conclude, diagnosis=diagnosis_id, new_result=text, at=tx.now_us) == 1


def _monitor_of(row: Any) -> Monitor:  # noqa: ANN401 - a database row
    return Monitor(
        id=row.id,
        name=row.name,
        state=row.state,
        level=row.level,
        embedding=row.embedding,
        window=row.window_items,
        harm_line=row.harm_line,
        seed=row.seed,
        reference=tuple(json.loads(row.reference)),
        seen_item_id=row.seen_item_id,
        created_at_us=row.created_at_us,
    )


def _check_of(row: Any) -> Check:  # noqa: ANN401 - a database row
    return Check(
        id=row.id,
        monitor_id=row.monitor_id,
        at_us=row.at_us,
        level=row.level,
        n_items=row.n_items,
        first_item_id=row.first_item_id,
        last_item_id=row.last_item_id,
        since_item_id=row.since_item_id,
        result=json.loads(row.result),
    )


def _capsule_of(row: Any) -> Capsule:  # noqa: ANN401 - a database row
    return Capsule(
        id=row.id,
        name=row.name,
        state=row.state,
        monitor_id=row.monitor_id,
        batch_id=row.batch_id,
        spec=json.loads(row.spec),
        result=None if row.result is None else json.loads(row.result),
        created_at_us=row.created_at_us,
        concluded_at_us=row.concluded_at_us,
    )
