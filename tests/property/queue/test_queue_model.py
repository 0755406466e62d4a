"""The queue against a small model of it: whatever people do in whatever order, the books agree, on SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.support.projects import SETUP, Project, a_project, box

from assay.bootstrap import load_tables
from assay.kernel.clock import SECOND_US, FixedClock
from assay.queue import (
    Assignment,
    AssignmentClosedError,
    Kind,
    LeaseLapsedError,
    get_assignment,
    lapse_leases,
    renew,
    reopen_task,
    return_leases,
    save_draft,
    set_batch_state,
    show_as_gold,
    skip,
    stop_gold,
    store,
    tasks_of_item,
)
from assay.storage import House, open_house

PEOPLE = ("ann", "bob", "cid")
LEASE_S = 60
N_WORK, N_GOLD, OVERLAP = 4, 2, 2
who = st.sampled_from(PEOPLE)
pick = st.integers(0, 10**6)


@dataclass
class Held:
    """What the model knows of one assignment.

    Attributes:
        state: leased, lapsed, submitted, rejected, skipped or returned.
        draft: revision of the draft that is kept; 0 for none.
    """

    id: str
    name: str
    item: str
    state: str
    until_us: int
    draft: int = 0
    answer: str = ""


class QueueMachine(RuleBasedStateMachine):
    """People at a queue, and a model of what they must see."""

    house: House

    @initialize()
    def begin(self) -> None:
        """A batch of work and gold."""
        self.project: Project = a_project(self.house, n_items=N_WORK + N_GOLD, annotators=PEOPLE)
        self.gold = set(self.project.items[:N_GOLD])
        self.retired: set[str] = set()
        self.batch = self.project.batch(overlap=OVERLAP, gold=sorted(self.gold), gold_rate=0.4, lease_s=float(LEASE_S))
        self.is_open = True
        self.made: list[Held] = []
        self.key = count()

    # what the model expects

    def now(self) -> int:
        return self.house.clock.now_us()

    def taken(self, item: str) -> int:
        return sum(h.item == item and h.state in {"leased", "submitted"} for h in self.made)

    def answered(self, item: str) -> int:
        return sum(h.item == item and h.state == "submitted" for h in self.made)

    def has_room(self, item: str) -> bool:
        if not self.is_open or item in self.retired:
            return False
        return item in self.gold or self.taken(item) < OVERLAP

    def of(self, name: str, *states: str) -> list[Held]:
        return [h for h in self.made if h.name == name and h.state in states]

    def some(self, place: int, *states: str) -> Held | None:
        found = [h for h in self.made if h.state in states]
        return found[place % len(found)] if found else None

    def expect_resumed(self, name: str) -> list[Held]:
        """What a claim may give back: what is leased, or lapsed with a free slot, of tasks that are still shown."""
        shown = [h for h in self.of(name, "leased", "lapsed") if self.is_open and h.item not in self.retired]
        return [h for h in shown if h.state == "leased" or self.has_room(h.item)]

    # what people do

    @rule(name=who)
    def claim(self, name: str) -> None:
        """Somebody asks for work."""
        self.project.clock.advance(3)  # past the pause between two searches of an empty queue
        resumed = self.expect_resumed(name)
        met = {h.item for h in self.made if h.name == name}
        free = {i for i in self.project.items if i not in met and self.has_room(i)}
        found = self.project.claim(name)
        if resumed:
            assert found is not None
            held = next(h for h in resumed if h.id == found.id)
            held.state, held.until_us = "leased", max(held.until_us, self.now() + LEASE_S * SECOND_US)
        elif not free:
            assert found is None
        else:
            assert found is not None
            assert found.item_id in free
            assert (found.kind is Kind.GOLD) is (found.item_id in self.gold)
            self.made.append(Held(found.id, name, found.item_id, "leased", self.now() + LEASE_S * SECOND_US))

    def assignment(self, held: Held) -> Assignment:
        found = get_assignment(self.project.actor(held.name), self.project.id, held.id, house=self.house).assignment
        assert found is not None
        return found

    @precondition(lambda self: any(h.state in {"leased", "lapsed"} for h in self.made))
    @rule(place=pick, n_marks=st.integers(0, 3))
    def submit(self, place: int, n_marks: int) -> None:
        """Somebody hands in what they have in hand, in time or late."""
        held = self.some(place, "leased", "lapsed")
        assert held is not None
        key = f"key-{next(self.key):06}"
        marks = [box(10.0 * n) for n in range(n_marks)]
        may = held.state == "leased" or self.has_room(held.item)
        if may:
            done = self.project.hand_in(held.name, self.assignment(held), marks, key)
            held.state, held.draft, held.answer = "submitted", 0, done.id
            again = self.project.hand_in(held.name, self.assignment(held), marks, key)
            assert again.id == done.id
        else:
            with pytest.raises(LeaseLapsedError):
                self.project.hand_in(held.name, self.assignment(held), marks, key)
            held.draft += 1

    @precondition(lambda self: any(h.state in {"submitted", "rejected", "skipped", "returned"} for h in self.made))
    @rule(place=pick)
    def submit_again(self, place: int) -> None:
        """Somebody hands in other work on what is finished."""
        held = self.some(place, "submitted", "rejected", "skipped", "returned")
        assert held is not None
        with pytest.raises(AssignmentClosedError):
            self.project.hand_in(held.name, self.assignment(held), [box(50)], f"key-{next(self.key):06}")

    @precondition(lambda self: any(h.state in {"leased", "lapsed"} for h in self.made))
    @rule(place=pick)
    def draft(self, place: int) -> None:
        """Somebody's page saves what they have so far."""
        held = self.some(place, "leased", "lapsed")
        assert held is not None
        marks = [box(float(held.draft % 9))]
        kept = save_draft(
            self.project.actor(held.name),
            self.project.id,
            held.id,
            marks,
            seconds=1.0,
            based_on=held.draft,
            house=self.house,
        )
        held.draft += 1
        assert kept.revision == held.draft

    @precondition(lambda self: any(h.state in {"leased", "lapsed"} for h in self.made))
    @rule(place=pick)
    def skip(self, place: int) -> None:
        """Somebody gives a task back."""
        held = self.some(place, "leased", "lapsed")
        assert held is not None
        skip(self.project.actor(held.name), self.project.id, held.id, reason="blurred", house=self.house)
        held.state = "skipped"

    @precondition(lambda self: any(h.state in {"leased", "lapsed"} for h in self.made))
    @rule(place=pick)
    def renew(self, place: int) -> None:
        """Somebody asks for more time."""
        held = self.some(place, "leased", "lapsed")
        assert held is not None
        actor = self.project.actor(held.name)
        if held.state == "lapsed" and not self.has_room(held.item):
            with pytest.raises(LeaseLapsedError):
                renew(actor, self.project.id, held.id, house=self.house)
        else:
            held.until_us = renew(actor, self.project.id, held.id, house=self.house)
            held.state = "leased"

    @rule(seconds=st.sampled_from([1, 20, 45, 70]))
    def wait(self, seconds: int) -> None:
        """Time passes, and leases that ran out end."""
        self.project.clock.advance(seconds)
        lapse_leases(house=self.house)
        for held in self.made:
            if held.state == "leased" and held.until_us < self.now():
                held.state = "lapsed"

    @precondition(lambda self: any(h.state == "submitted" and h.item not in self.gold for h in self.made))
    @rule(place=pick)
    def reject(self, place: int) -> None:
        """A reviewer wants another answer in the place of one."""
        found = [h for h in self.made if h.state == "submitted" and h.item not in self.gold]
        held = found[place % len(found)]
        with self.house.write(SETUP, self.project.id, "reject") as tx:
            reopen_task(tx, held.id)
            tx.record("test", subject="t")
        held.state = "rejected"

    @rule(name=who)
    def take_back(self, name: str) -> None:
        """A lead gives what somebody holds to others."""
        mine = self.of(name, "leased")
        assert return_leases(SETUP, self.project.id, self.project.people[name], why="away", house=self.house) == len(
            mine
        )
        for held in mine:
            held.state = "returned"

    @rule()
    def close_or_open(self) -> None:
        """A lead closes the batch, or opens it again."""
        self.is_open = not self.is_open
        set_batch_state(SETUP, self.project.id, self.batch, "open" if self.is_open else "closed", house=self.house)

    @precondition(lambda self: self.gold - self.retired)
    @rule(place=pick)
    def retire(self, place: int) -> None:
        """An expert retires gold."""
        live = sorted(self.gold - self.retired)
        item = live[place % len(live)]
        with self.house.write(SETUP, self.project.id, "retire") as tx:
            stop_gold(tx, item)
            tx.record("test", subject="t")
        self.retired.add(item)

    @rule(place=pick)
    def sign(self, place: int) -> None:
        """An expert signs an item as gold, for the first time or anew."""
        item = self.project.items[place % len(self.project.items)]
        with self.house.write(SETUP, self.project.id, "sign") as tx:
            show_as_gold(tx, item, None)
            tx.record("test", subject="t")
        if item not in self.gold:
            # What was rejected on it counted for work; gold counts people who met it, and they stay met.
            self.gold.add(item)
        self.retired.discard(item)

    # what always holds

    @invariant()
    def books_agree(self) -> None:
        """Counts of every task, states of every assignment and drafts are the model's."""
        if not hasattr(self, "project"):
            return
        with self.house.read(SETUP, self.project.id) as rx:
            for item in self.project.items:
                (task,) = tasks_of_item(rx, item)
                assert (task.n_taken, task.n_submitted) == (self.taken(item), self.answered(item)), item
                if item not in self.gold:
                    assert task.n_taken <= OVERLAP
        pairs = [(h.name, h.item) for h in self.made]
        assert len(pairs) == len(set(pairs)), "nobody meets an item twice"
        for held in self.made:
            claim = get_assignment(self.project.actor(held.name), self.project.id, held.id, house=self.house)
            assert claim.assignment is not None
            told = "submitted" if held.state == "rejected" else held.state
            assert claim.assignment.state.value == told
            if told in {"leased", "lapsed"}:
                assert (claim.draft.revision if claim.draft else 0) == held.draft


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for all runs; each founds a project of its own."""
    load_tables()
    opened = open_house(f"sqlite:///{tmp_path_factory.mktemp('queue') / 'house.db'}", clock=FixedClock())
    yield opened
    opened.close()


@pytest.mark.slow
def test_the_queue_keeps_its_books_whatever_people_do(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    # Where somebody meets gold is random; here it must come out the same each time the same steps are tried.
    opened = store.open_place
    monkeypatch.setattr(store, "open_place", lambda tx, user, kind, _salt: opened(tx, user, kind, "salt"))
    machine = type("Machine", (QueueMachine,), {"house": house})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=40,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
