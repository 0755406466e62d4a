"""Keeps each project's overview in memory and computes it anew after something has happened, beside the pages."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assay.access import Role, names_of
from assay.datasets import Work, check_gates, facts_of, gather_work
from assay.governance import Policy, policy_in
from assay.insights.model import Finding, Overview
from assay.insights.overview import overview_of
from assay.insights.practices import findings_in
from assay.kernel.actor import system
from assay.queue import batch_counts
from assay.reliability import all_alarms
from assay.storage import House, Rx, newest_event

WATCHER = system("insights")
LEAST_PAUSE_S = 1.0
COST_FACTOR = 8.0
"""At most one eighth of the time goes into computing overviews, however large the project."""
MOST_REMEMBERED = 64
"""Answers to pages that are kept: classes, pairs of people, doubtful labels."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was computed, and from which event on it is out of date."""

    overview: Overview
    policy: Policy
    rho: float
    event_id: str
    cost_s: float
    done_at_s: float


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a page asked for, and from which event on it is out of date."""

    value: Any
    event_id: str
    cost_s: float
    done_at_s: float


class Snapshots:
    """The overviews of all projects of a house."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._kept: dict[str, Snapshot] = {}
        self._lock = threading.Lock()
        self._asked: OrderedDict[tuple[str, str], _Asked] = OrderedDict()

    def remembered(self, project: str, name: str, look: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever was asked
        """What `look` finds, kept while nothing happens, and for eight times as long as it took while things do."""
        event_id, began = newest_event(self._house, project), time.monotonic()
        kept = self._asked.get((project, name))
        if kept is not None and (kept.event_id == event_id or began - kept.done_at_s < COST_FACTOR * kept.cost_s):
            return kept.value
        value = look()
        ended = time.monotonic()
        with self._lock:
            self._asked[project, name] = _Asked(value, event_id, ended - began, ended)
            self._asked.move_to_end((project, name))
            while len(self._asked) > MOST_REMEMBERED:
                self._asked.popitem(last=False)
        return value

    def refresh(self) -> int:
        """Compute what is out of date and whose turn it is; returns how many projects."""
        done = 0
        for project in list(self._kept):
            kept = self._kept[project]
            pause = max(LEAST_PAUSE_S, COST_FACTOR * kept.cost_s)
            if time.monotonic() - kept.done_at_s >= pause and newest_event(self._house, project) != kept.event_id:
                self._compute(project)
                done += 1
        return done

    def projects(self) -> list[str]:
        """Projects whose overview anybody has asked for."""
        return list(self._kept)

    def get(self, project: str) -> Snapshot:
        """A project's snapshot; the first time it is asked for, the caller waits for it."""
        kept = self._kept.get(project)
        return kept if kept is not None else self._compute(project)

    def fresh(self, project: str) -> Snapshot:
        """A snapshot of this very moment, for a decision rather than a glance."""
        kept = self._kept.get(project)
        if kept is not None and newest_event(self._house, project) == kept.event_id:
            return kept
        return self._compute(project)

    def _compute(self, project: str) -> Snapshot:
        with self._lock:
            began = time.monotonic()
            event_id = newest_event(self._house, project)
            with self._house.read(WATCHER, project) as rx:
                policy = policy_in(rx)
                work = gather_work(rx, policy)
                overview = compute(rx, work, policy, findings_in(rx))
            ended = time.monotonic()
            snapshot = Snapshot(overview, policy, work.rho, event_id, ended - began, ended)
            self._kept[project] = snapshot
        return snapshot


def compute(rx: Rx, work: Work, policy: Policy, findings: list[Finding]) -> Overview:
    """The overview from what was counted."""
    facts = facts_of(rx, work, policy)
    members = names_of(rx)
    annotators = sorted({u for u, m in members.items() if Role.ANNOTATOR in m.roles} | set(work.scores))
    counts = batch_counts(rx).values()
    return overview_of(
        work,
        facts,
        check_gates(facts, policy),
        policy=policy,
        alarms=all_alarms(rx),
        paused=frozenset(u for u, m in members.items() if m.state == "paused"),
        annotators=[u for u in annotators if u in members],
        findings=findings,
        wanted=sum(int(c.n_wanted) for c in counts),
        answers=sum(int(c.n_answers) for c in counts),
        now_us=rx.now_us,
    )
