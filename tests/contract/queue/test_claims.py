"""Who gets which task: never twice to one person, never beyond overlap, gold once to everybody, on both databases."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from tests.support.projects import SETUP, Project, a_project, box

from assay.kernel.clock import SECOND_US
from assay.queue import (
    AssignmentState,
    Kind,
    NewTask,
    claim_next,
    claim_practice,
    get_assignment,
    lapse_leases,
    my_history,
    set_batch_state,
    show_as_gold,
    skip,
    stop_gold,
    tasks_of_item,
)
from assay.queue.model import Task
from assay.storage import House


def task_on(project: Project, item: str) -> Task:
    with project.house.read(SETUP, project.id) as rx:
        return tasks_of_item(rx, item)[0]


def test_one_item_goes_to_as_many_people_as_its_overlap_and_never_twice_to_one(house: House) -> None:
    project = a_project(house, n_items=4, annotators=["ann", "bob", "cid", "dan"])
    project.batch(overlap=2)
    given = {name: [s.item_id for s in project.work(name)] for name in ("ann", "bob", "cid", "dan")}
    assert all(len(set(items)) == len(items) for items in given.values())
    counts = Counter(item for items in given.values() for item in items)
    assert counts == dict.fromkeys(project.items, 2)
    assert all(task_on(project, item).state == "done" for item in project.items)


def test_a_claim_gives_what_is_held_already_with_its_draft(house: House) -> None:
    project = a_project(house)
    project.batch()
    first = project.claim("ann")
    again = claim_next(project.actor("ann"), project.id, house=house)
    assert first is not None
    assert again.assignment is not None
    assert again.assignment.id == first.id
    assert len(my_history(project.actor("ann"), project.id, before=(2**62, ""), limit=9, house=house)) == 1


def test_a_claim_without_resuming_gives_another_task_until_eight_are_held(house: House) -> None:
    project = a_project(house, n_items=12)
    project.batch()
    actor = project.actor("ann")
    given = [claim_next(actor, project.id, resume=False, house=house).assignment for _ in range(9)]
    assert all(assignment is not None for assignment in given)
    ids = [assignment.id for assignment in given if assignment is not None]
    assert len(set(ids[:8])) == 8
    assert ids[8] in ids[:8], "the ninth is one of those already held"


def test_everybody_meets_each_gold_item_once_whatever_the_overlap_of_work(house: House) -> None:
    project = a_project(house, n_items=6)
    gold = project.items[:2]
    project.batch(overlap=1, gold=gold, gold_rate=0.5)
    given = {name: [s.item_id for s in project.work(name)] for name in ("ann", "bob", "cid")}
    for items in given.values():
        assert sorted(set(items) & set(gold)) == sorted(gold)
        assert len(items) == len(set(items))
    work = Counter(item for items in given.values() for item in items if item not in gold)
    assert work == dict.fromkeys(project.items[2:], 1)


def test_gold_with_an_exposure_cap_is_met_by_so_many_people_at_most(house: House) -> None:
    project = a_project(house, n_items=1)
    from assay.queue import BatchPolicy, create_batch

    tasks = [NewTask(project.items[0], 10, 10, is_gold=True, exposure_cap=2)]
    create_batch(SETUP, project.id, "b", tasks, BatchPolicy(gold_rate=0.5), policy_version=0, house=house, seed=1)
    marks = {project.items[0]: [box(0, 0, size=5)]}
    assert [len(project.work(name, marks)) for name in ("ann", "bob", "cid")] == [1, 1, 0]


def test_higher_priority_is_given_first_and_ranks_are_random_inside_it(house: House) -> None:
    project = a_project(house, n_items=12, annotators=["ann"])
    late, soon = project.items[:6], project.items[6:]
    project.batch(late, priority=60)
    project.batch(soon, priority=10)
    given = [s.item_id for s in project.work("ann")]
    assert set(given[:6]) == set(soon)
    assert given[:6] != soon, "the order of arrival would tell late gold apart"


def test_the_lease_is_the_batchs_own_also_when_it_is_taken_up_again(house: House) -> None:
    project = a_project(house, n_items=2, annotators=["ann"])
    project.batch(project.items[:1], priority=1, lease_s=60.0)
    project.batch(project.items[1:], priority=2, lease_s=999.0)  # the newest batch, another lease
    first = project.claim("ann")
    assert first is not None
    assert first.lease_until_us - house.clock.now_us() == 60 * SECOND_US
    project.clock.advance(30)
    again = project.claim("ann")
    assert again is not None
    assert again.lease_until_us - house.clock.now_us() == 60 * SECOND_US


def test_a_lapsed_lease_frees_the_slot_and_the_same_person_may_take_it_up_again(house: House) -> None:
    project = a_project(house, n_items=1)
    project.batch(lease_s=60.0)
    mine = project.claim("ann")
    assert mine is not None
    assert project.claim("bob") is None
    project.clock.advance(61)
    assert lapse_leases(house=house) >= 1
    assert get_assignment(project.actor("ann"), project.id, mine.id, house=house).assignment.state == "lapsed"  # type: ignore[union-attr]
    again = project.claim("ann")
    assert again is not None
    assert again.id == mine.id
    project.hand_in("ann", again)
    assert task_on(project, project.items[0]).n_taken == 1


def test_a_lapsed_task_goes_to_somebody_else_even_when_their_search_has_passed_it(house: House) -> None:
    project = a_project(house, n_items=3)
    project.batch(lease_s=60.0)
    mine = project.claim("ann")
    assert mine is not None
    assert len(project.work("bob")) == 2  # everything else: their place is behind the held one now
    project.clock.advance(61)
    lapse_leases(house=house)
    found = project.claim("bob")
    assert found is not None
    assert found.item_id == mine.item_id


def test_skipping_gives_the_task_to_others_and_never_back_to_the_same_person(house: House) -> None:
    project = a_project(house, n_items=1)
    project.batch()
    mine = project.claim("ann")
    assert mine is not None
    skip(project.actor("ann"), project.id, mine.id, reason="blurred", house=house)
    assert project.claim("ann") is None
    found = project.claim("bob")
    assert found is not None
    assert found.item_id == mine.item_id


def test_a_closed_batch_gives_nothing_and_an_opened_one_gives_every_slot_that_is_free(house: House) -> None:
    project = a_project(house, n_items=2)
    batch = project.batch(lease_s=60.0)
    held = project.claim("ann")
    set_batch_state(SETUP, project.id, batch, "closed", house=house)
    assert project.claim("bob") is None
    project.clock.advance(61)
    lapse_leases(house=house)  # while the batch is closed: the slot must be free again afterwards
    set_batch_state(SETUP, project.id, batch, "open", house=house)
    assert held is not None
    assert {s.item_id for s in project.work("bob")} == set(project.items)


def test_an_answer_rejected_while_its_batch_is_closed_waits_until_it_is_opened(house: House) -> None:
    from assay.queue import reopen_task

    project = a_project(house, n_items=1)
    batch = project.batch()
    mine = project.claim("ann")
    assert mine is not None
    project.hand_in("ann", mine)
    set_batch_state(SETUP, project.id, batch, "closed", house=house)
    with house.write(SETUP, project.id, "reject") as tx:
        reopen_task(tx, mine.id)
        tx.record("test", subject="t")
    assert project.claim("bob") is None
    set_batch_state(SETUP, project.id, batch, "open", house=house)
    assert len(project.work("bob")) == 1


def test_a_reopened_task_is_found_by_those_who_had_passed_it(house: House) -> None:
    from assay.queue import reopen_task

    project = a_project(house, n_items=3)
    project.batch()
    mine = project.claim("ann")
    assert mine is not None
    project.hand_in("ann", mine)
    project.work("bob")
    with house.write(SETUP, project.id, "reject") as tx:
        reopen_task(tx, mine.id)
        tx.record("test", subject="t")
    found = project.claim("bob")
    assert found is not None
    assert found.item_id == mine.item_id
    assert project.claim("ann") is None


def test_retired_gold_is_shown_to_nobody_not_even_when_its_batch_is_opened_again(house: House) -> None:
    project = a_project(house, n_items=2)
    gold = project.items[0]
    batch = project.batch(gold=[gold], gold_rate=0.5)
    with house.write(SETUP, project.id, "retire") as tx:
        stop_gold(tx, gold)
        tx.record("test", subject="t")
    set_batch_state(SETUP, project.id, batch, "closed", house=house)
    set_batch_state(SETUP, project.id, batch, "open", house=house)
    assert [s.item_id for s in project.work("ann")] == [project.items[1]]


def test_gold_signed_anew_after_it_was_retired_is_shown_again(house: House) -> None:
    project = a_project(house, n_items=2)
    gold = project.items[0]
    project.batch(gold=[gold], gold_rate=0.5)
    for change in (lambda tx: stop_gold(tx, gold), lambda tx: show_as_gold(tx, gold, None)):
        with house.write(SETUP, project.id, "change gold") as tx:
            change(tx)
            tx.record("test", subject="t")
    assert gold in {s.item_id for s in project.work("ann")}


def test_work_that_becomes_gold_is_met_by_everybody_who_has_not_answered_it(house: House) -> None:
    project = a_project(house, n_items=1)
    project.batch(overlap=1, gold_rate=0.5)
    project.work("ann")
    assert project.claim("bob") is None
    with house.write(SETUP, project.id, "sign") as tx:
        show_as_gold(tx, project.items[0], None)
        tx.record("test", subject="t")
    assert len(project.work("bob")) == 1
    assert len(project.work("cid")) == 1
    assert project.claim("ann") is None


def test_a_practice_picture_that_is_held_is_given_again(house: House) -> None:
    project = a_project(house, n_items=2)
    project.batch(practice=True)
    actor = project.actor("ann")
    first = claim_practice(actor, project.id, house=house).assignment
    again = claim_practice(actor, project.id, house=house).assignment
    assert first is not None
    assert again is not None
    assert first.id == again.id
    assert first.kind is Kind.PRACTICE
    assert project.claim("ann") is None, "practice is not work"
    project.hand_in("ann", again)
    second = claim_practice(actor, project.id, house=house).assignment
    assert second is not None
    assert second.item_id != first.item_id


def test_practice_and_work_are_held_side_by_side(house: House) -> None:
    project = a_project(house, n_items=2)
    project.batch(project.items[:1], practice=True)
    project.batch(project.items[1:])
    practice = claim_practice(project.actor("ann"), project.id, house=house).assignment
    work = project.claim("ann")
    assert practice is not None
    assert work is not None
    assert claim_practice(project.actor("ann"), project.id, house=house).assignment.id == practice.id  # type: ignore[union-attr]
    assert project.claim("ann").id == work.id  # type: ignore[union-attr]


def test_an_empty_queue_leaves_at_most_one_event_in_two_seconds(house: House) -> None:
    project = a_project(house, n_items=1)
    project.batch()
    project.work("ann")
    before = len(project.events())
    for _ in range(20):
        assert claim_next(project.actor("ann"), project.id, house=house).reason == "empty"
    assert len(project.events()) - before <= 2
    untouched = len(project.events())
    for _ in range(5):
        assert claim_next(project.actor("cid"), project.id, house=house).reason == "empty"
    assert len(project.events()) == untouched, "nothing was ever given to them"


def test_the_sitting_counts_what_was_done_today_and_begins_anew_at_midnight(house: House) -> None:
    project = a_project(house, n_items=6)
    project.batch()
    day_us = 86_400 * SECOND_US
    now = house.clock.now_us()
    project.clock.advance(((now // day_us + 1) * day_us - now) / SECOND_US + 60)
    actor = project.actor("ann")
    for done in range(3):
        claim = claim_next(actor, project.id, house=house)
        assert claim.n_done == done
        assert claim.assignment is not None
        assert get_assignment(actor, project.id, claim.assignment.id, house=house).n_done == done
        project.hand_in("ann", claim.assignment)
    held = claim_next(actor, project.id, house=house)
    assert held.assignment is not None
    skip(actor, project.id, held.assignment.id, reason="blurred", house=house)
    assert claim_next(actor, project.id, house=house).n_done == 3, "what was given back is not done"
    assert claim_next(actor, project.id, house=house).n_done == 3, "asking again changes nothing"
    project.clock.advance(86_400)
    assert claim_next(actor, project.id, house=house).n_done == 0


def test_history_pages_through_assignments_of_one_moment_without_losing_any(house: House) -> None:
    project = a_project(house, n_items=7)
    project.batch()
    project.work("ann")  # the clock stands still
    seen: list[str] = []
    before = (2**62, "")
    while page := my_history(project.actor("ann"), project.id, before=before, limit=2, house=house):
        seen += [a.id for a in page]
        before = (page[-1].leased_at_us, page[-1].id)
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.slow
def test_many_at_once_never_get_more_than_the_overlap_nor_anything_twice(house: House) -> None:
    names = [f"p{n}" for n in range(6)]
    project = a_project(house, n_items=40, annotators=names)
    gold = project.items[:5]
    project.batch(overlap=2, gold=gold, gold_rate=0.2)
    given: dict[str, list[str]] = {name: [] for name in names}
    problems: list[BaseException] = []

    def run(name: str) -> None:
        try:
            misses = 0
            while misses < 3:
                found = project.claim(name)
                if found is None:
                    misses += 1
                    continue
                given[name].append(found.item_id)
                project.hand_in(name, found)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            problems.append(error)

    threads = [threading.Thread(target=run, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert all(len(items) == len(set(items)) for items in given.values())
    work = Counter(i for items in given.values() for i in items if i not in gold)
    assert work == dict.fromkeys(project.items[5:], 2)
    assert all(set(gold) <= set(items) for items in given.values())


def test_two_tabs_of_one_person_never_hold_one_item_twice(house: House) -> None:
    project = a_project(house, n_items=30, annotators=["ann"])
    project.batch(overlap=3)
    found: list[str] = []
    problems: list[BaseException] = []

    def tab() -> None:
        try:
            for _ in range(10):
                held = project.claim("ann")
                if held is not None:
                    found.append(held.id)
                    from assay.queue import AssignmentClosedError

                    try:
                        project.hand_in("ann", held, key=f"key-{held.id}")
                    except AssignmentClosedError:  # the other tab was given the same and was quicker
                        continue
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            problems.append(error)

    tabs = [threading.Thread(target=tab) for _ in range(3)]
    for thread in tabs:
        thread.start()
    for thread in tabs:
        thread.join()
    assert problems == []
    history = my_history(project.actor("ann"), project.id, before=(2**62, ""), limit=99, house=house)
    assert len({a.item_id for a in history}) == len(history)
    assert all(a.state in {AssignmentState.SUBMITTED, AssignmentState.LEASED} for a in history)
