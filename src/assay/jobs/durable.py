"""Durable workflows: the only place that knows DBOS, which drives work of several steps over crashes and restarts.

The truth about every process lies in the house; DBOS remembers only which step comes next, in a database of its own.
Steps run at least once, so each writes under a key of its own. A workflow never waits for people: waiting is a state in
the house, and the event that ends it starts the next workflow (docs/decisions/0006-promotions.md says why). One process
runs one set of workflows.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, SetWorkflowID

P = ParamSpec("P")
R = TypeVar("R")

EXECUTOR = "server"
"""Fixed and the same after every start: with an id by chance, a second process would run a step that is running."""
SCHEMA = "assay_flows"
FILE = "flows.db"
VERSION = "1"
"""Set by hand: by itself DBOS hashes the source, and would leave what is under way behind at every upgrade."""
_TRIES = 12
_FAILED = frozenset({"ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})


_live: list[Flows] = []


def workflow(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function of plain values be a workflow: after a crash it goes on behind the last step that finished.

    Everything that is not the same a second time (the clock, the house, anything random) belongs into a step.
    """
    return DBOS.workflow(name=name, max_recovery_attempts=1000)


def step(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function be a step: tried again when it fails, its result kept, run again only if that was not kept."""
    return DBOS.step(name=name, retries_allowed=True, interval_seconds=0.5, backoff_rate=2.0, max_attempts=_TRIES)


def flows_url(database_url: str, data: Path) -> str:
    """Where workflows remember their steps: a file beside a SQLite house, a schema beside the tables on PostgreSQL."""
    if database_url.startswith("sqlite"):
        return f"sqlite:///{data / FILE}"
    return sa.make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)


class Flows:
    """The workflows of this process; nothing runs before `launch`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._launched = False

    def launch(self) -> None:
        """Drive workflows from now on, beginning with those that a stop or crash interrupted; twice is once."""
        with self._lock:
            if self._launched:
                return
            if _live and _live[0] is not self:
                _live[0].close()  # DBOS has one instance a process; only tests run several servers in one
            config = DBOSConfig(
                name="assay",
                system_database_url=self._url,
                application_version=VERSION,
                executor_id=EXECUTOR,
                dbos_system_schema=SCHEMA,
                log_level="ERROR",
                sys_db_pool_size=5,
            )
            logging.getLogger("dbos").setLevel(logging.ERROR)
            DBOS(config=config)
            DBOS.launch()
            self._launched = True
            _live[:] = [self]

    def start(self, function: Callable[P, Any], flow_id: str, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Begin a workflow under this id; False when there is one already, whatever its state."""
        self.launch()
        if DBOS.get_workflow_status(flow_id) is not None:
            return False
        with SetWorkflowID(flow_id):
            DBOS.start_workflow(function, *args, **kwargs)
        return True

    def state(self, flow_id: str) -> str | None:
        """`running`, `done`, `failed`; None when there is none of this id."""
        self.launch()
        found = DBOS.get_workflow_status(flow_id)
        if found is None:
            return None
        return "done" if found.status == "SUCCESS" else "failed" if found.status in _FAILED else "running"

    def close(self) -> None:
        """Stop driving; whatever is under way goes on at the next launch, behind its last finished step."""
        with self._lock:
            if self._launched:
                DBOS.destroy(workflow_completion_timeout_sec=0)
                self._launched = False
                _live.clear()
