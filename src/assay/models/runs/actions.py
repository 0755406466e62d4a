"""Starting runs, keeping what their steps bring, ending them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from assay.kernel.actor import Actor
from assay.models.runs import store
from assay.models.runs.errors import RunEndedError
from assay.models.runs.model import ASKED_BY, Run, RunState
from assay.models.runs.queries import run_in
from assay.storage import House, Tx


def start_run(
    actor: Actor,
    project: str,
    kind: str,
    name: str,
    *,
    config: dict[str, Any],
    house: House,
    release_id: str = "",
    version_id: str | None = None,
    client_key: str | None = None,
) -> Run:
    """Put a piece of long work into the queue; a worker goes through its steps.

    Args:
        client_key: the caller's own name for it; the same caller's same key again is the same run.
    """
    asked_by = None if client_key is None else f"{actor.id}/{client_key}"
    key = None if asked_by is None else f"run/of/{asked_by}"
    with house.write(actor, project, f"start {kind} of {name}", key=key) as tx:
        if tx.replayed:
            return next(r for r in store.all_runs(tx) if r.config.get(ASKED_BY) == asked_by)
        settings = config if asked_by is None else {**config, ASKED_BY: asked_by}
        return queue_run(tx, kind, name, config=settings, release_id=release_id, version_id=version_id)


def queue_run(
    tx: Tx, kind: str, name: str, *, config: dict[str, Any], release_id: str = "", version_id: str | None = None
) -> Run:
    """Put a piece of long work into the queue inside the caller's transaction, with its event."""
    run = Run(
        id=tx.new_id(),
        kind=kind,
        name=name,
        release_id=release_id,
        config=config,
        state=RunState.WAITING,
        steps_done=0,
        checkpoint={},
        cpu_s=0.0,
        version_id=version_id,
        error=None,
        created_by=tx.actor.id,
        created_at_us=tx.now_us,
    )
    store.add_run(tx, run)
    tx.record("run.started", subject=run.subject, kind=kind, name=name, release=release_id or None)
    return run


def keep_step(
    tx: Tx, run: Run, checkpoint: dict[str, Any], *, cpu_s: float, lines: Sequence[str], version_id: str | None = None
) -> Run:
    """Keep what the next step brought, inside the caller's transaction, with its event.

    Args:
        run: as it was read before the step.
        checkpoint: everything further steps need.
        cpu_s: processor seconds of this step alone; the ledger books them.
        lines: for the log.

    Raises:
        RunEndedError: another process went on with it meanwhile; this step's results are dropped.
    """
    after = replace(
        run,
        state=RunState.RUNNING,
        steps_done=run.steps_done + 1,
        checkpoint=checkpoint,
        cpu_s=run.cpu_s + cpu_s,
        version_id=version_id or run.version_id,
    )
    _keep(tx, run, after)
    store.add_lines(tx, run.id, lines)
    tx.record(f"{_kind(run)}.step", subject=run.subject, step=after.steps_done, cpu_s=round(cpu_s, 3), run=run.id)
    return after


def end_run(tx: Tx, run: Run, *, error: str | None = None, lines: Sequence[str] = ()) -> Run:
    """Finish a run, or fail it with a reason, inside the caller's transaction."""
    state = RunState.FINISHED if error is None else RunState.FAILED
    ended = replace(run, state=state, error=error, finished_at_us=tx.now_us)
    _keep(tx, run, ended)
    store.add_lines(tx, run.id, [*lines, *([error] if error else [])])
    tx.record(f"{_kind(run)}.{state.value}", subject=run.subject, run=run.id, version=ended.version_id, error=error)
    return ended


def _kind(run: Run) -> str:
    return {"evaluate": "evaluation", "suggest": "suggesting", "certify": "certifying"}.get(run.kind, "training")


def _keep(tx: Tx, before: Run, after: Run) -> None:
    if not store.set_step(tx, after, before.steps_done):
        now = run_in(tx, before.id)
        raise RunEndedError(before.id, now.state.value, now.steps_done)
