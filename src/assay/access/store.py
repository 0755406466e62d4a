"""People, sessions, keys, links, projects and memberships: their tables and queries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from assay.access.model import ApiKey, Caller, Member, Membership, Project, Role, User
from assay.kernel.canonical import canonical_json
from assay.storage import Rx, Tx
from assay.storage.tables import PROJECT, document, identifier, instant, metadata, project_id

users = sa.Table(
    "users",
    metadata,
    identifier(primary_key=True),
    sa.Column("login", sa.String(128), nullable=False, unique=True),  # lower case, NFKC
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("password_hash", sa.String(256)),  # null until a link set a password
    sa.Column("is_admin", sa.Boolean, nullable=False, default=False),
    sa.Column("simulated", sa.Boolean, nullable=False, default=False),
    sa.Column("state", sa.String(16), nullable=False, default="active"),  # active, disabled
    # Salt of the audit log's commitment to name and login: forget it, and the commitment tells nothing.
    sa.Column("salt", sa.String(64), nullable=False),
    instant("created_at_us"),
    instant("last_seen_at_us", nullable=True),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),  # SHA-256 of the cookie's 256 bits
    identifier("user_id", index=True),
    sa.Column("csrf_token", sa.String(64), nullable=False),
    instant("created_at_us"),
    instant("seen_at_us"),
    instant("expires_at_us"),
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    identifier(primary_key=True),
    sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("prefix", sa.String(16), nullable=False),
    identifier("user_id", index=True),
    # Named otherwise than project_id: a key belongs to a person, and may be narrowed to one project.
    sa.Column("only_project", sa.String(32)),
    sa.Column("name", sa.String(128), nullable=False),
    instant("created_at_us"),
    instant("expires_at_us", nullable=True),
    instant("last_used_at_us", nullable=True),
    instant("revoked_at_us", nullable=True),
)

links = sa.Table(
    "links",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    identifier("user_id", index=True),
    sa.Column("purpose", sa.String(16), nullable=False),  # invite, reset, demo
    sa.Column("loopback_only", sa.Boolean, nullable=False, default=False),
    sa.Column("created_by", sa.String(64), nullable=False),  # a user, or a part of the house
    instant("created_at_us"),
    instant("expires_at_us"),
    instant("used_at_us", nullable=True),
)

projects = sa.Table(
    "projects",
    metadata,
    identifier(primary_key=True),
    sa.Column("organisation", sa.String(64), nullable=False, default="main"),
    sa.Column("slug", sa.String(64), nullable=False, unique=True),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("demo", sa.Boolean, nullable=False, default=False),
    instant("created_at_us"),
)

memberships = sa.Table(
    "memberships",
    metadata,
    project_id(),
    identifier("user_id"),
    document("roles"),  # JSON list of role names, sorted
    sa.Column("pseudonym", sa.String(32), nullable=False),  # what releases call this person
    sa.Column("state", sa.String(16), nullable=False, default="active"),  # active, paused
    instant("paused_at_us", nullable=True),
    instant("created_at_us"),
    sa.PrimaryKeyConstraint("project_id", "user_id"),
    sa.UniqueConstraint("project_id", "pseudonym"),
    sa.Index("ix_memberships_user_id", "user_id"),
)

_p = sa.bindparam
_session = (
    sa.select(
        users, sessions.c.csrf_token, sessions.c.created_at_us.label("session_created_at_us"), sessions.c.seen_at_us
    )
    .join_from(sessions, users, users.c.id == sessions.c.user_id)
    .where(sessions.c.token_hash == _p("hash"))
)
_key = (
    sa.select(
        users,
        api_keys.c.id.label("key_id"),
        api_keys.c.only_project,
        api_keys.c.expires_at_us,
        api_keys.c.last_used_at_us,
        api_keys.c.revoked_at_us,
    )
    .join_from(api_keys, users, users.c.id == api_keys.c.user_id)
    .where(api_keys.c.key_hash == _p("hash"))
)
_own = (
    sa.select(memberships, projects.c.slug, projects.c.name, projects.c.demo, projects.c.created_at_us.label("born_us"))
    .join_from(memberships, projects, projects.c.id == memberships.c.project_id)
    .where(memberships.c.user_id == _p("user_id"))
)
_all_projects = sa.select(projects).order_by(projects.c.name, projects.c.id)
_member_rows = sa.select(
    users,
    memberships.c.roles,
    memberships.c.pseudonym,
    memberships.c.state.label("member_state"),
    memberships.c.paused_at_us,
).join_from(memberships, users, users.c.id == memberships.c.user_id)
_members = (
    _member_rows.where(memberships.c.project_id == PROJECT, users.c.id > _p("after"))
    .order_by(users.c.id)
    .limit(_p("n"))
)
_member = _member_rows.where(memberships.c.project_id == PROJECT, users.c.id == _p("user_id"))


def user_of(row: Any) -> User:  # noqa: ANN401 - a database row
    """A user from a row of `users`."""
    return User(
        row.id, row.login, row.name, row.is_admin, row.simulated, row.state, row.password_hash is not None,
        row.last_seen_at_us,
    )  # fmt: skip


def project_of(row: Any) -> Project:  # noqa: ANN401 - a database row
    """A project from a row of `projects`."""
    return Project(row.id, row.slug, row.name, row.demo, row.created_at_us)


def _member_of(row: Any) -> Member:  # noqa: ANN401 - a database row
    roles = frozenset(Role(role) for role in json.loads(row.roles))
    return Member(user_of(row), roles, row.pseudonym, row.member_state, row.paused_at_us)


# People


def find_user(rx: Rx, *, login: str = "", user_id: str = "") -> User | None:
    """The account with this login or this id."""
    row = user_row(rx, login=login, user_id=user_id)
    return None if row is None else user_of(row)


def user_row(rx: Rx, *, login: str = "", user_id: str = "") -> Any:  # noqa: ANN401 - a database row
    """The row of an account, password hash and salt included; None when there is none."""
    where = users.c.login == _p("login") if login else users.c.id == _p("user_id")
    return rx.first(sa.select(users).where(where), **({"login": login} if login else {"user_id": user_id}))


def all_users(rx: Rx) -> list[User]:
    """Every account, by login."""
    return [user_of(row) for row in rx.rows(sa.select(users).order_by(users.c.login))]


def n_users(rx: Rx) -> int:
    """How many accounts there are."""
    return int(rx.value(sa.select(sa.func.count()).select_from(users)))


def add_user(tx: Tx, *, login: str, name: str, salt: str, is_admin: bool, simulated: bool) -> str | None:
    """Make an account without a password; None when the login is taken."""
    user_id = tx.new_id()
    row = {
        "id": user_id, "login": login, "name": name, "is_admin": is_admin, "simulated": simulated, "state": "active",
        "salt": salt, "created_at_us": tx.now_us, "password_hash": None, "last_seen_at_us": None,
    }  # fmt: skip
    return user_id if tx.insert_new(users, row) else None


def set_user(tx: Tx, user_id: str, **values: Any) -> None:  # noqa: ANN401 - column values
    """Change columns of an account."""
    tx.change(sa.update(users).where(users.c.id == _p("of_user")).values(**values), of_user=user_id)


# Sessions


def session_row(rx: Rx, token_hash: str) -> Any:  # noqa: ANN401 - a database row
    """A session with its user; None when there is none."""
    return rx.first(_session, hash=token_hash)


def add_session(tx: Tx, *, token_hash: str, user_id: str, csrf_token: str, expires_at_us: int) -> None:
    """Begin a session."""
    row = {"token_hash": token_hash, "user_id": user_id, "csrf_token": csrf_token, "created_at_us": tx.now_us}
    tx.insert(sessions, row | {"seen_at_us": tx.now_us, "expires_at_us": expires_at_us})


def touch_session(tx: Tx, token_hash: str, user_id: str) -> None:
    """Remember when a session and its user were last seen."""
    where = sessions.c.token_hash == _p("hash")
    tx.change(sa.update(sessions).where(where).values(seen_at_us=_p("now")), hash=token_hash, now=tx.now_us)
    set_user(tx, user_id, last_seen_at_us=tx.now_us)


def end_session(tx: Tx, token_hash: str) -> int:
    """End one session."""
    return tx.change(sa.delete(sessions).where(sessions.c.token_hash == _p("hash")), hash=token_hash)


def end_sessions_of(tx: Tx, user_id: str) -> int:
    """End all of somebody's sessions."""
    return tx.change(sa.delete(sessions).where(sessions.c.user_id == _p("of_user")), of_user=user_id)


def drop_ended_sessions(tx: Tx, before_us: int) -> int:
    """Remove sessions whose absolute end has passed."""
    return tx.change(sa.delete(sessions).where(sessions.c.expires_at_us < _p("before")), before=before_us)


# Keys


def key_row(rx: Rx, key_hash: str) -> Any:  # noqa: ANN401 - a database row
    """A key with its user; None when there is none."""
    return rx.first(_key, hash=key_hash)


def add_key(tx: Tx, row: Mapping[str, Any]) -> None:
    """Keep a key's hash."""
    tx.insert(api_keys, {"last_used_at_us": None, "revoked_at_us": None, "created_at_us": tx.now_us, **row})


def touch_key(tx: Tx, key_id: str, user_id: str) -> None:
    """Remember when a key and its user were last seen."""
    where = api_keys.c.id == _p("key_id")
    tx.change(sa.update(api_keys).where(where).values(last_used_at_us=_p("now")), key_id=key_id, now=tx.now_us)
    set_user(tx, user_id, last_seen_at_us=tx.now_us)


def keys_of(rx: Rx, user_id: str) -> list[ApiKey]:
    """Somebody's keys that were not revoked, oldest first."""
    where = (api_keys.c.user_id == _p("user_id")) & api_keys.c.revoked_at_us.is_(None)
    rows = rx.rows(sa.select(api_keys).where(where).order_by(api_keys.c.id), user_id=user_id)
    return [
        ApiKey(r.id, r.name, r.prefix, r.only_project, r.created_at_us, r.expires_at_us, r.last_used_at_us)
        for r in rows
    ]


def revoke_keys(tx: Tx, user_id: str, key_id: str = "") -> int:
    """Revoke one of somebody's keys, or all; returns how many."""
    where = (api_keys.c.user_id == _p("of_user")) & api_keys.c.revoked_at_us.is_(None)
    if key_id:
        where &= api_keys.c.id == _p("key_id")
    params = {"of_user": user_id, "now": tx.now_us} | ({"key_id": key_id} if key_id else {})
    return tx.change(sa.update(api_keys).where(where).values(revoked_at_us=_p("now")), **params)


# Links


def link_row(rx: Rx, token_hash: str) -> Any:  # noqa: ANN401 - a database row
    """A link with its user's name, login and state; None when there is none."""
    statement = (
        sa.select(links, users.c.name, users.c.login, users.c.state)
        .join_from(links, users, users.c.id == links.c.user_id)
        .where(links.c.token_hash == _p("hash"))
    )
    return rx.first(statement, hash=token_hash)


def add_link(tx: Tx, row: Mapping[str, Any]) -> None:
    """Keep a link's hash."""
    tx.insert(links, {"created_by": tx.actor.id, "created_at_us": tx.now_us, "used_at_us": None, **row})


def use_link(tx: Tx, token_hash: str) -> bool:
    """Use a link up; False when somebody else did a moment ago."""
    where = (links.c.token_hash == _p("hash")) & links.c.used_at_us.is_(None) & (links.c.expires_at_us > _p("now"))
    return tx.change(sa.update(links).where(where).values(used_at_us=_p("now")), hash=token_hash, now=tx.now_us) == 1


def spend_links_of(tx: Tx, user_id: str) -> None:
    """Make somebody's open links useless."""
    where = (links.c.user_id == _p("of_user")) & links.c.used_at_us.is_(None)
    tx.change(sa.update(links).where(where).values(used_at_us=_p("now")), of_user=user_id, now=tx.now_us)


# Projects and memberships


def add_project(tx: Tx, *, slug: str, name: str, demo: bool) -> str | None:
    """Make a project; None when the slug is taken."""
    project = tx.new_id()
    row = {"id": project, "slug": slug, "name": name, "demo": demo, "created_at_us": tx.now_us, "organisation": "main"}
    return project if tx.insert_new(projects, row) else None


def find_project(rx: Rx, project: str) -> Project | None:
    """The project with this id or slug."""
    where = (projects.c.id == _p("project")) | (projects.c.slug == _p("project"))
    row = rx.first(sa.select(projects).where(where), project=project)
    return None if row is None else project_of(row)


def all_projects(rx: Rx) -> list[Project]:
    """Every project, by name."""
    return [project_of(row) for row in rx.rows(_all_projects)]


def memberships_of(rx: Rx, user_id: str) -> list[Membership]:
    """Somebody's places in all projects; needs a house opened for the organisation."""
    return [
        Membership(
            row.project_id,
            row.slug,
            row.name,
            row.demo,
            row.born_us,
            row.user_id,
            frozenset(Role(role) for role in json.loads(row.roles)),
            row.pseudonym,
            row.state,
            row.paused_at_us,
        )
        for row in rx.rows(_own, user_id=user_id)
    ]


def add_membership(tx: Tx, *, project: str, user_id: str, roles: frozenset[Role], pseudonym: str) -> bool:
    """Put somebody into a project; False when they are in it or the pseudonym is taken."""
    row = {
        "project_id": project, "user_id": user_id, "roles": _roles_json(roles), "pseudonym": pseudonym,
        "state": "active", "paused_at_us": None, "created_at_us": tx.now_us,
    }  # fmt: skip
    return tx.insert_new(memberships, row)


def members(rx: Rx, *, after: str = "", n: int = 1_000_000) -> list[Member]:
    """The open project's people in the order of their ids, from the one after `after` on."""
    return [_member_of(row) for row in rx.rows(_members, after=after, n=n)]


def find_member(rx: Rx, user_id: str) -> Member | None:
    """One of the open project's people."""
    row = rx.first(_member, user_id=user_id)
    return None if row is None else _member_of(row)


def lock_people(tx: Tx) -> None:
    """Let changes of who leads the open project happen one after the other."""
    tx.rows(sa.select(projects.c.id).where(projects.c.id == _p("locked")).with_for_update(), locked=tx.project)


def set_member(tx: Tx, user_id: str, **values: Any) -> int:  # noqa: ANN401 - column values
    """Change columns of a membership in the open project."""
    if "roles" in values:
        values["roles"] = _roles_json(values["roles"])
    where = (memberships.c.project_id == PROJECT) & (memberships.c.user_id == _p("of_user"))
    return tx.change(sa.update(memberships).where(where).values(**values), of_user=user_id)


def _roles_json(roles: frozenset[Role]) -> str:
    return canonical_json(sorted(roles)).decode()


def caller_of(rx: Rx, row: Any, *, via: Any, credential: str, csrf_token: str, only_project: str | None) -> Caller:  # noqa: ANN401 - a database row, a literal
    """The caller behind a session's or key's row, with every project they may see."""
    own = {m.project_id: m for m in memberships_of(rx, row.id)}
    if row.is_admin:
        own = {p.id: _as_admin(own.get(p.id), p, row.id) for p in all_projects(rx)}
    if only_project is not None:
        own = {key: m for key, m in own.items() if key == only_project}
    return Caller(
        user_id=row.id,
        login=row.login,
        name=row.name,
        is_admin=row.is_admin,
        simulated=row.simulated,
        via=via,
        credential=credential,
        csrf_token=csrf_token,
        memberships=own,
        by_slug={m.slug: m for m in own.values()},
    )


def _as_admin(own: Membership | None, project: Project, user_id: str) -> Membership:
    roles = frozenset({Role.ADMIN}) | (own.roles if own else frozenset())
    return Membership(
        project.id, project.slug, project.name, project.demo, project.created_at_us, user_id, roles,
        own.pseudonym if own else "", own.state if own else "none", own.paused_at_us if own else None,
    )  # fmt: skip
