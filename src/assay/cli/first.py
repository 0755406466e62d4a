"""The first administrator of a fresh house, and the link that lets them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.access import NewSecret, create_account, find_account, make_link
from assay.kernel.actor import system

if TYPE_CHECKING:
    from assay.bootstrap import Services

LOGIN = "admin"


def first_link(services: Services) -> NewSecret | None:
    """A link for the first administrator; None as soon as somebody has set a password with one."""
    from assay.access import any_accounts

    house, actor = services.house, system("first start")
    if not any_accounts(house, actor):
        create_account(actor, login=LOGIN, name="Administrator", is_admin=True, house=house)
    first = find_account(house, actor, LOGIN)
    if first is None or not first.is_admin or first.has_password or first.last_seen_at_us is not None:
        return None
    return make_link(actor, first.id, "demo", house=house)
