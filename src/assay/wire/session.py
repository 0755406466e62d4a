"""Sessions, links, keys and the server's health as they travel."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from assay.wire.common import Instant, Role, WireModel

Token = Annotated[str, Field(min_length=1, max_length=200)]
PasswordText = Annotated[str, Field(min_length=1, max_length=1024)]


class SignIn(WireModel):
    """Login and password."""

    login: Annotated[str, Field(min_length=1, max_length=256)]
    password: PasswordText


class PasswordChange(WireModel):
    """The password now, and the one wanted."""

    old_password: PasswordText
    new_password: PasswordText


class SessionUser(WireModel):
    """Whoever is signed in."""

    id: str
    name: str
    login: str
    is_admin: bool
    simulated: bool


class SessionProject(WireModel):
    """A project of whoever is signed in, and their roles there."""

    id: str
    slug: str
    name: str
    roles: list[Role]


class ServerInfo(WireModel):
    """The server that answers."""

    version: str
    demo: bool


class Session(WireModel):
    """Who is signed in, where they belong, and the token that unsafe calls repeat as X-CSRF-Token."""

    user: SessionUser
    csrf_token: str
    projects: list[SessionProject]
    server: ServerInfo


class LinkToken(WireModel):
    """The part of a link behind the #."""

    token: Token


class LinkRedeem(LinkToken):
    """A link and the password it is to set."""

    password: PasswordText


class LinkPurpose(WireModel):
    """What a link is for."""

    name: str
    login: str
    purpose: Literal["invite", "reset", "demo"]
    expires_at: Instant


class Link(WireModel):
    """A single-use link to hand to somebody."""

    url: str
    expires_at: Instant


class KeyNew(WireModel):
    """An API key to make."""

    name: Annotated[str, Field(min_length=1, max_length=128)]
    project_id: Annotated[str, Field(max_length=64)] | None = None
    expires_days: int | None = None


class KeyMade(WireModel):
    """A new API key; `key` is shown this once."""

    id: str
    key: str
    prefix: str


class Key(WireModel):
    """An API key as its owner sees it later."""

    id: str
    name: str
    prefix: str
    project_id: str | None
    created_at: Instant
    last_used_at: Instant | None
    expires_at: Instant | None


class ConsumerLag(WireModel):
    """How many events a consumer has still to look at."""

    name: str
    lag: int


class Health(WireModel):
    """Whether the server works."""

    status: Literal["ok"]
    version: str
    database: Literal["sqlite", "postgresql"]
    consumers: list[ConsumerLag]
