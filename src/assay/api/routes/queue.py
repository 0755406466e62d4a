"""Claims, drafts and submissions: what an annotator's page calls all day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import orjson
from starlette.responses import Response

from assay.access import Membership
from assay.api.deps import Caller, Cursor, Format, House, Limit, Services, member
from assay.api.routing import body_limit, make_router
from assay.api.tables import make_cursor, read_cursor, table
from assay.api.views.gold import verdict_out
from assay.api.views.marks import mark_of_json, marks_of_wire
from assay.api.views.media import image_reply
from assay.gold import score_submission
from assay.governance import policy_in
from assay.items import items_by_id, media_in
from assay.kernel.actor import system
from assay.queue import (
    Assignment,
    Claim,
    Draft,
    assignment_in,
    claim_next,
    claim_practice,
    get_assignment,
    my_history,
    renew,
    save_draft,
    skip,
    submit,
)
from assay.review import Standing, notes_of, reviews_of, standings_of
from assay.storage import House as HouseValue
from assay.wire.common import Page, instant, instant_or_none
from assay.wire.gold import PracticeVerdict
from assay.wire.queue import (
    AssignmentOut,
    ClaimIn,
    ClaimOut,
    DraftIn,
    DraftOut,
    DraftSaved,
    LeaseOut,
    MyAssignment,
    Sitting,
    SkipIn,
    SubmissionIn,
    SubmissionOut,
)

router = make_router("queue")
Annotator = Annotated[Membership, member("annotator")]
SITTING_GOAL = 50
MARKS_LIMIT = 16 * 1024 * 1024
PRACTICE = system("practice")


def assignment_out(assignment: Assignment, claim: Claim, project: Membership) -> AssignmentOut:
    """An assignment for a page: the same fields, whatever kind of task it is."""
    return AssignmentOut.model_construct(
        id=assignment.id,
        image_url=f"/v1/projects/{project.slug}/assignments/{assignment.id}/image",
        width_px=assignment.width_px,
        height_px=assignment.height_px,
        schema_version=assignment.schema_version,
        guideline_version=assignment.guideline_version,
        lease_until_at=instant(assignment.lease_until_us),
        state=assignment.state.value,
        draft=None if claim.draft is None else draft_out(claim.draft),
        practice=assignment.kind.value == "practice",
        sitting=Sitting.model_construct(n_done=claim.n_done, n_goal=SITTING_GOAL),
    )


def draft_out(draft: Draft) -> DraftOut:
    """Unfinished work for a page."""
    return DraftOut.model_construct(
        marks=[mark_of_json(mark) for mark in orjson.loads(draft.marks_json)],
        seconds=draft.seconds,
        revision=draft.revision,
        saved_at=instant(draft.saved_at_us),
    )


def claim_out(claim: Claim, project: Membership) -> ClaimOut:
    """The answer to a claim."""
    assignment = None if claim.assignment is None else assignment_out(claim.assignment, claim, project)
    return ClaimOut.model_construct(assignment=assignment, reason=claim.reason)


@router.post("/v1/projects/{project}/claims")
def new_claim(body: ClaimIn, caller: Caller, project: Annotator, house: House) -> ClaimOut:
    """Give the caller their next assignment, or say why there is none."""
    if project.paused:
        return ClaimOut(assignment=None, reason="paused")
    if body.practice:
        claim = claim_practice(caller.actor, project.project_id, house=house)
    else:
        claim = claim_next(caller.actor, project.project_id, resume=body.resume, house=house)
    return claim_out(claim, project)


@router.get("/v1/projects/{project}/assignments/{assignment}")
def read_assignment(caller: Caller, project: Annotator, house: House, assignment: str) -> AssignmentOut:
    """One of the caller's assignments, with what they left unfinished."""
    found = get_assignment(caller.actor, project.project_id, assignment, house=house)
    assert found.assignment is not None, "an assignment that is not there is an error"
    return assignment_out(found.assignment, found, project)


@router.get(
    "/v1/projects/{project}/assignments/{assignment}/image",
    response_class=Response,
    responses={200: {"content": {"image/*": {}}}},
)
def read_assignment_image(
    caller: Caller, project: Annotator, house: House, services: Services, assignment: str
) -> Response:
    """The picture of one of the caller's assignments."""
    with house.read(caller.actor, project.project_id) as rx:
        medium = media_in(rx, assignment_in(rx, assignment).item_id)
    return image_reply(medium, services)


@router.put("/v1/projects/{project}/assignments/{assignment}/draft")
@body_limit(MARKS_LIMIT)
def put_draft(body: DraftIn, caller: Caller, project: Annotator, house: House, assignment: str) -> DraftSaved:
    """Keep unfinished work; 409 when another tab saved in between, with that side's marks."""
    draft = save_draft(
        caller.actor,
        project.project_id,
        assignment,
        marks_of_wire(body.marks),
        seconds=body.seconds,
        based_on=body.revision,
        house=house,
    )
    return DraftSaved(revision=draft.revision, saved_at=instant(draft.saved_at_us))


@router.post("/v1/projects/{project}/assignments/{assignment}/renew")
def renew_lease(caller: Caller, project: Annotator, house: House, assignment: str) -> LeaseOut:
    """Hold the assignment for longer."""
    until = renew(caller.actor, project.project_id, assignment, house=house)
    return LeaseOut(lease_until_at=instant(until))


@router.post("/v1/projects/{project}/assignments/{assignment}/submission")
@body_limit(MARKS_LIMIT)
def new_submission(
    body: SubmissionIn, caller: Caller, project: Annotator, house: House, assignment: str
) -> SubmissionOut:
    """Hand in the work; the same client key again gets the first receipt."""
    done = submit(
        caller.actor,
        project.project_id,
        assignment,
        marks_of_wire(body.marks),
        client_key=body.client_key,
        seconds=body.seconds,
        schema_version=body.schema_version,
        guideline_version=body.guideline_version,
        house=house,
    )
    practice = _practice_verdict(done.id, project, house) if done.origin.value == "practice" else None
    return SubmissionOut.model_construct(
        submission_id=done.id, received_at=instant(done.received_at_us), practice=practice
    )


def _practice_verdict(submission_id: str, project: Membership, house: HouseValue) -> PracticeVerdict:
    """What a practice answer was worth, at once; practice is the one place where that gives nothing away."""
    with house.read(PRACTICE, project.project_id) as rx:
        policy = policy_in(rx)
    stored = score_submission(
        PRACTICE,
        project.project_id,
        submission_id,
        match_iou=policy.match_iou,
        tight_iou=policy.tight_iou,
        house=house,
    )
    if stored is None:
        return PracticeVerdict(is_gold=False, verdict=None)
    with house.read(PRACTICE, project.project_id) as rx:
        items = items_by_id(rx, [stored.item_id])
    return PracticeVerdict.model_construct(is_gold=True, verdict=verdict_out(stored, items, None, project))


@router.post("/v1/projects/{project}/assignments/{assignment}/skip", status_code=204)
def skip_assignment(body: SkipIn, caller: Caller, project: Annotator, house: House, assignment: str) -> None:
    """Give the assignment back with a reason."""
    skip(caller.actor, project.project_id, assignment, reason=body.reason, house=house)


@router.get("/v1/projects/{project}/me/assignments", response_model=Page[MyAssignment])
def read_my_assignments(
    caller: Caller, project: Annotator, house: House, cursor: Cursor = "", limit: Limit = 50, form: Format = "json"
) -> Page[MyAssignment] | Response:
    """The caller's own history, newest first."""

    def fetch(cursor: str, n: int) -> tuple[list[MyAssignment], str | None]:
        key = read_cursor(cursor, int, str)
        before = (key[0], key[1]) if key else (2**62, "")
        found = my_history(caller.actor, project.project_id, before=before, limit=n + 1, house=house)
        rows = found[:n]
        ids = [a.submission_id for a in rows if a.submission_id]
        with house.read(caller.actor, project.project_id) as rx:
            standing = standings_of(rx, ids)
            closed = [r for r in reviews_of(rx, ids) if r.state == "closed"]
            on_marks = notes_of(rx, [r.id for r in closed])
            notes = {r.submission_id: _said(r.note, on_marks[r.id]) for r in closed}
        out = [_my_row(a, standing.get(a.submission_id or ""), notes.get(a.submission_id or "")) for a in rows]
        return out, make_cursor(rows[-1].leased_at_us, rows[-1].id) if len(found) > n else None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="my-assignments")


def _said(note: str | None, on_marks: Mapping[str, str]) -> str | None:
    """Everything a reviewer said in one line: on the whole, then on single marks."""
    return " · ".join([*([note] if note else []), *on_marks.values()]) or None


def _my_row(assignment: Assignment, standing: Standing | None, note: str | None) -> MyAssignment:
    verdict = {Standing.ACCEPTED: "accepted", Standing.FIXED: "fixed", Standing.REJECTED: "rejected"}
    return MyAssignment.model_construct(
        id=assignment.id,
        state=assignment.state.value,
        submitted_at=instant_or_none(assignment.submitted_at_us),
        n_marks=assignment.n_marks,
        verdict="none" if standing is None else verdict.get(standing, "none"),
        reason=note or assignment.reason,
    )
