"""The people of a project as they travel."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from assay.wire.common import Instant, InstantIn, Person, Role, WireModel
from assay.wire.session import Link

Why = Annotated[str, Field(min_length=1, max_length=128)]
RoleList = Annotated[list[Role], Field(min_length=1, max_length=7)]


class MemberNew(WireModel):
    """Somebody to take into the project."""

    name: Annotated[str, Field(min_length=1, max_length=128)]
    login: Annotated[str, Field(min_length=1, max_length=128)]
    roles: RoleList


class MemberRoles(WireModel):
    """The roles somebody is to have."""

    roles: RoleList


class Reason(WireModel):
    """Why; it stands in the audit log."""

    why: Why


class PutBackNew(WireModel):
    """Since when somebody's accepted work goes back to review, and why."""

    since_at: InstantIn
    why: Why


class PutBackMade(WireModel):
    """What went back."""

    put_back_id: str
    n_review: int
    n_sampled: int


class Returned(WireModel):
    """How many tasks went back into the queue."""

    n_returned: int


class MemberOut(WireModel):
    """One of a project's people, as whoever leads it sees them."""

    user: Person
    login: str
    roles: list[Role]
    state: Literal["invited", "active", "paused"]
    paused_at: Instant | None
    last_seen_at: Instant | None
    n_submissions: int


class MemberLink(WireModel):
    """A link for one of the project's people."""

    link: Link


class Invited(WireModel):
    """Somebody taken in; the link is null when they have a password already and simply sign in."""

    user: Person
    link: Link | None
