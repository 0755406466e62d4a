"""Questions about people and projects that other rooms and the command line ask."""

from __future__ import annotations

from collections.abc import Mapping

from assay.access import store
from assay.access.model import ApiKey, Member, Project, User
from assay.access.rules import clean_login
from assay.kernel.actor import Actor
from assay.storage import House, Rx


def any_accounts(house: House, actor: Actor) -> bool:
    """Whether anybody has an account."""
    with house.read(actor, None) as rx:
        return store.n_users(rx) > 0


def find_account(house: House, actor: Actor, login: str) -> User | None:
    """The account with this login."""
    with house.read(actor, None) as rx:
        return store.find_user(rx, login=clean_login(login))


def find_project_by(house: House, actor: Actor, project: str) -> Project | None:
    """The project with this id or short name, whoever asks: for the command line and consumers, never for a route."""
    with house.read(actor, None) as rx:
        return store.find_project(rx, project)


def names_of(rx: Rx) -> Mapping[str, Member]:
    """The open project's people by user id: their names, pseudonyms and states."""
    return {member.user.id: member for member in store.members(rx)}


def list_accounts(house: House, actor: Actor) -> list[User]:
    """Every account, by login: for the command line, never for a route."""
    with house.read(actor, None) as rx:
        return store.all_users(rx)


def keys_of_account(house: House, actor: Actor, user_id: str) -> list[ApiKey]:
    """Somebody's keys: for the command line."""
    with house.read(actor, None) as rx:
        return store.keys_of(rx, user_id)


all_projects = store.all_projects
