"""Signing in and out, links, passwords, keys and accounts."""

from __future__ import annotations

import hmac
from typing import Any

from assay.access import store
from assay.access.directory import access_change
from assay.access.errors import (
    BadNameError,
    KeyNotFoundError,
    LinkUnusableError,
    SignInFailedError,
    TakenError,
    WeakPasswordError,
)
from assay.access.model import ApiKey, Caller, LinkInfo, NewSecret
from assay.access.passwords import Passwords
from assay.access.rules import (
    ABSOLUTE_US,
    LINK_US,
    clean_login,
    clean_name,
    clean_password,
    session_ends_at,
    sha256,
)
from assay.access.throttle import Throttle
from assay.kernel.actor import ANONYMOUS, Actor
from assay.kernel.canonical import digest
from assay.kernel.clock import SECOND_US
from assay.kernel.ids import new_secret
from assay.storage import House, Tx

KEY_PREFIX = "assay_"
MAX_KEY_DAYS = 730


def sign_in(
    login: str, password: str, *, peer: str, house: House, passwords: Passwords, throttle: Throttle
) -> NewSecret:
    """Begin a session for whoever knows the password; unknown login and wrong password look and take alike.

    Raises:
        SignInFailedError: the two do not belong together, or the account is disabled.
        TooManyTriesError: too many tries for this login from this place.
    """
    asked = _login_or_nobody(login)
    throttle.check(asked, peer, house.clock.now_us())
    with house.read(ANONYMOUS, None) as rx:
        row = store.user_row(rx, login=asked)
    right = passwords.fits(row.password_hash if row else None, password)
    if not right or row.state != "active":
        _record_refusal(row.id if row else "unknown", "sign in", house)
        raise SignInFailedError
    throttle.succeeded(asked, peer)
    stronger = passwords.hash(password) if passwords.outdated(row.password_hash) else None
    with house.write(Actor(row.id), None, "sign in") as tx:
        if stronger is not None:
            store.set_user(tx, row.id, password_hash=stronger)
        return _begin_session(tx, row.id)


def _record_refusal(user_id: str, why: str, house: House) -> None:
    """Put a wrong password into the audit log, for unknown logins too, so that both answers take as long."""
    with house.write(ANONYMOUS, None, why) as tx:
        tx.record("password.refused", subject=f"user/{user_id}")


def _login_or_nobody(login: str) -> str:
    try:
        return clean_login(login)
    except BadNameError:
        return "?"  # no login can be this


def _begin_session(tx: Tx, user_id: str) -> NewSecret:
    token, csrf = new_secret(), new_secret()
    ends = tx.now_us + ABSOLUTE_US
    store.drop_ended_sessions(tx, tx.now_us)
    store.add_session(tx, token_hash=sha256(token), user_id=user_id, csrf_token=csrf, expires_at_us=ends)
    store.set_user(tx, user_id, last_seen_at_us=tx.now_us)
    tx.record("session.opened", subject=f"user/{user_id}")
    return NewSecret(token, session_ends_at(tx.now_us, tx.now_us), csrf_token=csrf, user_id=user_id)


def sign_out(caller: Caller, *, house: House) -> None:
    """End the caller's session."""
    caller.require_person("sign out")
    with access_change(house, caller.actor, None, "sign out") as tx:
        store.end_session(tx, caller.credential)
        tx.record("session.ended", subject=f"user/{caller.user_id}")


def check_password(
    caller: Caller, password: str, *, house: House, passwords: Passwords, throttle: Throttle, peer: str
) -> None:
    """Make sure, before something that counts, that it is still the same person at the keyboard.

    Raises:
        SignInFailedError: the password is wrong.
    """
    throttle.check(caller.login, peer, house.clock.now_us())
    with house.read(caller.actor, None) as rx:
        row = store.user_row(rx, user_id=caller.user_id)
    if not passwords.fits(row.password_hash, password):
        _record_refusal(caller.user_id, "check password", house)
        raise SignInFailedError
    throttle.succeeded(caller.login, peer)


def change_password(
    caller: Caller, old: str, new: str, *, house: House, passwords: Passwords, throttle: Throttle, peer: str
) -> NewSecret:
    """Set another password; ends every session of the caller and begins a new one."""
    caller.require_person("change a password")
    check_password(caller, old, house=house, passwords=passwords, throttle=throttle, peer=peer)
    wanted = clean_password(new, login=caller.login)
    if hmac.compare_digest(old, new):
        raise WeakPasswordError("is the one you have")
    return _set_password(caller.user_id, wanted, why="change password", house=house, passwords=passwords)


def _set_password(
    user_id: str, password: str, *, why: str, house: House, passwords: Passwords, link: str = ""
) -> NewSecret:
    hashed = passwords.hash(password)
    with access_change(house, Actor(user_id), None, why) as tx:
        if link and not store.use_link(tx, link):
            raise LinkUnusableError
        store.set_user(tx, user_id, password_hash=hashed)
        store.end_sessions_of(tx, user_id)
        store.spend_links_of(tx, user_id)
        tx.record("user.password_set", subject=f"user/{user_id}")
        return _begin_session(tx, user_id)


# Links


def add_link(tx: Tx, user_id: str, purpose: str) -> NewSecret:
    """Make a single-use link, inside a transaction that records why; links of the same person made before are spent.

    Args:
        purpose: `invite`, `reset` or `demo`; a demo link works from the server's own machine only.
    """
    token = new_secret()
    expires = tx.now_us + LINK_US[purpose]
    store.spend_links_of(tx, user_id)
    row = {"token_hash": sha256(token), "user_id": user_id, "purpose": purpose, "expires_at_us": expires}
    store.add_link(tx, {**row, "loopback_only": purpose == "demo"})
    return NewSecret(token, expires, user_id=user_id)


def make_link(actor: Actor, user_id: str, purpose: str, *, house: House) -> NewSecret:
    """Make a single-use link for somebody."""
    with house.write(actor, None, f"link to {purpose}") as tx:
        made = add_link(tx, user_id, purpose)
        tx.record("link.made", subject=f"user/{user_id}", purpose=purpose)
        return made


def inspect_link(token: str, *, loopback: bool, house: House) -> LinkInfo:
    """What a link is for, without using it.

    Raises:
        LinkUnusableError: for every reason alike.
    """
    with house.read(ANONYMOUS, None) as rx:
        row = store.link_row(rx, sha256(token))
    if (
        row is None
        or row.used_at_us is not None
        or row.expires_at_us <= rx.now_us
        or row.state != "active"
        or (row.loopback_only and not loopback)
    ):
        raise LinkUnusableError
    return LinkInfo(row.user_id, row.name, row.login, row.purpose, row.expires_at_us)


def redeem_link(token: str, password: str, *, loopback: bool, house: House, passwords: Passwords) -> NewSecret:
    """Use a link: sets the password and begins a session. A password that is refused leaves the link as it was."""
    info = inspect_link(token, loopback=loopback, house=house)
    wanted = clean_password(password, login=info.login)
    why = f"redeem link to {info.purpose}"
    return _set_password(info.user_id, wanted, why=why, house=house, passwords=passwords, link=sha256(token))


# Keys


def make_key(caller: Caller, name: str, *, project: str | None, expires_days: int | None, house: House) -> NewSecret:
    """Make an API key of the caller's, perhaps for one project only."""
    caller.require_person("make an API key")
    only = caller.membership(project).project_id if project else None
    return make_key_for(caller.actor, caller.user_id, name, only_project=only, expires_days=expires_days, house=house)


def make_key_for(
    actor: Actor,
    user_id: str,
    name: str,
    *,
    only_project: str | None = None,
    expires_days: int | None = None,
    house: House,
) -> NewSecret:
    """Make an API key for somebody, as the command line and the demonstration do."""
    if expires_days is not None and not 1 <= expires_days <= MAX_KEY_DAYS:
        raise BadNameError(f"A key cannot expire in {expires_days} days.", hint=f"Choose 1 to {MAX_KEY_DAYS}.")
    secret = KEY_PREFIX + new_secret()
    label = clean_name(name)
    with house.write(actor, None, "make a key") as tx:
        key_id = tx.new_id()
        expires = None if expires_days is None else tx.now_us + expires_days * 86400 * SECOND_US
        row: dict[str, Any] = {"id": key_id, "key_hash": sha256(secret), "prefix": secret[:12], "user_id": user_id}
        store.add_key(tx, {**row, "only_project": only_project, "name": label, "expires_at_us": expires})
        tx.record("key.made", subject=f"user/{user_id}", key=key_id, only_project=only_project)
    return NewSecret(secret, expires, id=key_id, user_id=user_id)


def list_keys(caller: Caller, *, house: House) -> list[ApiKey]:
    """The caller's keys."""
    with house.read(caller.actor, None) as rx:
        return store.keys_of(rx, caller.user_id)


def revoke_key(caller: Caller, key_id: str, *, house: House) -> None:
    """End one of the caller's keys at once.

    Raises:
        KeyNotFoundError: they have no such key, or it was revoked before.
    """
    revoke_key_of(caller.actor, caller.user_id, key_id, house=house)


def revoke_key_of(actor: Actor, user_id: str, key_id: str, *, house: House) -> None:
    """End one of somebody's keys at once."""
    with access_change(house, actor, None, "revoke a key") as tx:
        if not store.revoke_keys(tx, user_id, key_id):
            raise KeyNotFoundError(key_id)
        tx.record("key.revoked", subject=f"user/{user_id}", key=key_id)


# Accounts


def add_account(tx: Tx, *, login: str, name: str, is_admin: bool = False, simulated: bool = False) -> str:
    """Make an account inside a transaction; the audit log gets a salted commitment to login and name, never them.

    Raises:
        TakenError: the login exists.
    """
    salt = new_secret(16)
    wanted, label = clean_login(login), clean_name(name)
    user_id = store.add_user(tx, login=wanted, name=label, salt=salt, is_admin=is_admin, simulated=simulated)
    if user_id is None:
        raise TakenError("login", wanted)
    person = digest({"salt": salt, "login": wanted, "name": label})
    tx.record("user.created", subject=f"user/{user_id}", person=person, is_admin=is_admin, simulated=simulated)
    return user_id


def create_account(
    actor: Actor, *, login: str, name: str, is_admin: bool = False, simulated: bool = False, house: House
) -> str:
    """Make an account that has no password yet; returns its id."""
    with house.write(actor, None, "create account") as tx:
        return add_account(tx, login=login, name=name, is_admin=is_admin, simulated=simulated)


def disable_account(actor: Actor, user_id: str, *, house: House, why: str) -> None:
    """Let somebody in no more: sessions end, keys and links stop working; what they did stays."""
    with access_change(house, actor, None, why) as tx:
        store.set_user(tx, user_id, state="disabled")
        store.end_sessions_of(tx, user_id)
        store.revoke_keys(tx, user_id)
        store.spend_links_of(tx, user_id)
        tx.record("user.disabled", subject=f"user/{user_id}")
