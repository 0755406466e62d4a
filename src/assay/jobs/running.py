"""Goes through the runs of models step by step; what was done before a crash is not done again."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assay.jobs.importing import Places
from assay.jobs.suggesting.make import Servers
from assay.jobs.suggesting.pictures import PictureReader
from assay.kernel.actor import Actor, system
from assay.kernel.errors import AssayError, UnavailableError
from assay.models.runs import Run, end_run, keep_step, open_runs, run_in
from assay.storage import Blobs, House, StoreAwayError, Tx, WriteConflictError

logger = logging.getLogger(__name__)

KEEPER = system("models")
PATIENCE_S = 5.0
"""Wait between looks for work, when nobody says that there is some."""
TRIES = 3
"""How often a step is tried that fails because something is away."""


@dataclass(frozen=True, slots=True)
class StepDone:
    """What a step brought.

    Attributes:
        checkpoint: for the steps after it.
        lines: for the log.
        inside: done in the transaction that keeps the step; gives the id of the version it made or None.
        cpu_s: processor seconds of other processes that the step took.
    """

    checkpoint: dict[str, Any]
    lines: Sequence[str]
    inside: Callable[[Tx], str | None] | None = None
    cpu_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Tools:
    """What steps work with.

    Attributes:
        trainers: those the administrator added, by name.
    """

    house: House
    blobs: Blobs
    places: Places
    servers: Servers = field(default_factory=Servers)
    trainers: Mapping[str, Any] = field(default_factory=dict)
    actor: Actor = KEEPER

    def reader(self, project: str) -> PictureReader:
        """Reads the pictures of a project."""
        return PictureReader(self.house, self.blobs, self.places, self.actor, project)


Step = Callable[[Run, str, Tools], StepDone]
StepsOf = Callable[[str], Sequence[Step]]


def advance(project: str, run_id: str, steps: Sequence[Step], tools: Tools) -> Run:
    """Do a run's next step and keep what it brought; a run whose steps are all done ends.

    Killed at any moment, it goes on from the last step kept: the step's results and its number change in one
    transaction under a key of their own, so that a step counts once however often it was tried.

    Raises:
        RunEndedError: another process went on with the run meanwhile.
    """
    with tools.house.read(tools.actor, project) as rx:
        run = run_in(rx, run_id)
    if not run.is_open:
        return run
    began = time.thread_time()
    try:
        done = steps[run.steps_done](run, project, tools)
    except (StoreAwayError, WriteConflictError):
        raise
    except AssayError as error:
        if isinstance(error, UnavailableError) and _tried(run) + 1 < TRIES:
            raise
        return _fail(project, run, f"{error.message} {error.hint}".strip(), tools)
    except Exception as error:
        logger.exception("a step of run %s failed", run_id)
        return _fail(project, run, f"Step {run.steps_done + 1} failed inside Assay ({type(error).__name__}).", tools)
    cpu_s = time.thread_time() - began + done.cpu_s
    why = f"step {run.steps_done + 1} of {run.kind}"
    with tools.house.write(tools.actor, project, why, key=f"run/{run.id}/{run.steps_done + 1}") as tx:
        if tx.replayed:
            return run_in(tx, run.id)
        version = done.inside(tx) if done.inside else None
        kept = keep_step(tx, run, done.checkpoint, cpu_s=cpu_s, lines=done.lines, version_id=version)
        return end_run(tx, kept) if kept.steps_done == len(steps) else kept


def _tried(run: Run) -> int:
    return _tries.get(run.id, 0)


_tries: dict[str, int] = {}


def _fail(project: str, run: Run, error: str, tools: Tools) -> Run:
    with tools.house.write(tools.actor, project, f"{run.kind} failed") as tx:
        return end_run(tx, run, error=error)


class ModelDesk:
    """Works through runs on a thread of its own, oldest first."""

    def __init__(self, tools: Tools, steps_of: StepsOf) -> None:
        self.tools = tools
        self._steps_of = steps_of
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; runs that were under way when the server ended go on."""
        self._thread = threading.Thread(target=self._loop, name="models", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the step in hand, if it is a short one, and stop; a long one is done again by the next start."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def wake(self) -> None:
        """Say that there is work."""
        self._wake.set()

    def work(self) -> int:
        """Go through everything that waits, on the caller's thread; returns how many runs ended."""
        with self.tools.house.read(self.tools.actor, None) as rx:
            waiting = open_runs(rx)
        return sum(self._whole(project, run_id) for project, run_id in waiting)

    def _whole(self, project: str, run_id: str) -> bool:
        """Do one run's steps until it ends; False when it has to wait."""
        while not self._stop.is_set():
            with self.tools.house.read(self.tools.actor, project) as rx:
                run = run_in(rx, run_id)
            if not run.is_open:
                _tries.pop(run_id, None)
                return True
            try:
                advance(project, run_id, self._steps_of(run.kind), self.tools)
            except UnavailableError:
                _tries[run_id] = _tries.get(run_id, 0) + 1
                logger.warning("run %s waits: something is away", run_id)
                return False
        return False

    def _loop(self) -> None:
        self._wake.set()
        while not self._stop.is_set():
            self._wake.wait(PATIENCE_S)
            self._wake.clear()
            try:
                self.work()
            except Exception:
                logger.exception("runs of models could not be worked on; they are tried again")
                self._stop.wait(2.0)
