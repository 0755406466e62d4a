"""What the access tests do over and over: people, projects, callers."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from assay.access import (
    Caller,
    Passwords,
    Throttle,
    add_member,
    create_account,
    directory_of,
    found_project,
    make_key_for,
    make_link,
    redeem_link,
)
from assay.kernel.actor import system
from assay.storage import House
from assay.storage.events import events

SETUP = system("test")
PASSWORD = "zebra-lamp-42-volt"  # noqa: S105 - of nobody


def person(house: House, login: str, *, is_admin: bool = False) -> str:
    """An account without a password."""
    return create_account(SETUP, login=login, name=login.title(), is_admin=is_admin, house=house)


def project(house: House, name: str, **roles: list[str]) -> str:
    """A project; `roles` by login, whose accounts are made when absent."""
    made = found_project(SETUP, name, house=house).id
    for login, wanted in roles.items():
        add_member(SETUP, made, ensure(house, login), wanted, house=house)
    return made


def ensure(house: House, login: str) -> str:
    """The account of this login, made when absent."""
    from assay.access import find_account

    found = find_account(house, SETUP, login)
    return found.id if found else person(house, login)


def caller(house: House, login: str) -> Caller:
    """Somebody as the caller of a request, by an API key."""
    key = make_key_for(SETUP, ensure(house, login), "test", house=house)
    return directory_of(house).by_key(key.secret, house)


def signed_in(house: House, login: str, passwords: Passwords) -> Caller:
    """Somebody as the caller of a request, by a session; their password is `PASSWORD` from now on."""
    link = make_link(SETUP, ensure(house, login), "invite", house=house)
    made = redeem_link(link.secret, PASSWORD, loopback=True, house=house, passwords=passwords)
    return directory_of(house).by_session(made.secret, house)


def event_rows(house: House) -> list[Any]:
    """Every event in the order it was made."""
    with house.database.reading() as connection:
        return list(connection.execute(sa.select(events).order_by(events.c.id)))


def guess(
    house: House, passwords: Passwords, throttle: Throttle, login: str, password: str, peer: str = "192.0.2.1"
) -> Any:
    """One try to sign in."""
    from assay.access import sign_in

    return sign_in(login, password, peer=peer, house=house, passwords=passwords, throttle=throttle)
