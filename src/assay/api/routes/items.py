"""Items, for everybody but annotators, who see pictures by their assignments only."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from starlette.responses import Response

from assay.access import Membership
from assay.annotations import marks_of, submissions_of_item
from assay.api.deps import Blobs, Caller, Cursor, Format, House, Limit, Services, member
from assay.api.routing import make_router
from assay.api.tables import make_cursor, read_cursor, table
from assay.api.views.items import items_out
from assay.api.views.marks import mark_out
from assay.api.views.media import image_reply, thumb_reply
from assay.api.views.people import Names
from assay.gold import gold_in, gold_mark_to_json
from assay.items import get_item, item_in, items_after
from assay.review import consensus_of_item, reviews_of
from assay.wire.common import Page, instant, instant_or_none
from assay.wire.items import ItemOut, WhyMark, WhyOut, WhyVerdict

router = make_router("items")
Reader = Annotated[Membership, member("reviewer", "expert", "lead", "approver", "auditor", "admin")]
IMAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"image/*": {}}}}


@router.get("/v1/projects/{project}/items", response_model=Page[ItemOut])
def read_items(
    caller: Caller, project: Reader, house: House, cursor: Cursor = "", limit: Limit = 50, form: Format = "json"
) -> Page[ItemOut] | Response:
    """Items in the order they came."""

    def fetch(cursor: str, n: int) -> tuple[list[ItemOut], str | None]:
        key = read_cursor(cursor, str)
        with house.read(caller.actor, project.project_id) as rx:
            found = items_after(rx, key[0] if key else "", n + 1)
            rows = items_out(rx, found[:n], project)
        return rows, make_cursor(found[n - 1].id) if len(found) > n else None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="items")


@router.get("/v1/projects/{project}/items/{item}")
def read_item(caller: Caller, project: Reader, house: House, item: str) -> ItemOut:
    """One item."""
    with house.read(caller.actor, project.project_id) as rx:
        return items_out(rx, [item_in(rx, item)], project)[0]


@router.get("/v1/projects/{project}/items/{item}/image", response_class=Response, responses=IMAGE)
def read_item_image(caller: Caller, project: Reader, house: House, services: Services, item: str) -> Response:
    """The picture as it is labelled."""
    return image_reply(get_item(caller.actor, project.project_id, item, house=house).medium, services)


@router.get("/v1/projects/{project}/items/{item}/thumb", response_class=Response, responses=IMAGE)
def read_item_thumb(caller: Caller, project: Reader, house: House, blobs: Blobs, item: str) -> Response:
    """The small picture."""
    return thumb_reply(get_item(caller.actor, project.project_id, item, house=house).medium, blobs)


@router.get("/v1/projects/{project}/items/{item}/why")
def read_why(caller: Caller, project: Reader, house: House, item: str) -> WhyOut:
    """Why the marks of an item are there: authors, versions, time, verdicts, consensus, gold."""
    with house.read(caller.actor, project.project_id) as rx:
        names, found = Names(rx), item_in(rx, item)
        submissions = submissions_of_item(rx, item)
        marks = marks_of(rx, [s.id for s in submissions])
        reviews = reviews_of(rx, [s.id for s in submissions])
        gold = gold_in(rx, item)
        return WhyOut.model_construct(
            item=items_out(rx, [found], project)[0],
            marks=[
                WhyMark.model_construct(
                    **mark_out(m).__dict__,
                    author="imported, quality unknown" if s.origin.value == "imported" else names(s.author_id).name,
                    submission_id=s.id,
                    guideline_version=s.guideline_version,
                    schema_version=s.schema_version,
                    seconds=s.seconds,
                    received_at=instant(s.received_at_us),
                    origin=s.origin.value,
                )
                for s in submissions
                for m in marks[s.id]
            ],
            verdicts=[
                WhyVerdict.model_construct(
                    submission_id=r.submission_id,
                    verdict=r.verdict,
                    reason=r.reason,
                    reason_code=r.reason_code,
                    note=r.note,
                    reviewer=names(r.reviewer_id).name if r.reviewer_id else None,
                    at=instant_or_none(r.closed_at_us),
                )
                for r in reviews
            ],
            consensus=[
                {
                    "batch_id": c.batch_id,
                    "state": c.state.value,
                    "mean_iou": c.mean_iou,
                    "f1": c.f1,
                    "inputs": list(c.inputs),
                    "settled_by": c.settled_by,
                    "marks": [asdict(m) for m in c.marks],
                }
                for c in consensus_of_item(rx, item)
            ],
            gold=None
            if gold is None
            else {
                "version": gold.version,
                "state": gold.state.value,
                "signed_by": names(gold.signed_by).name,
                "marks": [gold_mark_to_json(m) for m in gold.marks],
            },
        )
