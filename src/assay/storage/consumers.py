"""Consumers follow the event table: each has a cursor, and handles an event at least once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from assay.storage.events import Event, consumer_cursors, events
from assay.storage.house import House, event_of
from assay.storage.log import seal

logger = logging.getLogger(__name__)

PAGE = 500
IDLE_S = 0.25
BACK_OFF_S = 2.0


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
    """Seals events and hands them to the consumers, on a thread of its own."""

    def __init__(self, house: House, consumers: Sequence[Consumer]) -> None:
        names = [c.name for c in consumers]
        if len(set(names)) != len(names):
            raise ValueError(f"Two consumers share a name: {sorted(names)}.")
        self._house = house
        self._consumers = list(consumers)
        self._cursors: dict[str, int] = {}
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
        """Handle everything there is now, on the caller's thread; returns how many events were handled."""
        handled = 0
        while True:
            sealed = seal(self._house)
            done = sum(self._advance(consumer) for consumer in self._consumers)
            handled += done
            if not sealed and not done:
                return handled

    def lags(self) -> dict[str, int]:
        """Events each consumer has still to look at."""
        with self._house.database.reading() as connection:
            newest = connection.execute(sa.select(sa.func.max(events.c.seq))).scalar()
            at = {row.name: row.seq for row in connection.execute(sa.select(consumer_cursors))}
        newest = -1 if newest is None else newest
        return {c.name: newest - at.get(c.name, -1) for c in self._consumers}

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(IDLE_S)
            self._wake.clear()
            try:
                while not self._stop.is_set() and (
                    seal(self._house) + sum(self._advance(consumer) for consumer in self._consumers)
                ):
                    pass
            except Exception:
                logger.exception("a consumer failed; it tries again in %s s", BACK_OFF_S)
                self._stop.wait(BACK_OFF_S)

    def _advance(self, consumer: Consumer) -> int:
        """Handle one page of events; the cursor moves past each event only after its handler returned."""
        start = self._cursor(consumer.name)
        statement = sa.select(events).where(events.c.seq > start).order_by(events.c.seq).limit(PAGE)
        with self._house.database.reading() as connection:
            page = [event_of(row) for row in connection.execute(statement)]
        reached = start
        try:
            for event in page:
                if event.action in consumer.actions:
                    consumer.handle(self._house, event)
                reached = event.seq if event.seq is not None else reached
                if self._stop.is_set():
                    break
        finally:
            if reached != start:
                self._save(consumer.name, reached)
        return len(page)

    def _cursor(self, name: str) -> int:
        if name not in self._cursors:
            with self._house.database.reading() as connection:
                row = connection.execute(
                    sa.select(consumer_cursors.c.seq).where(consumer_cursors.c.name == name)
                ).first()
            self._cursors[name] = -1 if row is None else row.seq
        return self._cursors[name]

    def _save(self, name: str, seq: int) -> None:
        values = {"seq": seq, "at_us": self._house.clock.now_us()}
        with self._house.bookkeeping() as connection:
            changed = connection.execute(
                sa.update(consumer_cursors).where(consumer_cursors.c.name == name).values(**values)
            ).rowcount
            if not changed:
                connection.execute(sa.insert(consumer_cursors).values(name=name, **values))
        self._cursors[name] = seq
