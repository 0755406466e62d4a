"""Drafts, leases and submissions: no work is lost, and every answer counts once, on both databases."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from tests.support.projects import SETUP, Project, a_project, box

from assay.annotations import ClientKeyReusedError, MarksRefusedError
from assay.annotations.store import annotation_rows, submissions
from assay.kernel.actor import Actor
from assay.queue import (
    Assignment,
    AssignmentClosedError,
    AssignmentNotFoundError,
    AssignmentState,
    DraftStaleError,
    LeaseLapsedError,
    get_assignment,
    lapse_leases,
    renew,
    return_leases,
    save_draft,
    skip,
    submit,
    tasks_of_item,
)
from assay.storage import House


@pytest.fixture
def project(house: House) -> Project:
    made = a_project(house, n_items=3)
    made.batch(lease_s=60.0)
    return made


def held(project: Project, name: str = "ann") -> Assignment:
    found = project.claim(name)
    assert found is not None
    return found


def draft(project: Project, assignment: Assignment, marks: list[Any], based_on: int, name: str = "ann") -> int:
    return save_draft(
        project.actor(name), project.id, assignment.id, marks, seconds=2.0, based_on=based_on, house=project.house
    ).revision


def state(project: Project, assignment: Assignment, name: str = "ann") -> AssignmentState:
    found = get_assignment(project.actor(name), project.id, assignment.id, house=project.house).assignment
    assert found is not None
    return found.state


def n_submissions(project: Project) -> int:
    with project.house.database.reading() as connection:
        query = sa.select(sa.func.count()).where(submissions.c.project_id == project.id)
        return int(connection.execute(query).scalar_one())


def test_a_draft_is_kept_revision_by_revision_and_comes_back_with_the_claim(project: Project) -> None:
    assignment = held(project)
    assert draft(project, assignment, [box()], 0) == 1
    assert draft(project, assignment, [box(), box(50)], 1) == 2
    kept = get_assignment(project.actor("ann"), project.id, assignment.id, house=project.house).draft
    assert kept is not None
    assert (kept.revision, kept.seconds, kept.marks_json.count("bbox")) == (2, 2.0, 4)


@pytest.mark.parametrize("based_on", [0, 2, 7])
def test_a_stale_draft_is_refused_with_the_other_side(project: Project, based_on: int) -> None:
    assignment = held(project)
    draft(project, assignment, [box()], 0)
    with pytest.raises(DraftStaleError) as caught:
        draft(project, assignment, [box(70)], based_on)
    assert caught.value.details["revision"] == 1
    assert "10" in str(caught.value.details["marks"])


def test_saving_the_same_draft_again_is_no_conflict(project: Project) -> None:
    assignment = held(project)
    assert draft(project, assignment, [box()], 0) == 1
    assert draft(project, assignment, [box()], 0) == 1


def test_a_draft_survives_the_end_of_its_lease(project: Project) -> None:
    assignment = held(project)
    draft(project, assignment, [box(33)], 0)
    project.clock.advance(61)
    lapse_leases(house=project.house)
    assert state(project, assignment) is AssignmentState.LAPSED
    assert draft(project, assignment, [box(44)], 1) == 2, "work goes on, whoever holds the slot"


def test_submitting_keeps_everything_and_forgets_the_draft(project: Project) -> None:
    assignment = held(project)
    draft(project, assignment, [box()], 0)
    done = project.hand_in("ann", assignment, [box(1), box(31, 40, "dust")])
    assert (done.n_marks, done.seconds, done.schema_version, done.guideline_version) == (2, 3.0, 1, 1)
    assert (done.item_id, done.assignment_id, done.author_id) == (
        assignment.item_id,
        assignment.id,
        project.people["ann"],
    )
    found = get_assignment(project.actor("ann"), project.id, assignment.id, house=project.house)
    assert found.draft is None
    assert found.assignment is not None
    assert (found.assignment.state, found.assignment.submission_id) == ("submitted", done.id)


def test_the_same_key_again_gets_the_first_receipt(project: Project) -> None:
    assignment = held(project)
    first = project.hand_in("ann", assignment, key="key-0001")
    again = project.hand_in("ann", assignment, key="key-0001")
    assert again == first
    assert n_submissions(project) == 1


def test_other_work_under_a_used_key_is_refused(project: Project) -> None:
    first = held(project)
    project.hand_in("ann", first, key="key-0001")
    with pytest.raises(ClientKeyReusedError):
        project.hand_in("ann", first, [box(90)], key="key-0001")
    second = held(project)
    with pytest.raises(ClientKeyReusedError):
        project.hand_in("ann", second, key="key-0001")
    assert state(project, second) is AssignmentState.LEASED, "nothing was lost"
    assert n_submissions(project) == 1
    project.hand_in("ann", second, key="key-0002")


def test_two_people_may_use_the_same_key(project: Project) -> None:
    project.hand_in("ann", held(project, "ann"), key="key-0001")
    project.hand_in("bob", held(project, "bob"), key="key-0001")
    assert n_submissions(project) == 2


def test_a_second_answer_under_another_key_is_refused(project: Project) -> None:
    assignment = held(project)
    project.hand_in("ann", assignment, key="key-0001")
    with pytest.raises(AssignmentClosedError):
        project.hand_in("ann", assignment, key="key-0002")


def test_work_on_a_lapsed_lease_is_taken_while_the_slot_is_free(project: Project) -> None:
    assignment = held(project)
    project.clock.advance(61)
    lapse_leases(house=project.house)
    project.hand_in("ann", assignment)
    with project.house.read(SETUP, project.id) as rx:
        (task,) = tasks_of_item(rx, assignment.item_id)
    assert (task.n_taken, task.n_submitted, task.state) == (1, 1, "done")


def test_work_on_a_slot_that_went_to_others_is_kept_as_a_draft(project: Project) -> None:
    assignment = held(project)
    draft(project, assignment, [box()], 0)
    project.clock.advance(61)
    lapse_leases(house=project.house)
    taken = [held(project, "bob")]
    while taken[-1].item_id != assignment.item_id:
        project.hand_in("bob", taken[-1])
        taken.append(held(project, "bob"))
    with pytest.raises(LeaseLapsedError):
        project.hand_in("ann", assignment, [box(77)])
    kept = get_assignment(project.actor("ann"), project.id, assignment.id, house=project.house).draft
    assert kept is not None
    assert (kept.revision, "77" in kept.marks_json) == (2, True)
    with pytest.raises(LeaseLapsedError):
        renew(project.actor("ann"), project.id, assignment.id, house=project.house)


def test_marks_that_break_a_rule_leave_the_assignment_open(project: Project) -> None:
    assignment = held(project)
    with pytest.raises(MarksRefusedError):
        project.hand_in("ann", assignment, [box(500)])
    assert state(project, assignment) is AssignmentState.LEASED
    project.hand_in("ann", assignment)


def test_renewing_holds_the_task_for_longer(project: Project) -> None:
    assignment = held(project)
    project.clock.advance(50)
    until = renew(project.actor("ann"), project.id, assignment.id, house=project.house)
    assert until == project.clock.now_us() + 60_000_000
    project.clock.advance(50)
    lapse_leases(house=project.house)
    assert state(project, assignment) is AssignmentState.LEASED


def test_nobody_touches_somebody_elses_assignment(project: Project) -> None:
    assignment = held(project)
    bob, house = project.actor("bob"), project.house
    for attempt in (
        lambda: draft(project, assignment, [box()], 0, "bob"),
        lambda: renew(bob, project.id, assignment.id, house=house),
        lambda: project.hand_in("bob", assignment),
        lambda: skip(bob, project.id, assignment.id, reason="x", house=house),
        lambda: get_assignment(bob, project.id, assignment.id, house=house),
        lambda: renew(project.actor("ann"), project.id, "0" * 32, house=house),
    ):
        with pytest.raises(AssignmentNotFoundError):
            attempt()


def test_what_is_finished_takes_no_draft_no_skip_and_no_renewal(project: Project) -> None:
    assignment = held(project)
    project.hand_in("ann", assignment)
    ann, house = project.actor("ann"), project.house
    for attempt in (
        lambda: draft(project, assignment, [box()], 0),
        lambda: renew(ann, project.id, assignment.id, house=house),
        lambda: skip(ann, project.id, assignment.id, reason="x", house=house),
    ):
        with pytest.raises(AssignmentClosedError):
            attempt()


def test_a_lead_takes_back_what_somebody_holds_and_others_get_it(project: Project) -> None:
    assignment = held(project)
    assert return_leases(SETUP, project.id, project.people["ann"], why="away", house=project.house) == 1
    assert return_leases(SETUP, project.id, project.people["ann"], why="away", house=project.house) == 0
    assert state(project, assignment) is AssignmentState.RETURNED
    with pytest.raises(AssignmentClosedError):
        project.hand_in("ann", assignment)
    assert assignment.item_id in {s.item_id for s in project.work("bob")}
    assert assignment.item_id not in {s.item_id for s in project.work("ann")}


def at_once(*calls: Any) -> list[Any]:
    """Run calls on threads that start together; results or errors in order."""
    results: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(place: int) -> None:
        start.wait()
        try:
            results[place] = calls[place]()
        except Exception as error:  # noqa: BLE001 - looked at by the caller
            results[place] = error

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_same_submission_sent_many_times_at_once_counts_once(project: Project) -> None:
    assignment = held(project)
    found = at_once(*[lambda: project.hand_in("ann", assignment, key="key-0001")] * 6)
    assert len({s.id for s in found}) == 1
    with project.house.read(SETUP, project.id) as rx:
        (task,) = tasks_of_item(rx, assignment.item_id)
    assert (n_submissions(project), task.n_submitted) == (1, 1)


def test_two_tabs_that_submit_at_once_give_one_answer_and_one_refusal(project: Project) -> None:
    assignment = held(project)
    found = at_once(
        lambda: project.hand_in("ann", assignment, [box()], key="key-0001"),
        lambda: project.hand_in("ann", assignment, [box(70)], key="key-0002"),
    )
    assert sorted(isinstance(f, AssignmentClosedError) for f in found) == [False, True]
    assert n_submissions(project) == 1


def test_a_lease_that_lapses_while_the_work_comes_in_is_freed_once_or_not_at_all(project: Project) -> None:
    for name in ("ann", "bob", "cid"):
        assignment = held(project, name)
        project.clock.advance(61)
        at_once(
            lambda a=assignment, n=name: project.hand_in(n, a),
            lambda: lapse_leases(house=project.house),
            lambda n=name: return_leases(SETUP, project.id, project.people[n], why="away", house=project.house),
        )
        with project.house.read(SETUP, project.id) as rx:
            (task,) = tasks_of_item(rx, assignment.item_id)
        done = state(project, assignment, name) is AssignmentState.SUBMITTED
        assert (task.n_taken, task.n_submitted) == (int(done), int(done))


def rows_of(project: Project) -> list[Any]:
    with project.house.database.reading() as connection:
        found: list[Any] = []
        for table in (submissions, annotation_rows):
            query = sa.select(table).where(table.c.project_id == project.id)
            found += [tuple(row) for row in connection.execute(query)]
    return sorted(found, key=str)


def test_submissions_and_annotations_are_never_changed_whatever_follows(house: House) -> None:
    from assay.review import Verdict, claim_review, decide_review, put_back

    project = a_project(house, n_items=4)
    project.batch(overlap=2, review_share=0.5)
    project.work("ann")
    project.work("bob", {project.items[0]: []})
    before = rows_of(project)
    project.follow()
    since = {"since_us": 0, "sample_since_us": 0}
    put_back(SETUP, project.id, project.people["ann"], **since, why="test", house=house)
    project.follow()
    verdicts = [Verdict.FIX, Verdict.REJECT, Verdict.ACCEPT]
    reviewer = Actor(project.people["reviewer"])
    for n in range(100):
        case = claim_review(reviewer, project.id, house=house)
        if case is None:
            break
        decide_review(
            reviewer,
            project.id,
            case.review.id,
            verdicts[n % 3],
            client_key=f"key-{case.review.id}",
            reason_code="missed",
            marks=[box(5)],
            house=house,
        )
        project.follow()
        project.work("cid")
    after = rows_of(project)
    assert len(after) > len(before)
    assert set(map(str, before)) <= set(map(str, after)), "what was there is there as it was"


def test_practice_answers_are_practice(house: House) -> None:
    from assay.queue import claim_practice

    project = a_project(house, n_items=1)
    project.batch(practice=True)
    assignment = claim_practice(project.actor("ann"), project.id, house=house).assignment
    assert assignment is not None
    done = submit(
        project.actor("ann"),
        project.id,
        assignment.id,
        [],
        client_key="key-0001",
        seconds=1.0,
        schema_version=1,
        guideline_version=1,
        house=house,
    )
    assert done.origin.value == "practice"
