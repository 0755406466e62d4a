"""People on the wire."""

from __future__ import annotations

from collections.abc import Mapping

from assay.access import Member, names_of
from assay.storage import Rx
from assay.wire.common import Person

HOUSE_NAME = "Assay"


class Names:
    """Names for ids, read once for a request."""

    def __init__(self, rx: Rx) -> None:
        self._members: Mapping[str, Member] = names_of(rx)

    def __call__(self, user_id: str) -> Person:
        """The person of this id; one who has left keeps their id as a name."""
        member = self._members.get(user_id)
        if member is None:
            return Person(id=user_id, name=HOUSE_NAME if len(user_id) != 32 else user_id[:8], simulated=False)  # noqa: PLR2004
        return Person(id=user_id, name=member.user.name, simulated=member.user.simulated)

    def or_none(self, user_id: str | None) -> Person | None:
        """The person, or None where there is nobody."""
        return None if user_id is None else self(user_id)
