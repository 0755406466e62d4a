"""Consumers: every event at least once, in order, across failures and restarts; on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from tests.contract.storage.tables import ANNA, P, add_note, names, write_note

from assay.storage import Consumer, ConsumerRunner, Event, House
from assay.storage.events import consumer_cursors

WANTED = frozenset({"note.added"})


class Seen:
    """A consumer's memory, and what it should fail on."""

    def __init__(self, fail_on: str = "") -> None:
        self.names: list[str] = []
        self.fail_on = fail_on

    def handle(self, _house: House, event: Event) -> None:
        if event.body["name"] == self.fail_on:
            raise RuntimeError(f"cannot digest {self.fail_on}")
        self.names.append(event.body["name"])


def write_many(house: House, *written: str) -> None:
    for name in written:
        write_note(house, name)


def test_a_consumer_gets_the_events_it_wants_in_order(house: House) -> None:
    seen = Seen()
    write_many(house, "a", "b")
    with house.write(ANNA, P, "other") as tx:
        tx.record("note.forgotten", subject="x", name="other")
    write_many(house, "c")
    runner = ConsumerRunner(house, [Consumer("seen", WANTED, seen.handle)])
    assert runner.catch_up() == 4
    assert seen.names == ["a", "b", "c"]
    assert runner.lags() == {"seen": 0}
    assert runner.catch_up() == 0


def test_what_is_not_sealed_yet_counts_as_still_to_be_looked_at(house: House) -> None:
    runner = ConsumerRunner(house, [Consumer("seen", WANTED, Seen().handle)])
    write_many(house, "a", "b")
    assert runner.lags() == {"seen": 2}
    runner.catch_up()
    write_many(house, "c")
    assert runner.lags() == {"seen": 1}


def test_a_new_runner_goes_on_where_the_last_one_stopped(house: House) -> None:
    write_many(house, "a", "b")
    ConsumerRunner(house, [Consumer("seen", WANTED, Seen().handle)]).catch_up()
    write_many(house, "c")
    seen = Seen()
    ConsumerRunner(house, [Consumer("seen", WANTED, seen.handle)]).catch_up()
    assert seen.names == ["c"]


def test_a_consumer_that_is_new_starts_at_the_first_event(house: House) -> None:
    write_many(house, "a", "b")
    ConsumerRunner(house, [Consumer("old", WANTED, Seen().handle)]).catch_up()
    seen = Seen()
    ConsumerRunner(house, [Consumer("old", WANTED, Seen().handle), Consumer("new", WANTED, seen.handle)]).catch_up()
    assert seen.names == ["a", "b"]


def test_a_consumer_that_fails_stays_at_its_event_while_the_others_go_on(house: House) -> None:
    write_many(house, "a", "bad", "c")
    broken, well = Seen(fail_on="bad"), Seen()
    runner = ConsumerRunner(house, [Consumer("broken", WANTED, broken.handle), Consumer("well", WANTED, well.handle)])
    with pytest.raises(RuntimeError, match="cannot digest bad"):
        runner.catch_up()
    assert broken.names == ["a"]
    assert well.names == ["a", "bad", "c"]
    assert runner.lags() == {"broken": 2, "well": 0}
    broken.fail_on = ""
    runner.catch_up()
    assert broken.names == ["a", "bad", "c"]


def test_an_event_handled_just_before_a_crash_is_handled_again_and_counts_once(house: House) -> None:
    handled = 0

    def copy(house: House, event: Event) -> None:
        nonlocal handled
        if event.why == "copy":
            return
        handled += 1
        with house.write(ANNA, event.project_id, "copy", key=f"copy/{event.id}") as tx:
            if not tx.replayed:
                add_note(tx, f"copy of {event.body['name']}")

    copier = Consumer(
        "copier", frozenset({"note.added"}), lambda h, e: None if "copy" in e.body["name"] else copy(h, e)
    )
    write_many(house, "a", "b")
    ConsumerRunner(house, [copier]).catch_up()
    with house.bookkeeping() as connection:  # as if the process had died before the cursor was written
        connection.execute(sa.delete(consumer_cursors))
    ConsumerRunner(house, [copier]).catch_up()
    assert handled == 4
    assert names(house) == ["a", "b", "copy of a", "copy of b"]


def test_a_cursor_never_moves_back_when_another_process_was_faster(house: House) -> None:
    write_many(house, "a", "b", "c")
    slow = ConsumerRunner(house, [Consumer("seen", WANTED, Seen().handle)])
    slow._advance(slow._consumers[0], {})  # has read its cursor, and nothing is sealed yet
    ConsumerRunner(house, [Consumer("seen", WANTED, Seen().handle)]).catch_up()
    slow._moved = {"seen": 0}
    slow._save()
    with house.database.reading() as connection:
        assert connection.execute(sa.select(consumer_cursors.c.seq)).scalar_one() == 2


def test_two_consumers_may_not_share_a_name(house: House) -> None:
    with pytest.raises(ValueError, match="share a name"):
        ConsumerRunner(house, [Consumer("x", WANTED, Seen().handle), Consumer("x", WANTED, Seen().handle)])


def test_the_running_thread_follows_changes_and_survives_a_failure(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.storage.consumers.BACK_OFF_S", 0.01)
    failed, done = threading.Event(), threading.Event()
    seen: list[str] = []

    def handle(_house: House, event: Event) -> None:
        if not failed.is_set():
            failed.set()
            raise RuntimeError("once")
        seen.append(event.body["name"])
        if len(seen) == 3:
            done.set()

    runner = ConsumerRunner(house, [Consumer("seen", WANTED, handle)])
    runner.start()
    write_many(house, "a", "b", "c")
    assert done.wait(20)
    runner.stop()
    assert failed.is_set()
    assert seen == ["a", "b", "c"]
    assert runner.lags() == {"seen": 0}


def test_stopping_leaves_the_rest_for_the_next_start(house: House) -> None:
    write_many(house, "a", "b", "c")
    seen: list[str] = []
    runner: ConsumerRunner

    def handle(_house: House, event: Event) -> None:
        seen.append(event.body["name"])
        runner._stop.set()

    follow: Callable[[House, Event], None] = handle
    runner = ConsumerRunner(house, [Consumer("seen", WANTED, follow)])
    with runner._round:
        runner._one_round(patient=True)
    assert seen == ["a"]
    rest = Seen()
    ConsumerRunner(house, [Consumer("seen", WANTED, rest.handle)]).catch_up()
    assert rest.names == ["b", "c"]
