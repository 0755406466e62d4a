"""Setting a rate card, and keeping the books: every event with a price becomes one entry, once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

from assay.access import Caller as CallerValue
from assay.access import Membership, Role
from assay.costs import store
from assay.costs.errors import CurrencyChangedError, RateCardStaleError
from assay.costs.facts import BOOKED, facts_of
from assay.costs.model import Entry, Fact, RateCard
from assay.costs.rules import basis_of, calendar_facts, card_at, check_card, day_of, end_of, month_of, price_of
from assay.items import stored_bytes
from assay.kernel.actor import Actor, system
from assay.storage import House, Rx, Tx, read_head

KEEPER = system("ledger")
PAGE = 500
MOST_DAYS = 62
"""Days of the calendar that are booked in one go."""
LONGEST_BACK = 366
"""Days of monthly lines that a rate card set later still brings."""


class _BehindError(Exception):
    """Another book-keeper was here meanwhile; nothing is stored."""


def set_rate_card(caller: CallerValue, project: Membership, card: RateCard, *, based_on: int, house: House) -> RateCard:
    """Let things cost what `card` says, from its `valid_from_us` on; what is booked since then is priced anew.

    Args:
        caller: a lead.
        project: whose.
        card: its version, author and moment of making are filled in here.
        based_on: the version it was made from; 0 for the first.
        house: where.

    Raises:
        RateCardInvalidError: it makes no sense.
        RateCardStaleError: somebody changed it in between.
        CurrencyChangedError: the ledger is in another currency.
    """
    project.require(Role.LEAD, Role.ADMIN)
    return start_rate_card(caller.actor, project.project_id, card, based_on=based_on, house=house)


def start_rate_card(actor: Actor, project: str, card: RateCard, *, based_on: int, house: House) -> RateCard:
    """Set a rate card as `set_rate_card` does, for the command line and the demonstration."""
    with house.write(actor, project, "set rate card") as tx:
        cards = store.all_cards(tx)
        newest = cards[-1].version if cards else 0
        if based_on != newest:
            raise RateCardStaleError(based_on, newest)
        if cards and cards[-1].currency != card.currency:
            raise CurrencyChangedError(card.currency, cards[-1].currency)
        ready = replace(card, version=newest + 1, created_by=actor.id, created_at_us=tx.now_us)
        if not store.add_card(tx, check_card(ready, now_us=tx.now_us)):
            raise RateCardStaleError(based_on, newest + 1)
        tx.record(
            "rate_card.set",
            subject=f"rate_card/{ready.version}",
            version=ready.version,
            currency=ready.currency,
            valid_from_us=ready.valid_from_us,
        )
    return ready


def book(project: str, *, house: House) -> int:
    """Book everything that has happened in a project since the last time; returns how many entries were made.

    Books in pages, each one transaction that also moves the mark in the log, so that no event is booked twice whatever
    stops when, and two book-keepers cannot both book it.
    """
    n_booked = 0
    while True:
        try:
            n, more = _book_page(project, house)
        except _BehindError:
            continue
        n_booked += n
        if not more:
            break
    return n_booked + _book_days(project, house)


def _book_page(project: str, house: House) -> tuple[int, bool]:
    """Book one page of events; returns entries made, and whether there may be more events."""
    with house.read(KEEPER, project) as rx:
        before = store.read_mark(rx)
        found, at = store.events_after(rx, before[0], BOOKED, PAGE)
        facts = [fact for event in found for fact in facts_of(rx, event)]
    if at == before[0]:
        return 0, False
    cards = [event for event in found if event.action == "rate_card.set"]
    if not found:  # nothing with a price: noted with the next page that has something
        return _skip(project, house, before, at)
    with house.write(KEEPER, project, "keep the books") as tx:
        _move(tx, before, (at, before[1] or day_of(tx.now_us)))
        n = _add(tx, facts)
        for event in cards:
            n += _price_again(tx, event.body["valid_from_us"], event.body["version"])
        tx.record("ledger.booked", subject=f"ledger/{at}", n=n)
    return n, True


def _skip(project: str, house: House, before: tuple[int, int], at: int) -> tuple[int, bool]:
    """Pass over a full page without anything to book; a page that is not full is looked at again next time."""
    with house.read(KEEPER, project) as rx:
        _, further = store.events_after(rx, at, BOOKED, 1)
    if further == at:
        return 0, False
    with house.write(KEEPER, project, "keep the books") as tx:
        _move(tx, before, (at, before[1]))
        tx.record("ledger.booked", subject=f"ledger/{at}", n=0)
    return 0, True


def _move(tx: Tx, before: tuple[int, int], after: tuple[int, int]) -> None:
    if not store.move_mark(tx, before, after):
        raise _BehindError


def _add(tx: Tx, facts: Sequence[Fact]) -> int:
    """Price facts by the cards of their moments and book them."""
    cards = store.all_cards(tx)
    entries = []
    for fact in facts:
        card = card_at(cards, fact.at_us)
        rate, amount = price_of(fact, card)
        entry_id = tx.new_id()
        ready = replace(fact, basis=basis_of(fact, card))
        entries.append(Entry(entry_id, entry_id, ready, rate, amount, card.version if card else 0))
    store.add_entries(tx, entries, [month_of(fact.at_us) for fact in facts])
    return len(entries)


def _price_again(tx: Tx, since_us: int, version: int) -> int:
    """Bring every booking since an instant to the price the cards say now, by further entries."""
    cards = store.all_cards(tx)
    after, n = "", 0
    while page := store.first_bookings(tx, after, since_us, PAGE):
        after = page[-1].id
        amounts = store.amounts_now(tx, [entry.id for entry in page])
        changes = []
        for entry in page:
            card = card_at(cards, entry.fact.at_us)
            rate, amount = price_of(entry.fact, card)
            if amount != amounts[entry.id] and card is not None:
                key = f"{entry.fact.key}/card/{version}"
                difference = amount - amounts[entry.id]
                changes.append(store.adjustment(entry, tx.new_id(), key, difference, rate, card.version))
        store.add_entries(tx, changes, [month_of(change.fact.at_us) for change in changes])
        n += len(changes)
    return n + _missing_days(tx, since_us)


def _missing_days(tx: Tx, since_us: int) -> int:
    """Book the monthly lines of days that were booked before the card that names them, a year back at most."""
    _, booked_to = store.read_mark(tx)
    cards = store.all_cards(tx)
    days = range(max(day_of(since_us), day_of(store.began_us(tx)), booked_to - LONGEST_BACK), booked_to)
    facts = [fact for day in days for fact in calendar_facts(card_at(cards, end_of(day)), day, 0)]
    known = store.known_keys(tx, [fact.key for fact in facts])
    return _add(tx, [fact for fact in facts if fact.key not in known])


def _facts_of_day(rx: Rx, cards: Sequence[RateCard], day: int) -> list[Fact]:
    return calendar_facts(card_at(cards, end_of(day)), day, stored_bytes(rx, end_of(day) + 1))


def _book_days(project: str, house: House) -> int:
    """Book the whole days that have passed: what was stored, and the days' shares of monthly lines."""
    with house.read(KEEPER, project) as rx:
        before, today = store.read_mark(rx), day_of(rx.now_us)
        first = before[1]
        if not 0 < first < today:
            return 0
        cards = store.all_cards(rx)
        until = min(today, first + MOST_DAYS)
        facts = [fact for day in range(first, until) for fact in _facts_of_day(rx, cards, day)]
    try:
        with house.write(KEEPER, project, "book the calendar") as tx:
            _move(tx, before, (before[0], until))
            n = _add(tx, facts)
            tx.record("ledger.booked", subject=f"ledger/day-{until}", n=n)
    except _BehindError:
        return _book_days(project, house)
    return n + _book_days(project, house) if until < today else n


class BookKeeper:
    """Keeps the books of all projects of a house, on whatever thread calls it."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = threading.Lock()
        self._size = 0
        self._day = 0
        self._projects: set[str] = set()

    def book(self, project: str) -> int:
        """Book what a project's pages should show now."""
        with self._lock:
            return book(project, house=self._house)

    def book_all(self) -> int:
        """Book every project in which something has happened, and each new day in all of them."""
        size = read_head(self._house).size
        with self._house.read(KEEPER, None) as rx:
            day = day_of(rx.now_us)
            busy = store.projects_since(rx, self._size - 1) if size > self._size else set()
        self._projects |= busy
        n = sum(self.book(project) for project in (self._projects if day != self._day else busy))
        self._size, self._day = size, day
        return n
