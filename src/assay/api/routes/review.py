"""Reviews and adjudications."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query
from starlette.responses import Response

from assay.access import Membership
from assay.api.deps import Caller, Cursor, Format, House, Limit, Services, member
from assay.api.routing import body_limit, make_router
from assay.api.tables import make_cursor, read_cursor, table
from assay.api.views.marks import mark_out, marks_of_wire
from assay.api.views.media import image_reply
from assay.api.views.people import Names
from assay.governance import policy_in
from assay.items import media_in
from assay.review import (
    AdjudicationCase,
    AdjudicationNotFoundError,
    FusedMark,
    ReviewCase,
    ReviewNotFoundError,
    Verdict,
    claim_adjudication,
    claim_review,
    decide_review,
    find_adjudication,
    get_review,
    letter,
    list_adjudications,
    list_reviews,
    marks_of_answers,
    settle,
)
from assay.storage import Rx
from assay.wire.common import Page, instant, instant_or_none
from assay.wire.review import (
    AdjudicationClaimOut,
    AdjudicationOut,
    AdjudicationRow,
    Alikeness,
    AnswerOut,
    ConsensusMark,
    DisputeOut,
    ReviewClaimIn,
    ReviewClaimOut,
    ReviewOut,
    ReviewRow,
    Settled,
    SettlementIn,
    VerdictIn,
    VerdictOut,
)

router = make_router("review")
Reviewer = Annotated[Membership, member("reviewer", "expert", "lead", "admin")]
Expert = Annotated[Membership, member("expert", "lead", "admin")]
MARKS_LIMIT = 16 * 1024 * 1024
IMAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"image/*": {}}}}


def review_out(case: ReviewCase, rx: Rx, project: Membership) -> ReviewOut:
    """An answer to look at."""
    blind = policy_in(rx).blind_names and case.review.reason in {"sample", "asked"}
    return ReviewOut.model_construct(
        id=case.review.id,
        reason=case.review.reason,
        image_url=f"/v1/projects/{project.slug}/reviews/{case.review.id}/image",
        width_px=case.medium.width_px,
        height_px=case.medium.height_px,
        marks=[mark_out(m) for m in case.marks],
        author=None if blind else Names(rx)(case.review.author_id),
        schema_version=case.submission.schema_version,
        guideline_version=case.submission.guideline_version,
        n_open=case.n_open,
        lease_until_at=instant(case.held_until_us),
    )


@router.post("/v1/projects/{project}/reviews/claims")
def new_review_claim(body: ReviewClaimIn, caller: Caller, project: Reviewer, house: House) -> ReviewClaimOut:
    """Give the caller the next answer to look at, never their own."""
    case = claim_review(caller.actor, project.project_id, author_id=body.user_id, house=house)
    if case is None:
        return ReviewClaimOut(review=None)
    with house.read(caller.actor, project.project_id) as rx:
        return ReviewClaimOut.model_construct(review=review_out(case, rx, project))


@router.get("/v1/projects/{project}/reviews/{review}/image", response_class=Response, responses=IMAGE)
def read_review_image(caller: Caller, project: Reviewer, house: House, services: Services, review: str) -> Response:
    """The picture of an answer to look at."""
    found = get_review(caller.actor, project.project_id, review, house=house)
    if found is None:
        raise ReviewNotFoundError(review)
    with house.read(caller.actor, project.project_id) as rx:
        medium = media_in(rx, found.item_id)
    return image_reply(medium, services)


@router.get("/v1/projects/{project}/reviews", response_model=Page[ReviewRow])
def read_reviews(
    caller: Caller,
    project: Annotated[Membership, member("reviewer", "expert", "lead", "auditor", "admin")],
    house: House,
    cursor: Cursor = "",
    limit: Limit = 50,
    form: Format = "json",
    state: Annotated[Literal["open", "closed"], Query()] = "open",
    user_id: Annotated[str | None, Query(max_length=64)] = None,
) -> Page[ReviewRow] | Response:
    """Reviews in the order they are looked at."""

    def fetch(cursor: str, n: int) -> tuple[list[ReviewRow], str | None]:
        key = read_cursor(cursor, int, str)
        after = (key[0], key[1]) if key else (-1, "")
        found = list_reviews(
            caller.actor, project.project_id, state=state, author_id=user_id, after=after, limit=n + 1, house=house
        )
        with house.read(caller.actor, project.project_id) as rx:
            names = Names(rx)
        rows = [
            ReviewRow.model_construct(
                id=r.id,
                reason=r.reason,
                state=r.state,
                item_id=r.item_id,
                author=names(r.author_id),
                reviewer=names.or_none(r.reviewer_id),
                verdict=r.verdict,
                reason_code=r.reason_code,
                note=r.note,
                created_at=instant(r.created_at_us),
                closed_at=instant_or_none(r.closed_at_us),
            )
            for r in found[:n]
        ]
        return rows, make_cursor(found[n - 1].rank, found[n - 1].id) if len(found) > n else None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="reviews")


@router.post("/v1/projects/{project}/reviews/{review}/verdict")
@body_limit(MARKS_LIMIT)
def new_verdict(body: VerdictIn, caller: Caller, project: Reviewer, house: House, review: str) -> VerdictOut:
    """Accept an answer, correct it, or reject it."""
    decide_review(
        caller.actor,
        project.project_id,
        review,
        Verdict(body.verdict),
        client_key=body.client_key,
        reason_code=body.reason_code,
        note=body.note,
        marks=marks_of_wire(body.marks),
        seconds=body.seconds,
        notes={each.mark_id: each.text for each in body.notes},
        house=house,
    )
    return VerdictOut(id=review, verdict=body.verdict)


def adjudication_out(case: AdjudicationCase, rx: Rx, project: Membership) -> AdjudicationOut:
    """A dispute for the expert's page."""
    blind, names = policy_in(rx).blind_names, Names(rx)
    stored = marks_of_answers(rx, case.answers)
    return AdjudicationOut.model_construct(
        id=case.adjudication.id,
        image_url=f"/v1/projects/{project.slug}/adjudications/{case.adjudication.id}/image",
        width_px=case.medium.width_px,
        height_px=case.medium.height_px,
        agreement=Alikeness(mean_iou=case.merged.mean_iou or 0.0, f1=case.merged.f1 or 0.0),
        answers=[
            AnswerOut.model_construct(
                label=letter(i),
                author=None if blind else names(submission.author_id),
                marks=[mark_out(m) for m in stored[submission.id]],
            )
            for i, submission in enumerate(case.answers.submissions)
        ],
        consensus=[consensus_mark(m, i) for i, m in enumerate(case.merged.marks)],
        disputes=[
            DisputeOut.model_construct(
                bbox=list(d.bbox), kind=d.kind, drawn_by=list(d.drawn_by), label_classes=list(d.label_classes)
            )
            for d in case.merged.disputes
        ],
        schema_version=case.schema_version,
        guideline_version=case.guideline_version,
        n_open=case.n_open,
        lease_until_at=instant(case.held_until_us),
    )


def consensus_mark(mark: FusedMark, place: int) -> ConsensusMark:
    """A fused mark for a page."""
    return ConsensusMark.model_construct(
        id=f"c{place}",
        client_id=f"c{place}",
        label_class=mark.label_class,
        shape=mark.shape,
        bbox=list(mark.bbox),
        attributes=mark.attributes,
        geometry=mark.geometry,
        confidence=mark.confidence,
        n_votes=mark.n_votes,
    )


@router.post("/v1/projects/{project}/adjudications/claims")
def new_adjudication_claim(caller: Caller, project: Expert, house: House) -> AdjudicationClaimOut:
    """Give the caller the worst open dispute in which they have no part."""
    case = claim_adjudication(caller.actor, project.project_id, house=house)
    if case is None:
        return AdjudicationClaimOut(adjudication=None)
    with house.read(caller.actor, project.project_id) as rx:
        return AdjudicationClaimOut.model_construct(adjudication=adjudication_out(case, rx, project))


@router.get("/v1/projects/{project}/adjudications/{adjudication}/image", response_class=Response, responses=IMAGE)
def read_adjudication_image(
    caller: Caller, project: Expert, house: House, services: Services, adjudication: str
) -> Response:
    """The picture of a dispute."""
    with house.read(caller.actor, project.project_id) as rx:
        found = find_adjudication(rx, adjudication)
        if found is None:
            raise AdjudicationNotFoundError(adjudication)
        medium = media_in(rx, found.item_id)
    return image_reply(medium, services)


@router.get("/v1/projects/{project}/adjudications", response_model=Page[AdjudicationRow])
def read_adjudications(
    caller: Caller,
    project: Annotated[Membership, member("expert", "lead", "auditor", "admin")],
    house: House,
    cursor: Cursor = "",
    limit: Limit = 50,
    form: Format = "json",
    state: Annotated[Literal["open", "waiting", "settled", "cancelled"], Query()] = "open",
) -> Page[AdjudicationRow] | Response:
    """Disputes."""

    def fetch(cursor: str, n: int) -> tuple[list[AdjudicationRow], str | None]:
        key = read_cursor(cursor, str)
        after = key[0] if key else ""
        found = list_adjudications(caller.actor, project.project_id, state=state, after=after, limit=n + 1, house=house)
        with house.read(caller.actor, project.project_id) as rx:
            names = Names(rx)
        rows = [
            AdjudicationRow.model_construct(
                id=a.id,
                state=a.state,
                item_id=a.item_id,
                mean_iou=a.mean_iou,
                f1=a.f1,
                settled_by=names.or_none(a.settled_by),
                note=a.note,
                created_at=instant(a.created_at_us),
                settled_at=instant_or_none(a.settled_at_us),
            )
            for a in found[:n]
        ]
        return rows, make_cursor(found[n - 1].id) if len(found) > n else None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="adjudications")


@router.post("/v1/projects/{project}/adjudications/{adjudication}/settlement")
@body_limit(MARKS_LIMIT)
def new_settlement(body: SettlementIn, caller: Caller, project: Expert, house: House, adjudication: str) -> Settled:
    """Decide what the item's answer is."""
    settle(
        caller.actor,
        project.project_id,
        adjudication,
        marks_of_wire(body.marks),
        client_key=body.client_key,
        note=body.note,
        notes={each.mark_id: each.text for each in body.notes},
        seconds=body.seconds,
        house=house,
    )
    return Settled(id=adjudication)
