"""Projects and the people in them: making, inviting, roles, pausing."""

from __future__ import annotations

import secrets
from dataclasses import replace

from assay.access import store
from assay.access.actions import add_account, add_link
from assay.access.directory import access_change
from assay.access.errors import (
    AdminNeededError,
    LastLeadError,
    MemberStateError,
    RoleChangeRefusedError,
    TakenError,
    UserNotFoundError,
)
from assay.access.model import Caller, Member, Membership, NewSecret, Project, Role
from assay.access.rules import check_role_change, clean_login, clean_name, clean_roles, clean_slug, slug_of
from assay.kernel.actor import Actor
from assay.storage import House, Rx, Tx


def create_project(
    caller: Caller, name: str, slug: str | None = None, *, open_creation: bool = False, house: House
) -> Membership:
    """Make a project that the caller leads; returns their place in it.

    Raises:
        AdminNeededError: only administrators may, unless the settings open it to everybody.
        TakenError: another project has this short name.
    """
    if not (caller.is_admin or open_creation):
        raise AdminNeededError("make a project")
    made = found_project(caller.actor, name, slug, lead=caller.user_id, house=house)
    with house.read(caller.actor, None) as rx:
        own = next(m for m in store.memberships_of(rx, caller.user_id) if m.project_id == made.id)
    return replace(own, roles=own.roles | {Role.ADMIN}) if caller.is_admin else own


def found_project(
    actor: Actor, name: str, slug: str | None = None, *, lead: str | None = None, demo: bool = False, house: House
) -> Project:
    """Make a project; `lead` (a user id) leads it."""
    label = clean_name(name)
    wanted = clean_slug(slug if slug is not None else slug_of(label))
    with access_change(house, actor, None, "create project") as tx:
        project = store.add_project(tx, slug=wanted, name=label, demo=demo)
        if project is None:
            raise TakenError("short name", wanted)
        tx.record("project.created", subject=f"project/{project}", demo=demo)
        if lead is not None:
            _put_in(tx, project, lead, frozenset({Role.LEAD}))
    return Project(project, wanted, label, demo, tx.now_us)


def _put_in(tx: Tx, project: str, user_id: str, roles: frozenset[Role]) -> None:
    for _ in range(8):
        pseudonym = f"p-{secrets.token_hex(4)}"  # 32 random bits; taken only by rare accident
        if store.add_membership(tx, project=project, user_id=user_id, roles=roles, pseudonym=pseudonym):
            tx.record("member.added", subject=f"user/{user_id}", project=project, roles=sorted(roles))
            return
    raise TakenError("place in this project", user_id)


def list_projects(caller: Caller) -> list[Membership]:
    """The projects the caller may see, by name."""
    return sorted(caller.memberships.values(), key=lambda m: (m.project_name, m.project_id))


def get_project(project: Membership, *, house: House) -> Project:
    """The project behind a membership."""
    with house.read(Actor(project.user_id), None) as rx:
        found = store.find_project(rx, project.project_id)
    assert found is not None, "a membership without its project"
    return found


def list_members(
    caller: Caller, project: Membership, *, house: House, after: str = "", n: int = 1_000_000
) -> list[Member]:
    """The project's people, ordered by id, from the one after `after` on."""
    with house.read(caller.actor, project.project_id) as rx:
        return store.members(rx, after=after, n=n)


def get_member(caller: Caller, project: Membership, user_id: str, *, house: House) -> Member:
    """One of the project's people.

    Raises:
        UserNotFoundError: nobody of this id is in the project.
    """
    with house.read(caller.actor, project.project_id) as rx:
        return member_of(rx, user_id)


def member_of(rx: Rx, user_id: str) -> Member:
    """One of the open project's people.

    Raises:
        UserNotFoundError: nobody of this id is in the project.
    """
    member = store.find_member(rx, user_id)
    if member is None:
        raise UserNotFoundError(user_id)
    return member


def invite(
    caller: Caller, project: Membership, *, name: str, login: str, roles: list[str], house: House
) -> tuple[Member, NewSecret | None]:
    """Put somebody into the project; whoever has no password yet gets a single-use link to set one.

    An account that exists already is taken into the project under its own name; no link is made for it when it has
    a password, so that inviting never takes an account over.
    """
    wanted = clean_roles(roles)
    check_role_change(
        caller_id=caller.user_id, caller_roles=project.roles, target_id="", before=frozenset(), after=wanted
    )
    with access_change(house, caller.actor, project.project_id, "invite") as tx:
        found = store.find_user(tx, login=clean_login(login))
        user_id = found.id if found else add_account(tx, login=login, name=name)
        if found and (found.id == caller.user_id or store.find_member(tx, found.id)):
            raise TakenError("login", found.login)
        _put_in(tx, project.project_id, user_id, wanted)
        link = None if found and found.has_password else add_link(tx, user_id, "invite")
        member = member_of(tx, user_id)
    return member, link


def add_member(actor: Actor, project: str, user_id: str, roles: list[str], *, house: House) -> None:
    """Put an account into a project, as the command line and the demonstration do."""
    wanted = clean_roles(roles)
    with access_change(house, actor, project, "add member") as tx:
        _put_in(tx, project, user_id, wanted)


def change_roles(caller: Caller, project: Membership, user_id: str, roles: list[str], *, house: House) -> Member:
    """Give somebody other roles in the project.

    Raises:
        RoleChangeRefusedError: the caller may not.
        LastLeadError: nobody would lead the project.
    """
    after = clean_roles(roles)
    with access_change(house, caller.actor, project.project_id, "change roles") as tx:
        store.lock_people(tx)
        before = member_of(tx, user_id)
        check_role_change(
            caller_id=caller.user_id,
            caller_roles=project.roles,
            target_id=user_id,
            before=before.roles,
            after=after,
        )
        if Role.LEAD in before.roles and Role.LEAD not in after and not _another_lead(tx, user_id):
            raise LastLeadError
        store.set_member(tx, user_id, roles=after)
        tx.record("member.roles_changed", subject=f"user/{user_id}", before=sorted(before.roles), after=sorted(after))
        return member_of(tx, user_id)


def _another_lead(rx: Rx, user_id: str) -> bool:
    return any(Role.LEAD in m.roles and m.user.id != user_id for m in store.members(rx))


def pause(caller: Caller, project: Membership, user_id: str, *, why: str, house: House) -> Member:
    """Give somebody no new work until they are resumed.

    Raises:
        MemberStateError: they are paused already.
    """
    return set_paused(caller.actor, project.project_id, user_id, paused=True, why=why, house=house)


def resume(caller: Caller, project: Membership, user_id: str, *, why: str, house: House) -> Member:
    """Give somebody work again."""
    return set_paused(caller.actor, project.project_id, user_id, paused=False, why=why, house=house)


def set_paused(actor: Actor, project: str, user_id: str, *, paused: bool, why: str, house: House) -> Member:
    """Pause or resume somebody, as a person or a part of the house decides."""
    with access_change(house, actor, project, clean_name(why, what="reason")) as tx:
        before = member_of(tx, user_id)
        if (before.state == "paused") == paused:
            state = "paused already" if paused else "not paused"
            raise MemberStateError(f"{before.user.name} is {state}.", hint="Reload the page.")
        store.set_member(
            tx, user_id, state="paused" if paused else "active", paused_at_us=tx.now_us if paused else None
        )
        tx.record("member.paused" if paused else "member.resumed", subject=f"user/{user_id}")
        return member_of(tx, user_id)


def reset_member(caller: Caller, project: Membership, user_id: str, *, house: House) -> NewSecret:
    """Make a link with which one of the project's people sets a new password.

    Raises:
        RoleChangeRefusedError: they may do things that the caller may not, so whoever holds the link could borrow
            them: sign as an approver, or act in a project the caller does not lead.
    """
    with house.read(caller.actor, None) as rx:
        elsewhere = store.memberships_of(rx, user_id)
    with access_change(house, caller.actor, project.project_id, "reset password") as tx:
        target = member_of(tx, user_id)
        outside = [m for m in elsewhere if not caller.is_admin and not _leads(caller, m.project_id)]
        above = target.user.is_admin or target.roles & {Role.APPROVER, Role.AUDITOR} - project.roles
        if (above and not caller.is_admin) or outside:
            raise RoleChangeRefusedError(
                f"{target.user.name} may do things that you may not.", hint="Ask an administrator for the link."
            )
        link = add_link(tx, user_id, "reset")
        tx.record("link.made", subject=f"user/{user_id}", purpose="reset")
    return link


def _leads(caller: Caller, project: str) -> bool:
    own = caller.memberships.get(project)
    return own is not None and own.has(Role.LEAD)
