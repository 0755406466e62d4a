"""Runs as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

ASKED_BY = "asked_by"
"""In a run's settings: the key under which it was asked for, where it must not be made twice."""


class RunState(StrEnum):
    """How far a run has got."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of long work.

    Attributes:
        kind: the trainer's name, or `evaluate`, `suggest`.
        name: of the model that is made or asked.
        release_id: what is trained on; empty for other work.
        steps_done: steps whose results are kept; a new start goes on after them.
        checkpoint: what the steps hand to each other: small values and hashes of blobs.
        cpu_s: processor seconds so far.
        version_id: the version it made or asked.
        error: why it failed, as a sentence.
    """

    id: str
    kind: str
    name: str
    release_id: str
    config: dict[str, Any]
    state: RunState
    steps_done: int
    checkpoint: dict[str, Any]
    cpu_s: float
    version_id: str | None
    error: str | None
    created_by: str
    created_at_us: int
    started_at_us: int | None = None
    finished_at_us: int | None = None

    @property
    def subject(self) -> str:
        """What events name."""
        return f"run/{self.id}"

    @property
    def settings(self) -> dict[str, Any]:
        """What was set, without the key under which it was asked for."""
        return {name: value for name, value in self.config.items() if name != ASKED_BY}

    @property
    def is_open(self) -> bool:
        """Whether there is something left to do."""
        return self.state in {RunState.WAITING, RunState.RUNNING}
