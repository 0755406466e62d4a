"""Who may do what: people, roles, memberships, and the caller of one request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from assay.access.errors import AdminNeededError, KeyNotEnoughError, ProjectNotFoundError, RoleNeededError
from assay.kernel.actor import Actor


class Role(StrEnum):
    """What somebody may do in a project; `admin` is the whole server's and is never given by a project."""

    ANNOTATOR = "annotator"
    REVIEWER = "reviewer"
    EXPERT = "expert"
    LEAD = "lead"
    APPROVER = "approver"
    AUDITOR = "auditor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class User:
    """A person (or a simulated one) with an account.

    Attributes:
        login: lower case, NFKC; what they sign in with.
        state: `active` or `disabled`.
        has_password: False until a link was redeemed.
    """

    id: str
    login: str
    name: str
    is_admin: bool
    simulated: bool
    state: str
    has_password: bool
    last_seen_at_us: int | None


@dataclass(frozen=True, slots=True)
class Project:
    """A project as everybody in it may see it."""

    id: str
    slug: str
    name: str
    demo: bool
    created_at_us: int


@dataclass(frozen=True, slots=True)
class Membership:
    """One person in one project.

    Attributes:
        roles: what they may do there; an administrator has `admin` beside.
        pseudonym: what releases call this person; empty for an administrator who is no member.
        state: `active`, `paused` (no new work), or `none` for an administrator who is no member.
    """

    project_id: str
    slug: str
    project_name: str
    demo: bool
    project_created_at_us: int
    user_id: str
    roles: frozenset[Role]
    pseudonym: str
    state: str
    paused_at_us: int | None

    @property
    def paused(self) -> bool:
        """Whether this person gets no new work."""
        return self.state == "paused"

    def has(self, *roles: Role | str) -> bool:
        """Whether one of `roles` is held."""
        return not self.roles.isdisjoint(roles)

    def require(self, *roles: Role | str) -> None:
        """Go on only with one of `roles`.

        Raises:
            RoleNeededError: none of them is held.
        """
        if self.roles.isdisjoint(roles):
            raise RoleNeededError([str(role) for role in roles])


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request, and what they may do.

    Attributes:
        via: `session` (a person in a browser) or `key`.
        credential: hash of the session's token, or the id of the key.
        csrf_token: what unsafe calls of a session must repeat; empty for a key.
        memberships: by project id; an administrator's holds every project.
    """

    user_id: str
    login: str
    name: str
    is_admin: bool
    simulated: bool
    via: Literal["session", "key"]
    credential: str
    csrf_token: str
    memberships: Mapping[str, Membership]
    by_slug: Mapping[str, Membership]

    @property
    def actor(self) -> Actor:
        """The author of whatever this caller changes."""
        return Actor(self.user_id, "person" if self.via == "session" else "key")

    def membership(self, project: str) -> Membership:
        """The caller's place in the project called `project` (id or slug).

        Raises:
            ProjectNotFoundError: no such project, or not theirs; the two cannot be told apart.
        """
        found = self.memberships.get(project) or self.by_slug.get(project)
        if found is None:
            raise ProjectNotFoundError(project)
        return found

    def require_admin(self, what: str) -> None:
        """Go on only as an administrator of the server."""
        if not self.is_admin:
            raise AdminNeededError(what)

    def require_person(self, what: str) -> None:
        """Go on only for a person with a session; keys are for programs."""
        if self.via != "session":
            raise KeyNotEnoughError(what)


@dataclass(frozen=True, slots=True)
class Member:
    """One row of a project's list of people."""

    user: User
    roles: frozenset[Role]
    pseudonym: str
    state: str
    paused_at_us: int | None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key as its owner sees it; the key itself is shown once and never kept."""

    id: str
    name: str
    prefix: str
    only_project: str | None
    created_at_us: int
    expires_at_us: int | None
    last_used_at_us: int | None


@dataclass(frozen=True, slots=True)
class LinkInfo:
    """What a link is for."""

    user_id: str
    name: str
    login: str
    purpose: str
    expires_at_us: int


@dataclass(frozen=True, slots=True)
class NewSecret:
    """Something shown once: a session's token, a link's token or an API key.

    Attributes:
        id: of the key; empty for sessions and links.
    """

    secret: str
    expires_at_us: int | None
    id: str = ""
    csrf_token: str = ""
    user_id: str = ""
