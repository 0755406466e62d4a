"""Runs and their logs: queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assay.kernel.canonical import canonical_json
from assay.kernel.ids import AFTER_EVERY_ID
from assay.models.runs.model import Run, RunState
from assay.models.store import training_log, training_runs
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT

OPEN = ("waiting", "running")

_one = sa.select(training_runs).where(training_runs.c.project_id == PROJECT, training_runs.c.id == sa.bindparam("run"))
_all = sa.select(training_runs).where(training_runs.c.project_id == PROJECT).order_by(training_runs.c.id.desc())
_before = (
    sa.select(training_runs)
    .where(training_runs.c.project_id == PROJECT, training_runs.c.id < sa.bindparam("before_id"))
    .order_by(training_runs.c.id.desc())
    .limit(sa.bindparam("n"))
)
_open = (
    sa.select(training_runs.c.project_id, training_runs.c.id)
    .where(training_runs.c.state.in_(OPEN))
    .order_by(training_runs.c.id)
)
_step = (
    sa.update(training_runs)
    .where(
        training_runs.c.project_id == PROJECT,
        training_runs.c.id == sa.bindparam("run"),
        training_runs.c.state.in_(OPEN),
        training_runs.c.steps_done == sa.bindparam("before"),
    )
    .values(
        state=sa.bindparam("new_state"),
        steps_done=sa.bindparam("after"),
        checkpoint=sa.bindparam("new_checkpoint"),
        cpu_s=training_runs.c.cpu_s + sa.bindparam("more_cpu_s"),
        version_id=sa.bindparam("version"),
        error=sa.bindparam("why"),
        started_at_us=sa.func.coalesce(training_runs.c.started_at_us, sa.bindparam("now")),
        finished_at_us=sa.bindparam("finished"),
    )
)
_log = (
    sa.select(training_log)
    .where(training_log.c.project_id == PROJECT, training_log.c.run_id == sa.bindparam("run"))
    .order_by(training_log.c.line_no)
)
_tail = (
    sa.select(training_log)
    .where(
        training_log.c.project_id == PROJECT,
        training_log.c.run_id == sa.bindparam("run"),
        training_log.c.line_no >= sa.bindparam("first"),
    )
    .order_by(training_log.c.line_no)
)
_last_line = sa.select(sa.func.max(training_log.c.line_no)).where(
    training_log.c.project_id == PROJECT, training_log.c.run_id == sa.bindparam("run")
)


def find_run(rx: Rx, run_id: str) -> Run | None:
    """One run."""
    row = rx.first(_one, run=run_id)
    return None if row is None else _run(row)


def all_runs(rx: Rx) -> list[Run]:
    """Every run, newest first."""
    return [_run(row) for row in rx.rows(_all)]


def runs_before(rx: Rx, before: str, n: int) -> list[Run]:
    """Runs begun before the id `before` (empty for the newest), newest first, at most `n`."""
    return [_run(row) for row in rx.rows(_before, before_id=before or AFTER_EVERY_ID, n=n)]


def open_runs(rx: Rx) -> list[tuple[str, str]]:
    """Runs to go on with, of any project: project and run, oldest first."""
    return [(row.project_id, row.id) for row in rx.rows(_open)]


def add_run(tx: Tx, run: Run) -> None:
    """Keep a fresh run."""
    tx.insert(
        training_runs,
        {
            "id": run.id,
            "trainer": run.kind,
            "name": run.name,
            "release_id": run.release_id,
            "config": canonical_json(run.config).decode(),
            "state": run.state.value,
            "steps_done": 0,
            "cpu_s": 0.0,
            "version_id": run.version_id,
            "created_by": run.created_by,
            "created_at_us": run.created_at_us,
        },
    )


def set_step(tx: Tx, run: Run, before: int) -> bool:
    """Keep what a step brought; False when the run is not at that step any more."""
    held = find_run(tx, run.id)
    changed = tx.change(
        _step,
        run=run.id,
        before=before,
        after=run.steps_done,
        new_state=run.state.value,
        new_checkpoint=canonical_json(run.checkpoint).decode(),
        more_cpu_s=run.cpu_s - (held.cpu_s if held else 0.0),
        version=run.version_id,
        why=run.error,
        now=tx.now_us,
        finished=run.finished_at_us,
    )
    return changed == 1


def add_lines(tx: Tx, run_id: str, lines: Sequence[str]) -> None:
    """Put lines at the end of a run's log."""
    last = tx.value(_last_line, run=run_id)
    start = 0 if last is None else last + 1
    rows = [
        {"run_id": run_id, "line_no": start + n, "at_us": tx.now_us, "text": text[:2000]}
        for n, text in enumerate(lines)
    ]
    tx.insert(training_log, rows)


def run_log(rx: Rx, run_id: str) -> list[tuple[int, str]]:
    """A run's log: instant and text."""
    return [(row.at_us, row.text) for row in rx.rows(_log, run=run_id)]


def log_tail(rx: Rx, run_id: str, n: int) -> tuple[list[str], int]:
    """The last lines of a run's log, at most `n`, and how many it has in all."""
    last = rx.value(_last_line, run=run_id)
    total = 0 if last is None else last + 1
    return [row.text for row in rx.rows(_tail, run=run_id, first=max(0, total - n))], total


def _run(row: Any) -> Run:  # noqa: ANN401 - a database row
    return Run(
        id=row.id,
        kind=row.trainer,
        name=row.name,
        release_id=row.release_id,
        config=json.loads(row.config),
        state=RunState(row.state),
        steps_done=row.steps_done,
        checkpoint=json.loads(row.checkpoint) if row.checkpoint else {},
        cpu_s=row.cpu_s,
        version_id=row.version_id,
        error=row.error,
        created_by=row.created_by,
        created_at_us=row.created_at_us,
        started_at_us=row.started_at_us,
        finished_at_us=row.finished_at_us,
    )
