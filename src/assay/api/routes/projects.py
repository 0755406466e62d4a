"""Projects."""

from __future__ import annotations

from assay.access import Membership, create_project, list_projects
from assay.api.deps import AnyMember, Caller, House, Services
from assay.api.routing import make_router
from assay.storage import House as HouseValue
from assay.wire.common import Rows, instant
from assay.wire.projects import ProjectNew, ProjectOut

router = make_router("projects")


def project_out(project: Membership, house: HouseValue) -> ProjectOut:
    """A project as the caller sees it."""
    del house
    return ProjectOut(
        id=project.project_id,
        slug=project.slug,
        name=project.project_name,
        created_at=instant(project.project_created_at_us),
        roles=sorted(role.value for role in project.roles),
        n_items=0,
        schema_version=None,
        guideline_version=None,
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
