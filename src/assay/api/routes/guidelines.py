"""Guidelines and their example images."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request
from starlette.responses import Response

from assay.access import Membership
from assay.api.deps import AnyMember, Blobs, Caller, Cursor, Format, House, Limit, member
from assay.api.routing import body_limit, in_thread, make_router
from assay.api.tables import table
from assay.api.views.media import blob_reply
from assay.api.views.people import Names
from assay.guidelines import (
    Clause,
    Guideline,
    add_example,
    get_example,
    get_guideline,
    list_guidelines,
    publish_guideline,
)
from assay.jobs.pictures import safe_picture
from assay.wire.common import Page, instant
from assay.wire.guidelines import Clause as ClauseOut
from assay.wire.guidelines import Example, ExampleAdded, GuidelineNew, GuidelineOut

router = make_router("guidelines")
Version = Annotated[str, Path(pattern=r"^(current|[0-9]{1,9})$")]
Editor = Annotated[Membership, member("lead", "expert", "admin")]
EXAMPLE_LIMIT = 20 * 1024 * 1024


def example_url(project: Membership, example_id: str) -> str:
    """Where an example image is served."""
    return f"/v1/projects/{project.slug}/guideline-examples/{example_id}"


def clause_out(clause: Clause, project: Membership) -> ClauseOut:
    """A clause for a page."""
    return ClauseOut(
        id=clause.id,
        title=clause.title,
        html=clause.html,
        classes=list(clause.classes),
        examples=[
            Example(url=example_url(project, e.example_id), caption=e.caption, good=e.good) for e in clause.examples
        ],
    )


def guideline_out(guideline: Guideline, project: Membership, names: Names) -> GuidelineOut:
    """A guideline for a page."""
    return GuidelineOut(
        version=guideline.version,
        markdown=guideline.markdown,
        note=guideline.note,
        created_at=instant(guideline.created_at_us),
        created_by=names(guideline.created_by),
        clauses=[clause_out(c, project) for c in guideline.clauses],
    )


@router.get("/v1/projects/{project}/guidelines", response_model=Page[GuidelineOut])
def read_guidelines(
    caller: Caller, project: AnyMember, house: House, cursor: Cursor = "", limit: Limit = 50, form: Format = "json"
) -> Page[GuidelineOut] | Response:
    """Every version, newest first."""

    def fetch(_cursor: str, _n: int) -> tuple[list[GuidelineOut], str | None]:
        with house.read(caller.actor, project.project_id) as rx:
            names = Names(rx)
        found = list_guidelines(caller.actor, project.project_id, house=house)
        return [guideline_out(g, project, names) for g in found], None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="guidelines")


@router.get("/v1/projects/{project}/guidelines/{version}")
def read_guideline(caller: Caller, project: AnyMember, house: House, version: Version) -> GuidelineOut:
    """One version, or the current one."""
    number = None if version == "current" else int(version)
    guideline = get_guideline(caller.actor, project.project_id, number, house=house)
    with house.read(caller.actor, project.project_id) as rx:
        return guideline_out(guideline, project, Names(rx))


@router.post("/v1/projects/{project}/guidelines")
def new_guideline(body: GuidelineNew, caller: Caller, project: Editor, house: House) -> GuidelineOut:
    """Make this text the next version; earlier work keeps the version it was made under."""
    guideline = publish_guideline(caller.actor, project.project_id, body.markdown, note=body.note, house=house)
    with house.read(caller.actor, project.project_id) as rx:
        return guideline_out(guideline, project, Names(rx))


@router.put("/v1/projects/{project}/guideline-examples")
@body_limit(EXAMPLE_LIMIT)
async def new_example(request: Request, caller: Caller, project: Editor, house: House, blobs: Blobs) -> ExampleAdded:
    """Store an example image, sent as the raw body."""
    data = await request.body()

    def keep() -> str:
        picture = safe_picture(data)
        sha256 = blobs.put(picture.served)
        return add_example(caller.actor, project.project_id, sha256, picture.media_type, house=house)

    example_id = await in_thread(keep)
    return ExampleAdded(id=example_id, url=example_url(project, example_id))


@router.get(
    "/v1/projects/{project}/guideline-examples/{example_id}",
    response_class=Response,
    responses={200: {"content": {"image/*": {}}}},
)
def read_example(caller: Caller, project: AnyMember, house: House, blobs: Blobs, example_id: str) -> Response:
    """An example image."""
    sha256, media_type = get_example(caller.actor, project.project_id, example_id, house=house)
    return blob_reply(sha256, media_type, blobs)
