"""Items, for everybody but annotators, who see pictures by their assignments only."""

from __future__ import annotations

from typing import Annotated, Any

from starlette.responses import Response

from assay.access import Membership
from assay.annotations import marks_of, submissions_of_item
from assay.api.deps import Blobs, Caller, Cursor, Format, House, Limit, Services, member
from assay.api.routing import make_router
from assay.api.tables import make_cursor, read_cursor, table
from assay.api.views.items import items_out
from assay.api.views.media import image_reply, thumb_reply
from assay.api.views.people import Names
from assay.api.views.production import why_beyond
from assay.api.views.why import why_consensus, why_gold, why_mark, why_verdicts
from assay.gold import gold_in
from assay.items import get_item, item_in, items_after
from assay.review import consensus_of_item, notes_of, reviews_of
from assay.wire.common import Page
from assay.wire.items import ItemOut, WhyOut

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
def read_why(caller: Caller, project: Reader, house: House, services: Services, item: str) -> WhyOut:
    """Why an item's marks are there: authors, versions, time, verdicts, consensus, gold, models, releases, price."""
    with house.read(caller.actor, project.project_id) as rx:
        names, found = Names(rx), item_in(rx, item)
        submissions = submissions_of_item(rx, item)
        marks = marks_of(rx, [s.id for s in submissions])
        reviews = reviews_of(rx, [s.id for s in submissions])
        return WhyOut.model_construct(
            item=items_out(rx, [found], project)[0],
            marks=[why_mark(m, s, names) for s in submissions for m in marks[s.id]],
            verdicts=why_verdicts(reviews, notes_of(rx, [r.id for r in reviews]), names),
            consensus=[why_consensus(rx, c) for c in consensus_of_item(rx, item)],
            gold=why_gold(gold_in(rx, item), names),
            **why_beyond(rx, found, project, services.blobs),
        )
