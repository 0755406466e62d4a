"""A house does the same as a plain model of it, whatever sequence of changes, failures, retries and restarts comes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.contract.storage.tables import ANNA, P, Q, add_note, names, open_storage

from assay.kernel.clock import FixedClock
from assay.storage import Head, House, UnauditedWriteError, WriteConflictError, check_log, read_head, seal
from assay.storage.events import events

NAMES = st.sampled_from("abcde")
PROJECTS = st.sampled_from([P, Q])
KEYS = st.sampled_from(["k1", "k2", "k3"])


class HouseMachine(RuleBasedStateMachine):
    """Runs each step on a house and on three Python sets."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._url = f"sqlite:///{Path(self._folder.name) / 'house.db'}"
        self._open()
        self._notes: set[tuple[str, str]] = set()
        self._keys: set[tuple[str, str]] = set()
        self._events = 0
        self._heads: list[Head] = []

    def _open(self) -> None:
        self.house: House = open_storage(self._url, FixedClock())

    def _add(self, project: str, name: str, key: str | None) -> None:
        with self.house.write(ANNA, project, "add", key=key) as tx:
            assert tx.replayed == ((project, key) in self._keys)
            if not tx.replayed:
                add_note(tx, name)

    @rule(project=PROJECTS, name=NAMES, key=st.none() | KEYS)
    def add(self, project: str, name: str, key: str | None) -> None:
        replayed = (project, key) in self._keys
        clash = not replayed and (project, name) in self._notes
        try:
            self._add(project, name, key)
        except WriteConflictError:
            assert clash
            return
        assert not clash
        if replayed:
            return
        self._notes.add((project, name))
        self._events += 1
        if key is not None:
            self._keys.add((project, key))

    @rule(project=PROJECTS, name=NAMES, key=st.none() | KEYS, silent=st.booleans())
    def fail(self, project: str, name: str, key: str | None, *, silent: bool) -> None:
        try:
            with self.house.write(ANNA, project, "fail", key=key) as tx:
                if not tx.replayed:
                    add_note(tx, name)
                if silent:
                    tx.events.clear()
                else:
                    _ = 1 // 0
        except (ZeroDivisionError, WriteConflictError, UnauditedWriteError):
            return
        assert (project, key) in self._keys

    @rule()
    def seal(self) -> None:
        seal(self.house)
        self._heads.append(read_head(self.house))

    @precondition(lambda self: self._heads)
    @rule(data=st.data())
    def check(self, data: Any) -> None:
        trusted = data.draw(st.sampled_from(self._heads))
        assert check_log(self.house, trusted=trusted) == self._heads[-1]

    @rule()
    def restart(self) -> None:
        self.house.close()
        self._open()

    @invariant()
    def the_house_holds_what_the_model_holds(self) -> None:
        for project in (P, Q):
            assert names(self.house, project) == sorted(name for p, name in self._notes if p == project)
        with self.house.database.reading() as connection:
            assert connection.execute(sa.select(sa.func.count()).select_from(events)).scalar() == self._events

    def teardown(self) -> None:
        self.house.close()
        self._folder.cleanup()


TestHouse = HouseMachine.TestCase
TestHouse.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
