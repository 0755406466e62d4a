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
)
from assay.demo.people import ANNOTATORS, APPROVER, COLLEAGUES
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
        approver_link: single-use secret that lets the simulated approver set a password.
        links: single-use secrets for the visitor, by login.
        fresh: whether the house was empty.
    """

    address: str
    project: str
    keys: dict[str, str]
    users: dict[str, str]
    approver_link: str
    links: dict[str, str]
    fresh: bool


def open_house_for_demo(services: Services, project_name: str) -> Opened:
    """Make accounts and project where there are none yet, and credentials for this run; `address` is filled later."""
    house = services.house
    project = find_project_by(house, ACTOR, SLUG)
    fresh = project is None
    if project is None:
        project = found_project(ACTOR, project_name, SLUG, demo=True, house=house)
    simulated = {p.login: (p.name, ["annotator"]) for p in ANNOTATORS}
    simulated |= {c.login: (c.name, list(c.roles)) for c in COLLEAGUES}
    users = {
        login: _account(services, project.id, login, name, roles, simulated=True)
        for login, (name, roles) in simulated.items()
    }
    visitors = {v.login: _account(services, project.id, v.login, v.name, [v.role], simulated=False) for v in VISITORS}
    return Opened(
        address="",
        project=SLUG,
        keys={
            login: make_key_for(
                ACTOR, user, "demonstration", only_project=project.id, expires_days=2, house=house
            ).secret
            for login, user in users.items()
        },
        users=users,
        approver_link=make_link(ACTOR, users[APPROVER.login], "demo", house=house).secret,
        links={login: make_link(ACTOR, user, "demo", house=house).secret for login, user in visitors.items()},
        fresh=fresh,
    )


def _account(services: Services, project: str, login: str, name: str, roles: list[str], *, simulated: bool) -> str:
    found = find_account(services.house, ACTOR, login)
    if found is not None:
        return found.id
    user = create_account(ACTOR, login=login, name=name, simulated=simulated, house=services.house)
    add_member(ACTOR, project, user, roles, house=services.house)
    return user
