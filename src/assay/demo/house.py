"""Fills a fresh house with the demo's people: simulated ones with keys, and the visitor under four roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from assay.access import (
    add_member,
    create_account,
    find_account,
    find_project_by,
    found_project,
    make_key_for,
    make_link,
    names_of,
)
from assay.demo.people import ANNOTATORS, APPROVER, COLLEAGUES, SECOND_APPROVER, SECOND_ROUND_COLLEAGUES
from assay.demo.visitors import SLUG, VISITORS
from assay.kernel.actor import system

if TYPE_CHECKING:
    from assay.bootstrap import Services

ACTOR = system("demonstration")


class Opened(TypedDict):
    """What the server process tells the demonstration when it answers.

    Attributes:
        address: where it answers.
        project: short name of the project.
        keys: API key of each simulated person, by login.
        users: user id of each simulated person, by login.
        approver_links: single-use secrets that let the simulated approvers set a password, by login.
        links: single-use secrets for the visitor, by login.
        fresh: whether the house was empty.
    """

    address: str
    project: str
    keys: dict[str, str]
    users: dict[str, str]
    approver_links: dict[str, str]
    links: dict[str, str]
    fresh: bool


def open_house_for_demo(services: Services, project_name: str, slug: str = SLUG) -> Opened:
    """Make accounts and project where there are none yet, and credentials for this run; `address` is filled later."""
    house = services.house
    project = find_project_by(house, ACTOR, slug)
    fresh = project is None
    if project is None:
        project = found_project(ACTOR, project_name, slug, demo=True, house=house)
    simulated = {p.login: (p.name, ["annotator"]) for p in ANNOTATORS}
    simulated |= {c.login: (c.name, list(c.roles)) for c in (*COLLEAGUES, *SECOND_ROUND_COLLEAGUES)}
    users = {
        login: _account(services, project.id, login, name, roles, simulated=True)
        for login, (name, roles) in simulated.items()
    }
    visitors = {v.login: _account(services, project.id, v.login, v.name, [v.role], simulated=False) for v in VISITORS}
    return Opened(
        address="",
        project=slug,
        keys={
            login: make_key_for(
                ACTOR, user, "demonstration", only_project=project.id, expires_days=2, house=house
            ).secret
            for login, user in users.items()
        },
        users=users,
        approver_links={
            a.login: make_link(ACTOR, users[a.login], "demo", house=house).secret for a in (APPROVER, SECOND_APPROVER)
        },
        links={login: make_link(ACTOR, user, "demo", house=house).secret for login, user in visitors.items()},
        fresh=fresh,
    )


def _account(services: Services, project: str, login: str, name: str, roles: list[str], *, simulated: bool) -> str:
    found = find_account(services.house, ACTOR, login)
    if found is None:
        user = create_account(ACTOR, login=login, name=name, simulated=simulated, house=services.house)
    else:
        user = found.id
    with services.house.read(ACTOR, project) as rx:
        is_member = user in names_of(rx)
    if not is_member:
        add_member(ACTOR, project, user, roles, house=services.house)
    return user
