"""`assay serve` that kills itself at armed points of trainings and rollbacks, as `kill -9` would; each point once.

    python -m tests.support.dying serve ...

A point is armed by a file of its name in the folder `GRAVES`; the file says who dies there: `self`, or `all` for the
process at the point and the one that started it (on PostgreSQL the worker and the answering process).
"""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import assay.worker
from assay.jobs import promoting, running
from assay.jobs.training import steps as training
from assay.jobs.training import trainers
from assay.promotions import actions

GRAVES = "ASSAY_TEST_GRAVES"
STEPS = ("gather", "fit", "register")
TRAINING = (
    *("before gather", "did gather", "in gather", "kept gather"),
    *("before fit", "amid fit", "did fit", "in fit", "kept fit"),
    *("before register", "did register", "in register", "kept register"),
)
BY_WATCH = ("before the watch", "in the watch", "after the watch")
BY_COMMAND = ("before the command", "in the command", "after the command")


def armed(folder: Path, point: str) -> Path:
    """The file that arms a point."""
    return folder / point.replace(" ", "-")


def arm(folder: Path, point: str, who: str = "self") -> None:
    """Let the server die when it comes to this point for the first time."""
    folder.mkdir(exist_ok=True)
    armed(folder, point).write_text(who)


def deaths(folder: Path) -> list[str]:
    """Points at which somebody has died."""
    return sorted(path.stem.replace("-", " ") for path in folder.glob("*.done"))


def _here(point: str) -> None:
    """Die, if the point is armed."""
    path = armed(Path(os.environ[GRAVES]), point)
    try:
        who = path.read_text()
        path.rename(path.with_suffix(".done"))
    except FileNotFoundError:
        return
    if who == "all":
        os.kill(os.getppid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def _around(function: Callable[..., Any], before: str = "", after: str = "") -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapped(*args: Any, **more: Any) -> Any:
        if before:
            _here(before)
        result = function(*args, **more)
        if after:
            _here(after)
        return result

    return wrapped


def set_traps() -> None:
    """Put the points where they belong; nothing dies that is not armed."""
    training.STEPS = tuple(
        _around(step, f"before {name}", f"did {name}") for step, name in zip(training.STEPS, STEPS, strict=True)
    )
    trainers.fit_linear_head = _around(trainers.fit_linear_head, after="amid fit")  # type: ignore[attr-defined]
    keep_step, advance = running.keep_step, running.advance

    def keep_and_perhaps_die(tx: Any, run: Any, *args: Any, **more: Any) -> Any:
        kept = keep_step(tx, run, *args, **more)
        if run.kind == "tags":
            _here(f"in {STEPS[run.steps_done]}")  # the transaction's body has run, nothing is committed
        return kept

    def advance_and_perhaps_die(*args: Any) -> Any:
        run = advance(*args)
        if run.kind == "tags" and run.steps_done:
            _here(f"kept {STEPS[run.steps_done - 1]}")
        return run

    running.keep_step = keep_and_perhaps_die  # type: ignore[attr-defined]
    running.advance = advance_and_perhaps_die
    promoting._roll_back = _around(promoting._roll_back, "before the watch", "after the watch")
    promoting.roll_back_in = _around(promoting.roll_back_in, after="in the watch")  # type: ignore[attr-defined]
    actions.roll_back_in = _around(actions.roll_back_in, after="in the command")


def worker() -> None:
    """The worker beside the server, with the same points."""
    set_traps()
    assay.worker.main()


def main() -> None:
    """The command, with the points."""
    from assay.api.routes import promotions  # the route holds the action by its name
    from assay.cli import main as command

    assay.worker._START = "from tests.support.dying import worker; worker()"  # type: ignore[misc]
    set_traps()
    promotions.roll_back = _around(promotions.roll_back, "before the command", "after the command")  # type: ignore[attr-defined]
    command()


if __name__ == "__main__":
    main()
