"""Projects."""

from __future__ import annotations

from assay.access import Membership, create_project, list_projects
from assay.api.deps import AnyMember, Caller, House, Services
from assay.api.routing import make_router
from assay.guidelines import current_guideline_version
from assay.items import count_items
from assay.kernel.actor import Actor
from assay.labels import current_schema_version
from assay.storage import House as HouseValue
from assay.wire.common import Rows, instant
from assay.wire.projects import ProjectNew, ProjectOut

router = make_router("projects")


def project_out(project: Membership, house: HouseValue) -> ProjectOut:
    """A project as its people see it."""
    with house.read(Actor(project.user_id), project.project_id) as rx:
        n_items = count_items(rx)
        schema, guideline = current_schema_version(rx), current_guideline_version(rx)
    return ProjectOut(
        id=project.project_id,
        slug=project.slug,
        name=project.project_name,
        created_at=instant(project.project_created_at_us),
        roles=sorted(role.value for role in project.roles),
        n_items=n_items,
        schema_version=schema or None,
        guideline_version=guideline or None,
        demo=project.demo,
    )


@router.get("/v1/projects")
def read_projects(caller: Caller, house: House) -> Rows[ProjectOut]:
    """The projects the caller may see."""
    return Rows[ProjectOut](rows=[project_out(m, house) for m in list_projects(caller)])


@router.post("/v1/projects")
def new_project(body: ProjectNew, caller: Caller, services: Services) -> ProjectOut:
    """Make a project; the caller leads it."""
    made = create_project(
        caller, body.name, body.slug, open_creation=services.settings.open_projects, house=services.house
    )
    return project_out(made, services.house)


@router.get("/v1/projects/{project}")
def read_project(project: AnyMember, house: House) -> ProjectOut:
    """One project."""
    return project_out(project, house)
