"""Label schemas."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from assay.access import Membership
from assay.api.deps import AnyMember, Caller, Cursor, Format, House, Limit, member
from assay.api.routing import make_router
from assay.api.tables import table
from assay.api.views.people import Names
from assay.labels import LabelSchema, class_from_json, class_to_json, get_schema, list_schemas, publish_schema
from assay.wire.common import Page, instant
from assay.wire.labels import LabelClass, SchemaNew, SchemaOut

router = make_router("labels")
Version = Annotated[str, Path(pattern=r"^(current|[0-9]{1,9})$")]


def schema_out(schema: LabelSchema, names: Names) -> SchemaOut:
    """A schema for a page."""
    return SchemaOut(
        version=schema.version,
        classes=[LabelClass.model_validate(class_to_json(c)) for c in schema.classes],
        created_at=instant(schema.created_at_us),
        created_by=names(schema.created_by),
    )


@router.get("/v1/projects/{project}/schemas", response_model=Page[SchemaOut])
def read_schemas(
    caller: Caller, project: AnyMember, house: House, cursor: Cursor = "", limit: Limit = 50, form: Format = "json"
) -> Page[SchemaOut] | Response:
    """Every version, newest first."""

    def fetch(_cursor: str, _n: int) -> tuple[list[SchemaOut], str | None]:
        with house.read(caller.actor, project.project_id) as rx:
            names = Names(rx)
        schemas = list_schemas(caller.actor, project.project_id, house=house)
        return [schema_out(s, names) for s in schemas], None

    return table(fetch, cursor=cursor, limit=limit, form=form, name="schemas")


@router.get("/v1/projects/{project}/schemas/{version}")
def read_schema(caller: Caller, project: AnyMember, house: House, version: Version) -> SchemaOut:
    """One version, or the current one."""
    number = None if version == "current" else int(version)
    schema = get_schema(caller.actor, project.project_id, number, house=house)
    with house.read(caller.actor, project.project_id) as rx:
        return schema_out(schema, Names(rx))


@router.post("/v1/projects/{project}/schemas")
def new_schema(
    body: SchemaNew,
    caller: Caller,
    project: Annotated[Membership, member("lead", "expert", "admin")],
    house: House,
) -> SchemaOut:
    """Make these classes the next version; earlier work keeps the version it was made under."""
    classes = [class_from_json(c.model_dump()) for c in body.classes]
    schema = publish_schema(caller.actor, project.project_id, classes, house=house)
    with house.read(caller.actor, project.project_id) as rx:
        return schema_out(schema, Names(rx))
