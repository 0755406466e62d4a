"""The people of a project: inviting, roles, resetting, pausing, taking work back."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Request
from starlette.responses import Response

from assay.access import Caller as CallerValue
from assay.access import (
    Member,
    Membership,
    change_roles,
    get_member,
    invite,
    list_members,
    pause,
    reset_member,
    resume,
)
from assay.annotations import count_by_author
from assay.api.deps import Caller, Cursor, Format, House, Lead, Limit
from assay.api.routes.links import link_out
from assay.api.routing import make_router
from assay.api.tables import make_cursor, read_cursor, table
from assay.queue import return_leases
from assay.review import put_back
from assay.storage import House as HouseValue
from assay.wire.common import Page, Person, instant_or_none
from assay.wire.members import (
    Invited,
    MemberLink,
    MemberNew,
    MemberOut,
    MemberRoles,
    PutBackMade,
    PutBackNew,
    Reason,
    Returned,
)

router = make_router("members")
UserId = Annotated[str, Path(max_length=64)]


def person_out(member: Member) -> Person:
    """Somebody, as others see them."""
    return Person(id=member.user.id, name=member.user.name, simulated=member.user.simulated)


def _state(member: Member) -> Literal["invited", "active", "paused"]:
    if member.state == "paused":
        return "paused"
    return "active" if member.user.has_password or member.user.last_seen_at_us is not None else "invited"


def members_out(members: list[Member], caller: CallerValue, project: Membership, house: HouseValue) -> list[MemberOut]:
    """People with how much each has handed in."""
    with house.read(caller.actor, project.project_id) as rx:
        counts = count_by_author(rx, [m.user.id for m in members])
    return [
        MemberOut(
            user=person_out(m),
            login=m.user.login,
            roles=sorted(role.value for role in m.roles),
            state=_state(m),
            paused_at=instant_or_none(m.paused_at_us),
            last_seen_at=instant_or_none(m.user.last_seen_at_us),
            n_submissions=counts.get(m.user.id, 0),
        )
        for m in members
    ]


@router.get("/v1/projects/{project}/members", response_model=Page[MemberOut])
def read_members(
    caller: Caller, project: Lead, house: House, cursor: Cursor = "", limit: Limit = 50, form: Format = "json"
) -> Page[MemberOut] | Response:
    """The project's people."""

    def fetch(cursor: str, n: int) -> tuple[list[MemberOut], str | None]:
        after = read_cursor(cursor, str)
        found = list_members(caller, project, house=house, after=after[0] if after else "", n=n + 1)
        more = make_cursor(found[n - 1].user.id) if len(found) > n else None
        return members_out(found[:n], caller, project, house), more

    return table(fetch, cursor=cursor, limit=limit, form=form, name="members", model=MemberOut)


@router.post("/v1/projects/{project}/members")
def new_member(body: MemberNew, request: Request, caller: Caller, project: Lead, house: House) -> Invited:
    """Take somebody into the project; whoever has no password yet gets a link to set one."""
    member, link = invite(
        caller, project, name=body.name, login=body.login, roles=[str(role) for role in body.roles], house=house
    )
    return Invited(user=person_out(member), link=link_out(link, request) if link else None)


@router.patch("/v1/projects/{project}/members/{user}")
def set_roles(body: MemberRoles, user: UserId, caller: Caller, project: Lead, house: House) -> MemberOut:
    """Give somebody other roles; nobody adds to their own."""
    member = change_roles(caller, project, user, [str(role) for role in body.roles], house=house)
    return members_out([member], caller, project, house)[0]


@router.post("/v1/projects/{project}/members/{user}/reset")
def reset(user: UserId, request: Request, caller: Caller, project: Lead, house: House) -> MemberLink:
    """Make a link with which somebody sets a new password."""
    return MemberLink(link=link_out(reset_member(caller, project, user, house=house), request))


@router.post("/v1/projects/{project}/members/{user}/pause")
def pause_member(body: Reason, user: UserId, caller: Caller, project: Lead, house: House) -> MemberOut:
    """Give somebody no new work."""
    return members_out([pause(caller, project, user, why=body.why, house=house)], caller, project, house)[0]


@router.post("/v1/projects/{project}/members/{user}/resume")
def resume_member(body: Reason, user: UserId, caller: Caller, project: Lead, house: House) -> MemberOut:
    """Give somebody work again."""
    return members_out([resume(caller, project, user, why=body.why, house=house)], caller, project, house)[0]


@router.post("/v1/projects/{project}/members/{user}/put-back")
def put_work_back(body: PutBackNew, user: UserId, caller: Caller, project: Lead, house: House) -> PutBackMade:
    """Send somebody's accepted work since an instant back to review."""
    get_member(caller, project, user, house=house)
    done = put_back(
        caller.actor,
        project.project_id,
        user,
        since_us=body.since_at,
        sample_since_us=body.since_at,
        why=body.why,
        house=house,
    )
    assert done is not None, "without a key nothing is done twice"
    return PutBackMade(put_back_id=done.id, n_review=done.n_review, n_sampled=done.n_sampled)


@router.post("/v1/projects/{project}/members/{user}/reassign")
def reassign(body: Reason, user: UserId, caller: Caller, project: Lead, house: House) -> Returned:
    """Put the tasks somebody holds back into the queue."""
    get_member(caller, project, user, house=house)
    n = return_leases(caller.actor, project.project_id, user, why=body.why, house=house)
    return Returned(n_returned=n)
