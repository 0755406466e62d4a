"""Consensus, disputes, reviews and put-backs on both databases."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from tests.support.projects import SETUP, Project, a_project, box

from assay.access import directory_of, make_key_for, pause
from assay.annotations import ClientKeyReusedError, marks_of, submissions_of_item
from assay.queue import skip, tasks_of_item
from assay.review import (
    AdjudicationClosedError,
    AdjudicationNotFoundError,
    Consensus,
    NoteMisplacedError,
    OwnWorkError,
    PutBack,
    ReasonMissingError,
    Review,
    ReviewClosedError,
    ReviewNotFoundError,
    Standing,
    Verdict,
    adjudication_of,
    adjudication_states,
    all_put_backs,
    claim_adjudication,
    claim_review,
    consensus_of_item,
    count_open_reviews,
    decide_review,
    list_reviews,
    notes_of,
    put_back,
    settle,
    standings_of,
    update_consensus,
)
from assay.storage import House


def inferred(project: Project, item: str | None = None) -> Consensus:
    with project.house.read(SETUP, project.id) as rx:
        (found,) = consensus_of_item(rx, item or project.items[0])
    return found


def disputes(project: Project) -> dict[str, int]:
    with project.house.read(SETUP, project.id) as rx:
        return adjudication_states(rx)


def decide(project: Project, review: Review, verdict: Verdict, name: str = "reviewer", **options: Any) -> Review:
    return decide_review(
        project.actor(name),
        project.id,
        review.id,
        verdict,
        **{"client_key": f"key-{review.id}", "reason_code": "missed", "house": project.house, **options},
    )


def next_review(project: Project, name: str = "reviewer", author: str | None = None) -> Review:
    case = claim_review(project.actor(name), project.id, author_id=author, house=project.house)
    assert case is not None
    return case.review


def open_reviews(project: Project) -> int:
    with project.house.read(SETUP, project.id) as rx:
        return count_open_reviews(rx)


# --- consensus ------------------------------------------------------------------------------------------------------


def test_equal_answers_become_an_agreed_outcome_once_all_are_in(house: House) -> None:
    project = a_project(house, n_items=1)
    project.batch(overlap=2)
    project.work("ann")
    project.follow()
    with house.read(SETUP, project.id) as rx:
        assert consensus_of_item(rx, project.items[0]) == []
    project.work("bob")
    project.follow()
    found = inferred(project)
    assert (found.state, found.mean_iou, len(found.marks), found.marks[0].n_votes) == ("agreed", 1.0, 1, 2)
    assert disputes(project) == {}


def test_answers_that_differ_go_to_an_expert_who_settles_them(house: House) -> None:
    project = a_project(house, n_items=1)
    project.batch(overlap=2)
    project.work("ann")
    project.work("bob", {project.items[0]: [box(70, 70)]})
    project.follow()
    assert inferred(project).state == "disputed"
    case = claim_adjudication(project.actor("expert"), project.id, house=house)
    assert case is not None
    assert (case.merged.mean_iou, len(case.answers.submissions), case.n_open) == (0.0, 2, 1)
    done = settle(
        project.actor("expert"), project.id, case.adjudication.id, [box(3, 3)], client_key="key-0001", house=house
    )
    assert (done.state, done.settled_by) == ("settled", project.people["expert"])
    project.follow()
    found = inferred(project)
    assert (found.state, found.settled_by, found.marks[0].bbox) == ("settled", done.settlement_id, (3, 3, 23, 23))
    again = settle(
        project.actor("expert"), project.id, case.adjudication.id, [box(3, 3)], client_key="key-0001", house=house
    )
    assert again.settlement_id == done.settlement_id, "the same key again gets the first answer"
    with pytest.raises(AdjudicationClosedError):
        settle(project.actor("expert"), project.id, case.adjudication.id, [], client_key="key-0002", house=house)


def test_the_same_event_seen_twice_infers_once(house: House) -> None:
    project = a_project(house, n_items=1)
    batch = project.batch(overlap=1)
    project.work("ann")
    project.follow()
    n = len(project.events("consensus.computed"))
    project._followed = ""
    project.follow()
    assert len(project.events("consensus.computed")) == n == 1
    assert (
        update_consensus(
            project.id,
            project.items[0],
            batch,
            key=f"consensus/{project.events('submission.received')[0].id}",
            house=house,
        )
        is None
    )


def test_an_expert_with_a_part_in_a_dispute_is_given_others_only(house: House) -> None:
    project = a_project(house, n_items=3, annotators=["ann", "bob"])
    project.add_person("both", "annotator", "expert")
    project.batch(overlap=2)
    project.work("both", most=2)
    project.work("ann", {i: [box(70, 70)] for i in project.items})
    project.work("bob")
    project.follow()
    assert disputes(project) == {"open": 3}
    seen = []
    while (case := claim_adjudication(project.actor("both"), project.id, house=house)) is not None:
        seen.append(case.adjudication.item_id)
        settle(
            project.actor("both"), project.id, case.adjudication.id, [], client_key=f"key-{len(seen):05}", house=house
        )
    assert len(seen) == 1
    case = claim_adjudication(project.actor("expert"), project.id, house=house)
    assert case is not None
    with pytest.raises(OwnWorkError):
        settle(project.actor("both"), project.id, case.adjudication.id, [], client_key="key-none", house=house)
    with pytest.raises(AdjudicationNotFoundError):
        settle(project.actor("both"), project.id, "0" * 32, [], client_key="key-none", house=house)


def test_comments_on_single_marks_stay_with_the_settlement_and_strange_marks_are_refused(house: House) -> None:
    project = a_project(house, n_items=1)
    project.batch(overlap=2)
    (answer,) = project.work("ann")
    project.work("bob", {project.items[0]: [box(70, 70)]})
    project.follow()
    case = claim_adjudication(project.actor("expert"), project.id, house=house)
    assert case is not None
    expert, dispute = project.actor("expert"), case.adjudication.id
    with pytest.raises(NoteMisplacedError):
        settle(expert, project.id, dispute, [], client_key="key-0001", notes={"0" * 32: "no such mark"}, house=house)
    with house.read(expert, project.id) as rx:
        (mark,) = marks_of(rx, [answer.id])[answer.id]
    settle(expert, project.id, dispute, [], client_key="key-0001", notes={mark.id: "a reflection"}, house=house)
    with house.read(expert, project.id) as rx:
        found = adjudication_of(rx, project.items[0], case.adjudication.batch_id)
        assert found is not None
        assert notes_of(rx, [found.id]) == {dispute: {mark.id: "a reflection"}}


def test_a_client_key_used_for_other_work_settles_nothing(house: House) -> None:
    project = a_project(house, n_items=2, annotators=["ann", "bob"])
    project.batch(overlap=2)
    project.work("ann")
    project.work("bob", {i: [] for i in project.items})
    project.follow()
    for n in range(2):
        case = claim_adjudication(project.actor("expert"), project.id, house=house)
        assert case is not None
        if n == 0:
            settle(project.actor("expert"), project.id, case.adjudication.id, [], client_key="key-0001", house=house)
        else:
            with pytest.raises(ClientKeyReusedError):
                settle(
                    project.actor("expert"), project.id, case.adjudication.id, [], client_key="key-0001", house=house
                )
    assert disputes(project) == {"open": 1, "settled": 1}


# --- reviews --------------------------------------------------------------------------------------------------------


@pytest.fixture
def reviewed(house: House) -> Project:
    """One item, two equal answers, both drawn for review."""
    project = a_project(house, n_items=1)
    project.batch(overlap=2, review_share=1.0)
    project.work("ann")
    project.work("bob")
    project.follow()
    return project


def test_accepted_answers_leave_the_outcome_as_it_is(reviewed: Project) -> None:
    assert open_reviews(reviewed) == 2
    for _ in range(2):
        decide(reviewed, next_review(reviewed), Verdict.ACCEPT, reason_code=None)
    reviewed.follow()
    assert (inferred(reviewed).state, open_reviews(reviewed)) == ("agreed", 0)


def test_a_fix_stands_in_the_place_of_what_it_corrects(reviewed: Project) -> None:
    first = next_review(reviewed)
    done = decide(reviewed, first, Verdict.FIX, marks=[box(), box(60, 60)], note="one more")
    assert (done.state, done.verdict, done.reason_code, done.note) == ("closed", "fix", "missed", "one more")
    second = next_review(reviewed)
    decide(reviewed, second, Verdict.ACCEPT, reason_code=None)
    reviewed.follow()
    found = inferred(reviewed)
    assert done.fixed_by in found.inputs
    assert first.submission_id not in found.inputs
    assert found.mean_iou == pytest.approx(0.5)
    with reviewed.house.read(SETUP, reviewed.id) as rx:
        fix = next(s for s in submissions_of_item(rx, reviewed.items[0]) if s.id == done.fixed_by)
        assert (fix.supersedes, fix.author_id) == (first.submission_id, reviewed.people["reviewer"])
        assert len(marks_of(rx, [fix.id])[fix.id]) == 2
        assert standings_of(rx, [first.submission_id])[first.submission_id] is Standing.FIXED


def test_a_rejected_answer_asks_somebody_else_and_the_outcome_waits(reviewed: Project) -> None:
    rejected = next_review(reviewed)
    decide(reviewed, rejected, Verdict.REJECT)
    decide(reviewed, next_review(reviewed), Verdict.ACCEPT, reason_code=None)
    reviewed.follow()
    assert inferred(reviewed).state == "stale"
    assert reviewed.claim("ann") is None
    assert reviewed.claim("bob") is None
    assert len(reviewed.work("cid")) == 1
    reviewed.follow()
    found = inferred(reviewed)
    assert (found.state, len(found.inputs), rejected.submission_id in found.inputs) == ("agreed", 2, False)


def test_when_nobody_is_left_to_answer_an_expert_decides(reviewed: Project) -> None:
    decide(reviewed, next_review(reviewed), Verdict.REJECT)
    decide(reviewed, next_review(reviewed), Verdict.ACCEPT, reason_code=None)
    reviewed.follow()
    caller_pause(reviewed, "cid")
    reviewed.follow()
    assert inferred(reviewed).state == "disputed"
    assert disputes(reviewed) == {"open": 1}


def test_an_item_everybody_gives_back_goes_to_an_expert_who_settles_it_without_any_answer(house: House) -> None:
    project = a_project(house, n_items=1, annotators=["ann", "bob"])
    project.batch(overlap=2)
    for name in ("ann", "bob"):
        assignment = project.claim(name)
        assert assignment is not None
        skip(project.actor(name), project.id, assignment.id, reason="blurred", house=house)
        project.follow()
    assert inferred(project).state == "disputed"
    case = claim_adjudication(project.actor("expert"), project.id, house=house)
    assert case is not None
    assert (case.answers.submissions, case.schema_version, case.guideline_version) == ((), 1, 1)
    settle(project.actor("expert"), project.id, case.adjudication.id, [], client_key="key-0001", house=house)
    project.follow()
    assert inferred(project).state == "settled"


def test_an_item_that_one_gave_back_goes_to_an_expert_once_the_last_other_has_answered(house: House) -> None:
    project = a_project(house, n_items=1, annotators=["ann", "bob"])
    project.batch(overlap=2)
    assignment = project.claim("ann")
    assert assignment is not None
    skip(project.actor("ann"), project.id, assignment.id, reason="blurred", house=house)
    project.follow()
    assert disputes(project) == {}
    project.work("bob")
    project.follow()
    assert inferred(project).state == "disputed"
    assert disputes(project) == {"open": 1}


def test_a_skip_changes_nothing_while_others_can_answer(house: House) -> None:
    project = a_project(house, n_items=1)
    project.batch(overlap=2)
    assignment = project.claim("ann")
    assert assignment is not None
    skip(project.actor("ann"), project.id, assignment.id, reason="blurred", house=house)
    project.follow()
    with house.read(SETUP, project.id) as rx:
        assert consensus_of_item(rx, project.items[0]) == []


def test_nobody_is_given_or_may_decide_their_own_work(house: House) -> None:
    project = a_project(house, n_items=1, annotators=["ann"])
    project.add_person("both", "annotator", "reviewer")
    project.batch(overlap=1, review_share=1.0)
    project.work("both")
    project.follow()
    assert claim_review(project.actor("both"), project.id, house=house) is None
    mine = next_review(project)
    with pytest.raises(OwnWorkError):
        decide(project, mine, Verdict.ACCEPT, name="both")
    with pytest.raises(ReviewNotFoundError):
        decide_review(
            project.actor("reviewer"), project.id, "0" * 32, Verdict.ACCEPT, client_key="key-0001", house=house
        )


def test_a_fix_or_rejection_needs_a_reason(reviewed: Project) -> None:
    review = next_review(reviewed)
    for verdict in (Verdict.FIX, Verdict.REJECT):
        for reason in (None, "because"):
            with pytest.raises(ReasonMissingError):
                decide(reviewed, review, verdict, reason_code=reason)


def test_a_verdict_counts_once_and_a_second_one_is_refused(reviewed: Project) -> None:
    review = next_review(reviewed)
    first = decide(reviewed, review, Verdict.REJECT)
    again = decide(reviewed, review, Verdict.REJECT)
    assert again.closed_at_us == first.closed_at_us
    with pytest.raises(ReviewClosedError):
        decide(reviewed, review, Verdict.ACCEPT, client_key="key-other")
    with reviewed.house.read(SETUP, reviewed.id) as rx:
        (task,) = tasks_of_item(rx, reviewed.items[0])
    assert (task.n_taken, task.n_submitted) == (1, 1)


def test_two_reviewers_at_once_are_given_two_reviews_and_one_verdict_counts(reviewed: Project) -> None:
    reviewed.add_person("second", "reviewer")
    found: list[Any] = [None, None]
    start = threading.Barrier(2)

    def claim(place: int, name: str) -> None:
        start.wait()
        found[place] = next_review(reviewed, name)

    def reject(place: int, name: str, review: Review) -> None:
        start.wait()
        try:
            found[place] = decide(reviewed, review, Verdict.REJECT, name, client_key=f"key-{name}-x")
        except ReviewClosedError as error:
            found[place] = error

    for run, extra in ((claim, ()), (reject, None)):
        target = found[0] if extra is None else None
        threads = [
            threading.Thread(target=run, args=(place, name, target) if extra is None else (place, name))
            for place, name in enumerate(("reviewer", "second"))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if run is claim:
            assert found[0].id != found[1].id
    assert sorted(isinstance(f, ReviewClosedError) for f in found) == [False, True]
    with reviewed.house.read(SETUP, reviewed.id) as rx:
        (task,) = tasks_of_item(rx, reviewed.items[0])
    assert (task.n_taken, task.n_submitted) == (1, 1)


def test_a_hold_that_ends_lets_somebody_else_look(reviewed: Project) -> None:
    reviewed.add_person("second", "reviewer")
    mine = next_review(reviewed)
    assert next_review(reviewed).id == mine.id, "asking again gives the same"
    assert next_review(reviewed, "second").id != mine.id
    reviewed.clock.advance(601)
    assert next_review(reviewed, "second").id == mine.id


def test_reviews_of_one_moment_page_without_losing_any(house: House) -> None:
    project = a_project(house, n_items=60, annotators=["ann"])
    project.batch(overlap=1)
    project.work("ann")
    project.follow()
    put_back(SETUP, project.id, project.people["ann"], since_us=0, sample_since_us=0, why="test", house=house)
    seen: list[str] = []
    after = (-1, "")
    while page := list_reviews(SETUP, project.id, state="open", author_id=None, after=after, limit=7, house=house):
        seen += [r.id for r in page]
        after = (page[-1].rank, page[-1].id)
    assert len(seen) == len(set(seen)) == 60


# --- put-backs ------------------------------------------------------------------------------------------------------


def worked(house: House, n_items: int) -> Project:
    """Ann answers one item every ten seconds."""
    project = a_project(house, n_items=n_items, annotators=["ann", "bob"])
    project.batch(overlap=1)
    for _ in range(n_items):
        project.clock.advance(10)
        project.work("ann", most=1)
    project.follow()
    return project


def send_back(
    project: Project, *, since_us: int, sample_us: int, alarm: str | None = None, key: str | None = None
) -> PutBack | None:
    return put_back(
        SETUP,
        project.id,
        project.people["ann"],
        since_us=since_us,
        sample_since_us=sample_us,
        why="a test",
        alarm_id=alarm,
        key=key,
        house=project.house,
    )


def answer_times(project: Project) -> list[int]:
    return [e.at_us for e in project.events("submission.received")]


def test_work_since_an_instant_goes_back_once_and_its_items_wait(house: House) -> None:
    project = worked(house, 20)
    since = answer_times(project)[11]
    row = send_back(project, since_us=since, sample_us=since, key="back")
    assert row is not None
    assert (row.n_review, row.n_sampled) == (8, 0)
    assert send_back(project, since_us=since, sample_us=since, key="back") is None
    project.follow()
    assert open_reviews(project) == 8
    states = [inferred(project, item).state.value for item in project.items]
    assert sorted(states) == ["agreed"] * 12 + ["in_review"] * 8


def test_what_was_judged_or_settled_stays_and_accepted_work_goes_back_for_a_lead_only(house: House) -> None:
    project = worked(house, 6)
    send_back(project, since_us=0, sample_us=0)
    for n in range(4):
        verdict = [Verdict.ACCEPT, Verdict.ACCEPT, Verdict.FIX, Verdict.REJECT][n]
        decide(project, next_review(project), verdict, marks=[box()])
    by_alarm = send_back(project, since_us=0, sample_us=0, alarm="0" * 32)
    assert by_alarm is not None
    assert by_alarm.n_review == 0, "all of it was looked at, or is about to be"
    by_lead = send_back(project, since_us=0, sample_us=0)
    assert by_lead is not None
    assert by_lead.n_review == 2


def stretch(house: House, n: int) -> tuple[Project, PutBack]:
    """A put-back that samples the first `n` answers and sends back the last two."""
    project = worked(house, n + 2)
    row = send_back(project, since_us=answer_times(project)[n - 1], sample_us=0, alarm="0" * 32)
    assert row is not None
    return project, row


def read_probes(project: Project, verdict: Verdict) -> int:
    """Decide every open probe, round after round; returns how many."""
    n = 0
    while True:
        page = list_reviews(
            SETUP, project.id, state="open", author_id=None, after=(-1, ""), limit=500, house=project.house
        )
        probes = [r for r in page if r.reason == "probe"]
        if not probes:
            return n
        for review in probes:
            decide(project, review, verdict, marks=[box()])
            n += 1


def test_a_sample_without_defects_lets_the_stretch_pass_after_more_looks_if_the_plan_asks(house: House) -> None:
    project, row = stretch(house, 150)
    assert 0 < row.n_sampled < 150
    n_read = read_probes(project, Verdict.ACCEPT)
    assert row.n_sampled <= n_read < 150
    with house.read(SETUP, project.id) as rx:
        kept = next(p for p in all_put_backs(rx) if p.id == row.id)
    assert (kept.n_review, kept.n_sampled) == (2, n_read)
    assert open_reviews(project) == 2, "only what came after the change"


def test_a_sample_full_of_defects_sends_the_whole_stretch_back(house: House) -> None:
    project, row = stretch(house, 150)
    n_read = read_probes(project, Verdict.REJECT)
    assert n_read < 150
    with house.read(SETUP, project.id) as rx:
        kept = next(p for p in all_put_backs(rx) if p.id == row.id)
    assert kept.n_review == 2 + 150 - n_read
    assert open_reviews(project) == 152 - n_read


def test_a_short_stretch_is_read_whole(house: House) -> None:
    project, row = stretch(house, 6)
    assert (row.n_review, row.n_sampled) == (2, 6)
    assert read_probes(project, Verdict.ACCEPT) == 6
    assert open_reviews(project) == 2


def test_the_sample_is_the_same_whenever_it_is_drawn(house: House) -> None:
    from assay.review.put_back import _draw, _open_work

    project = worked(house, 40)
    with house.read(SETUP, project.id) as rx:
        work = _open_work(rx, project.people["ann"], 0, looked_at=False)
    assert [s.id for s in _draw(work, 9)] == [s.id for s in _draw(work[::-1], 9)]


def test_nothing_to_put_back_is_no_open_matter(house: House) -> None:
    project = a_project(house, n_items=1, annotators=["ann"])
    row = send_back(project, since_us=0, sample_us=0, alarm="0" * 32)
    assert row is not None
    assert (row.n_review, row.n_sampled, open_reviews(project)) == (0, 0, 0)


def caller_pause(project: Project, name: str) -> None:
    """Let the lead pause somebody, as the API does."""
    key = make_key_for(SETUP, project.people["lead"], "test", house=project.house)
    caller = directory_of(project.house).by_key(key.secret, project.house)
    pause(caller, caller.membership(project.id), project.people[name], why="away", house=project.house)


def test_notes_on_single_marks_stay_with_the_verdict_and_fit_the_answer(house: House) -> None:
    project = a_project(house, n_items=1)
    project.batch(review_share=1.0)
    (answer,) = project.work("ann", {project.items[0]: [box(), box(60)]})
    project.follow()
    review = next_review(project)
    with house.read(SETUP, project.id) as rx:
        first, _ = (mark.id for mark in marks_of(rx, [answer.id])[answer.id])
    with pytest.raises(NoteMisplacedError):
        decide(project, review, Verdict.REJECT, notes={"f" * 32: "not yours"})
    assert open_reviews(project) == 1
    for _ in range(2):  # a retry with the same key adds nothing
        decide(project, review, Verdict.REJECT, notes={first: "too wide"})
    with house.read(SETUP, project.id) as rx:
        assert notes_of(rx, [review.id]) == {review.id: {first: "too wide"}}
