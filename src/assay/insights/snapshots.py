"""Keeps each project's overview in memory and computes it anew after something has happened, beside the pages."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson

from assay.access import Role, names_of
from assay.datasets import Work, check_gates, facts_of, gather_work
from assay.governance import Policy, policy_in
from assay.insights import store
from assay.insights.findings import look_for_habits
from assay.insights.model import Crop, CropMark, Finding, Overview
from assay.insights.overview import overview_of
from assay.insights.people import person_row
from assay.kernel.actor import system
from assay.kernel.canonical import canonical_json
from assay.kernel.estimate import Estimate
from assay.labels import current_schema_version, schema_in
from assay.queue import batch_counts
from assay.reliability import all_alarms
from assay.storage import House, Rx, newest_event

WATCHER = system("insights")
LEAST_PAUSE_S = 1.0
COST_FACTOR = 8.0
"""At most one eighth of the time goes into computing overviews, however large the project."""
MOST_REMEMBERED = 64
"""Answers to pages that are kept: classes, pairs of people, doubtful labels."""
ACCURATE_ENOUGH = 0.6
"""Whose accuracy on gold is surely below this has no practice to compare."""


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
                found = _habits(rx, work, policy)
            findings = keep_findings(self._house, project, found)
            with self._house.read(WATCHER, project) as rx:
                overview = compute(rx, work, policy, findings)
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


def _habits(rx: Rx, work: Work, policy: Policy) -> list[Finding]:
    """Practice that differs among people whose marks are mostly right."""
    good = set()
    for user, scores in work.scores.items():
        row = person_row(
            user, scores, rho=work.rho, policy=policy, paused=False, alarm=None, differs=False, n_submissions=0
        )
        if (row.accuracy.estimate.high or 0.0) > ACCURATE_ENOUGH:
            good.add(user)
    things = "objects"
    if current_schema_version(rx):
        names = [c.name.lower() for c in schema_in(rx, None).classes]
        things = names[0] if len(names) == 1 else "objects"
    return look_for_habits(rx, work.items, work.gold, things=things, people=frozenset(good))


def keep_findings(house: House, project: str, found: list[Finding]) -> list[Finding]:
    """Give findings their ids and states, keep new ones, and return all that are known."""
    with house.read(WATCHER, project) as rx:
        rows = {row.feature: row for row in store.all_findings(rx)}
    kept = []
    for finding in found:
        row = rows.pop(finding.feature, None)
        if row is not None and set(orjson.loads(row.body)["people"]) == set(finding.people):
            kept.append(replace(finding, id=row.id, state=row.state))
            continue
        kept.append(_keep(house, project, finding, row.id if row else None, row.state if row else "open"))
    return kept + [finding_of(row) for row in rows.values()]


def _keep(house: House, project: str, finding: Finding, known: str | None, state: str) -> Finding:
    with house.write(WATCHER, project, "practice differs") as tx:
        ready = replace(finding, id=known or tx.new_id(), state=state)
        body = canonical_json(asdict(ready)).decode()
        if known is None:
            store.add_finding(tx, ready.id, ready.feature, body)
        else:
            store.update_finding(tx, ready.id, body, state)
        action = "finding.found" if known is None else "finding.changed"
        tx.record(action, subject=f"finding/{ready.id}", feature=ready.feature, people=list(ready.people))
    return ready


def finding_of(row: Any) -> Finding:  # noqa: ANN401 - a database row
    """A kept finding from its row."""
    body = orjson.loads(row.body)
    crops = tuple(
        Crop(
            c["item_id"],
            c["width_px"],
            c["height_px"],
            tuple(c["bbox"]),
            tuple(CropMark(tuple(m["bbox"]), m["label_class"], m["style"], m["author"]) for m in c["marks"]),
            c["caption"],
            c["at_us"],
            tuple(c["mark"]) if c.get("mark") else None,
        )
        for c in body["crops"]
    )
    return Finding(
        id=row.id,
        feature=body["feature"],
        title=body["title"],
        people=tuple(body["people"]),
        others=tuple(body["others"]),
        value=Estimate(**body["value"]),
        reference=Estimate(**body["reference"]),
        clause_hint=body["clause_hint"],
        drafted_clause=body["drafted_clause"],
        crops=crops,
        state=row.state,
    )
