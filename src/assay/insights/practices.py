"""Keeps each project's findings up to date beside the pages: looked for anew as answers come in, or when asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from assay.access import names_of
from assay.annotations import count_by_author
from assay.governance import policy_in
from assay.insights import store
from assay.insights.comparing import compare, load_answers
from assay.insights.kept import body_of, finding_of, key_of, looked_of
from assay.insights.model import Finding, Looked
from assay.kernel.actor import system
from assay.storage import House, Rx, Tx

WATCHER = system("insights")
LEAST_PAUSE_S = 3.0
COST_FACTOR = 10.0
"""At most a tenth of the time goes into comparing practice, however large the project."""
GROWTH = 1.1
"""Look again when there is a tenth more to see, or after `LONGEST_S` when there is anything new."""
LONGEST_S = 600.0
LOOKED = "practice"  # the one row that says when


@dataclass(frozen=True, slots=True)
class _Last:
    """What is remembered of the last look at a project."""

    n_answers: int
    cost_s: float
    done_at_s: float


class Practices:
    """Who looks for practice that differs, and when.

    Args:
        house: where.
        projects: ids of the projects that anybody is interested in.
        seconds: a clock that only runs forward.
    """

    def __init__(
        self, house: House, projects: Callable[[], Iterable[str]], seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._house, self._projects, self._seconds = house, projects, seconds
        self._last: dict[str, _Last] = {}
        self._asked: set[str] = set()
        self._lock = threading.Lock()

    def ask(self, project: str) -> None:
        """Have a project looked at as soon as may be."""
        self._asked.add(project)

    def refresh(self) -> int:
        """Look at every project that was asked for or has changed enough; returns how many."""
        due = [project for project in {*self._projects(), *self._asked} if self._is_due(project)]
        for project in due:
            self.look(project)
        return len(due)

    def look(self, project: str) -> None:
        """Compare practice now, and keep what is found."""
        with self._lock:
            self._asked.discard(project)
            began = self._seconds()
            with self._house.read(WATCHER, project) as rx:
                n_answers = _count(rx)
                answers, now_us = load_answers(rx, policy_in(rx), n_answers), rx.now_us
            rng = np.random.default_rng([len(answers.items), n_answers])
            found, looked = compare(answers, rng, now_us)
            keep(self._house, project, found, looked)
            ended = self._seconds()
            self._last[project] = _Last(n_answers, ended - began, ended)

    def _is_due(self, project: str) -> bool:
        if project in self._asked:
            return True
        last = self._last.get(project)
        idle = np.inf if last is None else self._seconds() - last.done_at_s
        if last is not None and idle < max(LEAST_PAUSE_S, COST_FACTOR * last.cost_s):
            return False
        with self._house.read(WATCHER, project) as rx:
            n_answers = _count(rx)
            before = last_look(rx) if last is None else None
        if before is not None:  # by another process, or before this one started
            last = self._last[project] = _Last(before.n_answers, 0.0, self._seconds())
            idle = 0.0
        if last is None:
            return n_answers > 0
        return n_answers >= GROWTH * last.n_answers + 1 or (idle >= LONGEST_S and n_answers != last.n_answers)


def _count(rx: Rx) -> int:
    """How many answers the members have handed in."""
    return sum(count_by_author(rx, sorted(names_of(rx))).values())


def keep(house: House, project: str, found: list[Finding], looked: Looked) -> None:
    """Keep what was found: new ones are added, known ones renewed under their id, open ones that are seen no longer go.

    A finding that was published or set aside stays so; one whose sides changed is open again.
    """
    with house.write(WATCHER, project, "practice was compared") as tx:
        rows = {row.feature: row for row in store.all_findings(tx)}
        for finding in found:
            _keep_one(tx, finding, rows.pop(key_of(finding.feature), None))
        for row in rows.values():
            if row.state == "open":
                store.update_finding(tx, row.id, row.body, "gone")
                tx.record("finding.gone", subject=f"finding/{row.id}", feature=finding_of(row).feature)
        last = store.find_last_look(tx)
        if last is None:
            store.add_finding(tx, tx.new_id(), LOOKED, body_of(looked), kind=store.LOOKED)
        else:
            store.update_finding(tx, last.id, body_of(looked), "open")
        tx.record("practice.compared", subject=f"project/{project}", answers=looked.n_answers, found=len(found))


def _keep_one(tx: Tx, finding: Finding, known: object | None) -> None:
    if known is None:
        ready = replace(finding, id=tx.new_id())
        store.add_finding(tx, ready.id, key_of(ready.feature), body_of(ready))
        tx.record("finding.found", subject=f"finding/{ready.id}", **_facts(ready))
        return
    before = finding_of(known)
    moved = [set(s.people) for s in before.sides] != [set(s.people) for s in finding.sides]
    reopened = before.state == "gone" or (before.state != "open" and moved)
    ready = replace(finding, id=before.id, state="open" if reopened else before.state)
    store.update_finding(tx, ready.id, body_of(ready), ready.state)
    if moved or reopened:
        tx.record("finding.changed", subject=f"finding/{ready.id}", **_facts(ready))


def _facts(finding: Finding) -> dict[str, object]:
    return {"feature": finding.feature, "form": finding.form, "people": list(finding.people)}


def findings_in(rx: Rx) -> list[Finding]:
    """Every finding that is open, published or set aside, splits first, then one person apart, then spreads."""
    order = {"split": 0, "one_apart": 1, "spread": 2}
    rows = [finding_of(row) for row in store.all_findings(rx) if row.state != "gone"]
    return sorted(rows, key=lambda f: (f.state != "open", order[f.form], f.p_value, f.feature))


def last_look(rx: Rx) -> Looked | None:
    """When practice was last compared and what could be judged; None before the first time."""
    row = store.find_last_look(rx)
    return None if row is None else looked_of(row)
