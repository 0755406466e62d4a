"""Tiles of large pictures, beside the picture they belong to and for exactly those who may see it."""

from __future__ import annotations

from typing import Annotated, Any

from starlette.responses import Response

from assay.access import Membership
from assay.api.deps import Caller, House, Services, member
from assay.api.routing import make_router
from assay.api.views.media import tile_reply
from assay.items import get_item, media_in
from assay.queue import assignment_in
from assay.review import AdjudicationNotFoundError, ReviewNotFoundError, find_adjudication, get_review

router = make_router("tiles")
Reader = Annotated[Membership, member("reviewer", "expert", "lead", "approver", "auditor", "admin")]
Annotator = Annotated[Membership, member("annotator")]
Reviewer = Annotated[Membership, member("reviewer", "expert", "lead", "admin")]
Expert = Annotated[Membership, member("expert", "lead", "admin")]
IMAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}}}
TILE = "/image/tiles/{place}"
"""`place` is level, column and row with dashes between, such as `12-3-4`."""


@router.get(f"/v1/projects/{{project}}/assignments/{{assignment}}{TILE}", response_class=Response, responses=IMAGE)
def read_assignment_tile(
    caller: Caller, project: Annotator, house: House, services: Services, assignment: str, place: str
) -> Response:
    """A tile of the picture of one of the caller's assignments."""
    with house.read(caller.actor, project.project_id) as rx:
        medium = media_in(rx, assignment_in(rx, assignment).item_id)
    return tile_reply(medium, services, place)


@router.get(f"/v1/projects/{{project}}/items/{{item}}{TILE}", response_class=Response, responses=IMAGE)
def read_item_tile(
    caller: Caller, project: Reader, house: House, services: Services, item: str, place: str
) -> Response:
    """A tile of the picture as it is labelled."""
    medium = get_item(caller.actor, project.project_id, item, house=house).medium
    return tile_reply(medium, services, place)


@router.get(f"/v1/projects/{{project}}/reviews/{{review}}{TILE}", response_class=Response, responses=IMAGE)
def read_review_tile(
    caller: Caller, project: Reviewer, house: House, services: Services, review: str, place: str
) -> Response:
    """A tile of the picture of an answer to look at."""
    found = get_review(caller.actor, project.project_id, review, house=house)
    if found is None:
        raise ReviewNotFoundError(review)
    with house.read(caller.actor, project.project_id) as rx:
        medium = media_in(rx, found.item_id)
    return tile_reply(medium, services, place)


@router.get(f"/v1/projects/{{project}}/adjudications/{{adjudication}}{TILE}", response_class=Response, responses=IMAGE)
def read_adjudication_tile(
    caller: Caller, project: Expert, house: House, services: Services, adjudication: str, place: str
) -> Response:
    """A tile of the picture of a dispute."""
    with house.read(caller.actor, project.project_id) as rx:
        found = find_adjudication(rx, adjudication)
        if found is None:
            raise AdjudicationNotFoundError(adjudication)
        medium = media_in(rx, found.item_id)
    return tile_reply(medium, services, place)
