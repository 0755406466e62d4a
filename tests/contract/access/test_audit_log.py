"""The audit log of a project: looked through in bounded steps, and checked part by part; on both databases."""

from __future__ import annotations

import pytest
from tests.contract.access.people import caller, project

from assay.governance import (
    AuditWanted,
    audit,
    audit_events,
    check_log_part,
    get_policy,
    seen_lately,
    set_policy,
    store,
)
from assay.kernel.clock import FixedClock
from assay.kernel.merkle import Frontier
from assay.storage import Event, House, read_head, seal

MINUTE_US = 60_000_000


def _told(house: House, n: int) -> str:
    """A project whose policy was set `n` times, an hour apart; returns its id."""
    project(house, "One", mia=["lead"], ben=["lead"])
    clock = house.clock
    assert isinstance(clock, FixedClock)
    for turn in range(n):
        clock.advance(seconds=3600)
        who = caller(house, "ben" if turn % 3 == 2 else "mia")
        one = who.membership("one")
        body = get_policy(who.actor, one.project_id, house=house).to_json()
        set_policy(who, one, body | {"overlap": 2 + turn % 3}, house=house)
    seal(house)
    return one.project_id


def _all(house: House, of: str, wanted: AuditWanted, n: int = 3) -> tuple[list[Event], int]:
    """Every event that fits, page by page, and how many pages that took."""
    found: list[Event] = []
    before, pages = None, 0
    while True:
        with house.read(caller(house, "mia").actor, of) as rx:
            page, before = audit_events(rx, wanted, before=before, n=n)
        found += page
        pages += 1
        if before is None:
            return found, pages


def test_every_filter_keeps_what_fits_and_pages_lose_nothing(house: House) -> None:
    of = _told(house, 7)
    everything, _ = _all(house, of, AuditWanted())
    assert [e.seq for e in everything] == sorted((e.seq for e in everything if e.seq is not None), reverse=True)
    sets, _ = _all(house, of, AuditWanted(kind="policy"))
    assert [e.subject for e in sets] == [f"policy/{k}" for k in range(7, 0, -1)]
    ben = next(e for e in sets if e.subject == "policy/3").actor_id
    mine, _ = _all(house, of, AuditWanted(actor=ben, action="policy.set"))
    assert [e.subject for e in mine] == ["policy/6", "policy/3"]
    middle = AuditWanted(action="policy.set", since_us=sets[4].at_us, until_us=sets[1].at_us)
    assert [e.subject for e in _all(house, of, middle)[0]] == ["policy/5", "policy/4", "policy/3"]
    assert _all(house, of, AuditWanted(kind="pol"))[0] == []


def test_a_rare_event_is_found_over_short_pages_that_each_read_little(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = _told(house, 9)
    monkeypatch.setattr(store, "SCAN", 2)
    found, pages = _all(house, of, AuditWanted(subject="policy/1"))
    assert ([e.subject for e in found], pages) == (["policy/1"], 1)
    everything, _ = _all(house, of, AuditWanted())
    oldest = everything[-1]
    first, pages = _all(house, of, AuditWanted(action=oldest.action))
    assert first[-1] == oldest
    assert pages >= 5


def test_the_place_of_an_instant_is_found_by_halving(house: House) -> None:
    of = _told(house, 6)
    events, _ = _all(house, of, AuditWanted())
    with house.read(caller(house, "mia").actor, of) as rx:
        for at_us in {0, *(e.at_us + more for e in events for more in (-MINUTE_US, 0, 1))}:
            place = store.place_at(rx, at_us)
            assert [e.seq for e in events if (e.seq or 0) >= place] == [e.seq for e in events if e.at_us >= at_us]
        actors, actions = seen_lately(rx)
    assert {kind for _, kind in actors} == {"key", "system"}
    assert "policy.set" in actions


def test_parts_of_the_log_add_up_to_its_head(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _told(house, 5)
    monkeypatch.setattr(audit, "CHECK_AT_ONCE", 4)
    actor, state, parts = caller(house, "mia").actor, Frontier(), 0
    while not (part := check_log_part(actor, state, house=house)).ended:
        state = Frontier(part.n, [bytes.fromhex(p) for p in part.peaks])
        parts += 1
    head = read_head(house)
    assert (part.n, part.size, part.root, part.damaged) == (head.size, head.size, head.root, None)
    assert parts >= 2


def test_a_check_that_began_from_something_else_does_not_end_well(house: House) -> None:
    _told(house, 3)
    part = check_log_part(caller(house, "mia").actor, Frontier(1, [b"\0" * 32]), house=house)
    assert part.ended
    assert part.damaged is not None
