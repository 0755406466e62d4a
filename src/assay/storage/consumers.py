"""Consumers follow the event table: each has a cursor, and handles an event at least once."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from assay.storage.events import Event, consumer_cursors, events
from assay.storage.house import House, event_of
from assay.storage.log import SEAL_AT_ONCE, seal

logger = logging.getLogger(__name__)

PAGE = 500
IDLE_S = 0.25
GATHER_S = 0.1
"""Wait after a change before a round, so that a burst of changes pays its fixed price once."""
BACK_OFF_S = 2.0


_move = (
    sa.update(consumer_cursors)
    .where(
        consumer_cursors.c.name.in_(sa.bindparam("names", expanding=True)), consumer_cursors.c.seq < sa.bindparam("to")
    )
    .values(seq=sa.bindparam("to"), at_us=sa.bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class Consumer:
    """Something that follows changes.

    Attributes:
        name: unique; names its cursor, so never reuse it for another purpose.
        actions: events it wants; others only move its cursor.
        handle: does the work for one event, by `house.write(key=f"{name}/{event.id}")`, so that twice is once.
    """

    name: str
    actions: frozenset[str]
    handle: Callable[[House, Event], None]


class ConsumerRunner:
    """Seals events and hands them to the consumers, on a thread of its own.

    A consumer that fails stays at its event and tries again after a while; the others go on. Cursors are written once
    a round, so after a crash the last events are handled again.
    """

    def __init__(self, house: House, consumers: Sequence[Consumer]) -> None:
        names = [c.name for c in consumers]
        if len(set(names)) != len(names):
            raise ValueError(f"Two consumers share a name: {sorted(names)}.")
        self._house = house
        self._consumers = list(consumers)
        self._cursors: dict[str, int] | None = None
        self._moved: dict[str, int] = {}
        self._retry_at_s: dict[str, float] = {}
        self._round = threading.Lock()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to follow."""
        self._house.on_commit(self._wake.set)
        self._thread = threading.Thread(target=self._loop, name="consumers", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the event in hand and stop."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=30)

    def catch_up(self) -> int:
        """Handle everything there is now, on the caller's thread; returns how many events the consumers looked at.

        Raises:
            Exception: the first thing a consumer raised, after the others had their turn.
        """
        handled = 0
        while True:
            with self._round:
                sealed, done, failure = self._one_round(patient=False)
            handled += done
            if failure is not None:
                raise failure
            if not sealed and not done:
                return handled

    def lags(self) -> dict[str, int]:
        """Events each consumer has still to look at, those among them that are not sealed yet."""
        with self._house.database.reading() as connection:
            newest = connection.execute(sa.select(sa.func.max(events.c.seq))).scalar()
            at = {row.name: row.seq for row in connection.execute(sa.select(consumer_cursors))}
            unsealed = connection.execute(sa.select(sa.func.count()).where(events.c.seq.is_(None))).scalar_one()
        newest = -1 if newest is None else newest
        return {c.name: max(newest - at.get(c.name, -1), 0) + unsealed for c in self._consumers}

    def _loop(self) -> None:
        while not self._stop.is_set():
            if self._wake.wait(IDLE_S):
                self._stop.wait(GATHER_S)
                self._wake.clear()
            try:
                while not self._stop.is_set():
                    with self._round:
                        sealed, done, _ = self._one_round(patient=True)
                    if sealed < SEAL_AT_ONCE and done < PAGE:
                        break  # nothing is left over; what comes meanwhile wakes us again
            except Exception:
                logger.exception("the event log cannot be followed; trying again in %s s", BACK_OFF_S)
                self._stop.wait(BACK_OFF_S)

    def _one_round(self, *, patient: bool) -> tuple[int, int, Exception | None]:
        """Seal, then give each consumer one page; returns events sealed, events looked at, and the first failure."""
        sealed = seal(self._house)
        looked = 0
        failure: Exception | None = None
        pages: dict[int, list[Event]] = {}
        try:
            for consumer in self._consumers:
                if patient and time.monotonic() < self._retry_at_s.get(consumer.name, 0.0):
                    continue
                try:
                    looked += self._advance(consumer, pages)
                except Exception as error:
                    self._retry_at_s[consumer.name] = time.monotonic() + BACK_OFF_S
                    logger.exception("consumer %s failed; it tries again in %s s", consumer.name, BACK_OFF_S)
                    failure = failure or error
        finally:
            self._save()
        return sealed, looked, failure

    def _advance(self, consumer: Consumer, pages: dict[int, list[Event]]) -> int:
        """Handle one page of events; the cursor moves past each event only after its handler returned."""
        start = self._cursor(consumer.name)
        if start not in pages:
            pages[start] = self._page(start)
        looked = 0
        for event in pages[start]:
            if event.action in consumer.actions:
                consumer.handle(self._house, event)
            assert event.seq is not None
            self._moved[consumer.name] = event.seq
            looked += 1
            if self._stop.is_set():
                break
        return looked

    def _page(self, after: int) -> list[Event]:
        statement = sa.select(events).where(events.c.seq > after).order_by(events.c.seq).limit(PAGE)
        with self._house.database.reading() as connection:
            return [event_of(row) for row in connection.execute(statement)]

    def _cursor(self, name: str) -> int:
        if self._cursors is None:
            with self._house.database.reading() as connection:
                self._cursors = {row.name: row.seq for row in connection.execute(sa.select(consumer_cursors))}
        return self._moved.get(name, self._cursors.get(name, -1))

    def _save(self) -> None:
        """Write all cursors that moved in one go; a cursor never moves back, whatever another process wrote."""
        if not self._moved:
            return
        at_us = self._house.clock.now_us()
        together: dict[int, list[str]] = {}
        for name, seq in self._moved.items():
            together.setdefault(seq, []).append(name)
        with self._house.bookkeeping() as connection:
            known = set(connection.execute(sa.select(consumer_cursors.c.name)).scalars())
            for seq, names in together.items():
                new = [{"name": name, "seq": seq, "at_us": at_us} for name in names if name not in known]
                if new:
                    connection.execute(sa.insert(consumer_cursors), new)
                connection.execute(_move, {"names": names, "to": seq, "now": at_us})
        self._cursors = {**(self._cursors or {}), **self._moved}
        self._moved = {}
