"""The first administrator of a fresh house, and the link that lets them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.access import NewSecret, User, any_accounts, create_account, find_account, make_link
from assay.cli.errors import UsageError
from assay.kernel.actor import system

if TYPE_CHECKING:
    from assay.bootstrap import Services

LOGIN = "admin"


def first_account(services: Services) -> User:
    """The first administrator, made when there is nobody yet.

    Raises:
        UsageError: this house has people, but no administrator of the usual login.
    """
    house, actor = services.house, system("first start")
    if not any_accounts(house, actor):
        create_account(actor, login=LOGIN, name="Administrator", is_admin=True, house=house)
    found = find_account(house, actor, LOGIN)
    if found is None:
        raise UsageError("This house has people already.", hint="`assay user list` shows them.")
    return found


def first_link(services: Services) -> NewSecret | None:
    """A link for the first administrator; None as soon as there is anybody who could sign in instead."""
    house, actor = services.house, system("first start")
    first = find_account(house, actor, LOGIN) if any_accounts(house, actor) else first_account(services)
    if first is None or not first.is_admin or first.has_password or first.state != "active":
        return None
    return make_link(actor, first.id, "demo", house=house)
