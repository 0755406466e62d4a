"""Sessions, links, passwords and keys, on both databases."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from tests.contract.access.people import PASSWORD, SETUP, caller, event_rows, guess, person, project, signed_in

from assay.access import (
    NotSignedInHereError,
    Passwords,
    SignInFailedError,
    Throttle,
    TooManyTriesError,
    change_password,
    check_password,
    directory_of,
    disable_account,
    inspect_link,
    list_keys,
    make_key,
    make_key_for,
    make_link,
    redeem_link,
    revoke_key,
    sign_out,
)
from assay.access.errors import KeyNotEnoughError, KeyNotFoundError, LinkUnusableError, TakenError, WeakPasswordError
from assay.access.store import sessions
from assay.kernel.clock import FixedClock
from assay.storage import House, check_log, seal

HOUR = 3600.0


def test_a_link_sets_a_password_once_and_signs_in(house: House, passwords: Passwords) -> None:
    mia = person(house, "mia")
    link = make_link(SETUP, mia, "invite", house=house)
    assert inspect_link(link.secret, loopback=False, house=house).login == "mia"
    made = redeem_link(link.secret, PASSWORD, loopback=False, house=house, passwords=passwords)
    assert directory_of(house).by_session(made.secret, house).user_id == mia
    with pytest.raises(LinkUnusableError):
        redeem_link(link.secret, "another-lamp-43-volt", loopback=False, house=house, passwords=passwords)
    with pytest.raises(LinkUnusableError):
        inspect_link(link.secret, loopback=False, house=house)


def test_a_refused_password_leaves_the_link_as_it_was(house: House, passwords: Passwords) -> None:
    link = make_link(SETUP, person(house, "mia"), "invite", house=house)
    with pytest.raises(WeakPasswordError):
        redeem_link(link.secret, "short", loopback=False, house=house, passwords=passwords)
    redeem_link(link.secret, PASSWORD, loopback=False, house=house, passwords=passwords)


def test_a_link_expires_and_a_newer_one_replaces_it(house: House, clock: FixedClock) -> None:
    mia = person(house, "mia")
    first = make_link(SETUP, mia, "reset", house=house)
    second = make_link(SETUP, mia, "reset", house=house)
    with pytest.raises(LinkUnusableError):
        inspect_link(first.secret, loopback=True, house=house)
    clock.advance(24 * HOUR - 1)
    inspect_link(second.secret, loopback=True, house=house)
    clock.advance(1)
    with pytest.raises(LinkUnusableError):
        inspect_link(second.secret, loopback=True, house=house)


def test_a_demonstration_link_works_from_the_servers_own_machine_only(house: House, passwords: Passwords) -> None:
    link = make_link(SETUP, person(house, "mia"), "demo", house=house)
    with pytest.raises(LinkUnusableError):
        inspect_link(link.secret, loopback=False, house=house)
    with pytest.raises(LinkUnusableError):
        redeem_link(link.secret, PASSWORD, loopback=False, house=house, passwords=passwords)
    redeem_link(link.secret, PASSWORD, loopback=True, house=house, passwords=passwords)


def test_unknown_login_and_wrong_password_are_told_apart_by_nothing(
    house: House, passwords: Passwords, throttle: Throttle
) -> None:
    signed_in(house, "mia", passwords)
    person(house, "ben")  # has no password yet
    told = set()
    for login in ("mia", "nobody", "ben", "not a login!"):
        with pytest.raises(SignInFailedError) as caught:
            guess(house, passwords, throttle, login, "wrong-lamp-42-volt")
        told.add((caught.value.code, caught.value.message, caught.value.hint))
    assert len(told) == 1
    refusals = [row for row in event_rows(house) if row.action == "password.refused"]
    assert len(refusals) == 4  # each cost one durable write, so that none was quicker


def test_signing_in_is_slowed_down_per_place_and_nobody_else_is_locked_out(
    house: House, passwords: Passwords, throttle: Throttle, clock: FixedClock
) -> None:
    signed_in(house, "mia", passwords)
    for _ in range(10):
        with pytest.raises(SignInFailedError):
            guess(house, passwords, throttle, "mia", "wrong-lamp-42-volt")
    with pytest.raises(TooManyTriesError):
        guess(house, passwords, throttle, "mia", PASSWORD)
    guess(house, passwords, throttle, "mia", PASSWORD, peer="198.51.100.7")
    clock.advance(30)
    guess(house, passwords, throttle, "mia", PASSWORD)


def test_each_sign_in_gets_a_token_of_its_own_and_only_hashes_are_kept(
    house: House, passwords: Passwords, throttle: Throttle
) -> None:
    signed_in(house, "mia", passwords)
    tokens = {guess(house, passwords, throttle, "MIA ", PASSWORD).secret for _ in range(3)}
    assert len(tokens) == 3
    with house.database.reading() as connection:
        kept = json.dumps([list(row) for row in connection.execute(sa.select(sessions))])
    assert not any(token in kept for token in tokens)
    assert not any(PASSWORD in row.body for row in event_rows(house))


def test_a_session_ends_after_half_an_hour_of_rest_and_after_twelve_hours_in_any_case(
    house: House, passwords: Passwords, throttle: Throttle, clock: FixedClock
) -> None:
    signed_in(house, "mia", passwords)
    directory = directory_of(house)
    idle = guess(house, passwords, throttle, "mia", PASSWORD).secret
    busy = guess(house, passwords, throttle, "mia", PASSWORD).secret
    for _ in range(2 * 12 - 1):
        clock.advance(HOUR / 2 - 1)
        assert (directory.remembered(busy) or directory.by_session(busy, house)).login == "mia"
    with pytest.raises(NotSignedInHereError):
        directory.by_session(idle, house)
    clock.advance(HOUR)
    assert directory.remembered(busy) is None
    with pytest.raises(NotSignedInHereError):
        directory.by_session(busy, house)


def test_signing_out_ends_this_session_at_once_and_no_other(
    house: House, passwords: Passwords, throttle: Throttle
) -> None:
    signed_in(house, "mia", passwords)
    directory = directory_of(house)
    one, other = (guess(house, passwords, throttle, "mia", PASSWORD).secret for _ in range(2))
    mia = directory.by_session(one, house)
    directory.by_session(other, house)
    sign_out(mia, house=house)
    assert directory.remembered(one) is None
    with pytest.raises(NotSignedInHereError):
        directory.by_session(one, house)
    directory.by_session(other, house)


def test_a_changed_password_ends_every_session_and_open_link(
    house: House, passwords: Passwords, throttle: Throttle
) -> None:
    mia = signed_in(house, "mia", passwords)
    other = guess(house, passwords, throttle, "mia", PASSWORD).secret
    link = make_link(SETUP, mia.user_id, "reset", house=house)
    with pytest.raises(WeakPasswordError):
        change_password(mia, PASSWORD, PASSWORD, house=house, passwords=passwords, throttle=throttle, peer="::1")
    made = change_password(
        mia, PASSWORD, "yonder-harp-77-mint", house=house, passwords=passwords, throttle=throttle, peer="::1"
    )
    directory = directory_of(house)
    assert directory.by_session(made.secret, house).user_id == mia.user_id
    with pytest.raises(NotSignedInHereError):
        directory.by_session(other, house)
    with pytest.raises(LinkUnusableError):
        inspect_link(link.secret, loopback=True, house=house)
    with pytest.raises(SignInFailedError):
        guess(house, passwords, throttle, "mia", PASSWORD)
    guess(house, passwords, throttle, "mia", "yonder-harp-77-mint")


def test_a_password_is_checked_again_before_something_that_counts(
    house: House, passwords: Passwords, throttle: Throttle
) -> None:
    mia = signed_in(house, "mia", passwords)
    check_password(mia, PASSWORD, house=house, passwords=passwords, throttle=throttle, peer="::1")
    with pytest.raises(SignInFailedError):
        check_password(mia, "wrong-lamp-42-volt", house=house, passwords=passwords, throttle=throttle, peer="::1")
    assert event_rows(house)[-1].subject == f"user/{mia.user_id}"


def test_a_key_works_until_it_expires_or_is_revoked_and_is_kept_as_a_hash(
    house: House, passwords: Passwords, clock: FixedClock
) -> None:
    mia = signed_in(house, "mia", passwords)
    key = make_key(mia, "script", project=None, expires_days=1, house=house)
    other = make_key(mia, "other", project=None, expires_days=None, house=house)
    assert key.secret.startswith("assay_")
    directory = directory_of(house)
    assert directory.by_key(key.secret, house).via == "key"
    assert [(k.name, k.prefix) for k in list_keys(mia, house=house)] == [
        ("script", key.secret[:12]),
        ("other", other.secret[:12]),
    ]
    clock.advance(24 * HOUR)
    assert directory.remembered(key.secret) is None
    with pytest.raises(NotSignedInHereError):
        directory.by_key(key.secret, house)
    directory.by_key(other.secret, house)
    revoke_key(mia, other.id, house=house)
    assert directory.remembered(other.secret) is None
    with pytest.raises(NotSignedInHereError):
        directory.by_key(other.secret, house)
    with pytest.raises(KeyNotFoundError):
        revoke_key(mia, other.id, house=house)


def test_a_key_cannot_make_keys_or_sign_out_and_nobody_revokes_anothers(house: House, passwords: Passwords) -> None:
    program = caller(house, "mia")
    with pytest.raises(KeyNotEnoughError):
        make_key(program, "more", project=None, expires_days=None, house=house)
    with pytest.raises(KeyNotEnoughError):
        sign_out(program, house=house)
    with pytest.raises(KeyNotFoundError):
        revoke_key(signed_in(house, "ben", passwords), program.credential, house=house)


def test_a_key_may_be_narrowed_to_one_project(house: House, passwords: Passwords) -> None:
    one = project(house, "One", mia=["annotator"])
    project(house, "Two", mia=["annotator"])
    mia = signed_in(house, "mia", passwords)
    key = make_key(mia, "script", project="one", expires_days=None, house=house)
    assert list(directory_of(house).by_key(key.secret, house).memberships) == [one]


def test_a_disabled_account_is_shut_out_everywhere_at_once(
    house: House, passwords: Passwords, throttle: Throttle
) -> None:
    mia = signed_in(house, "mia", passwords)
    session = guess(house, passwords, throttle, "mia", PASSWORD).secret
    key = make_key(mia, "script", project=None, expires_days=None, house=house).secret
    link = make_link(SETUP, mia.user_id, "reset", house=house)
    directory = directory_of(house)
    directory.by_session(session, house), directory.by_key(key, house)
    disable_account(SETUP, mia.user_id, house=house, why="left the lab")
    assert directory.remembered(session) is None
    assert directory.remembered(key) is None
    for attempt in (
        lambda: directory.by_session(session, house),
        lambda: directory.by_key(key, house),
        lambda: guess(house, passwords, throttle, "mia", PASSWORD),
    ):
        with pytest.raises((NotSignedInHereError, SignInFailedError)):
            attempt()
    with pytest.raises(LinkUnusableError):
        inspect_link(link.secret, loopback=True, house=house)


def test_a_login_is_given_once(house: House) -> None:
    person(house, "mia")
    with pytest.raises(TakenError):
        person(house, "MIA")


def test_use_is_remembered_at_most_every_five_minutes(house: House, clock: FixedClock) -> None:
    key = make_key_for(SETUP, person(house, "mia"), "test", house=house).secret
    directory = directory_of(house)
    for wait_s, seen in ((0, 1), (60, 1), (239, 1), (2, 2), (240, 2), (61, 3)):
        clock.advance(wait_s)
        directory.remembered(key) or directory.by_key(key, house)
        assert sum(row.action == "key.seen" for row in event_rows(house)) == seen


def test_the_audit_log_holds_no_name_or_login_and_seals(house: House, passwords: Passwords) -> None:
    project(house, "One", mia=["lead"])
    signed_in(house, "mia", passwords)
    text = json.dumps([[row.subject, row.why, row.body] for row in event_rows(house)])
    assert "mia" not in text.lower()
    seal(house)
    assert check_log(house).size == len(event_rows(house))


def test_a_change_in_another_process_is_seen_within_a_second(house: House, clock: FixedClock) -> None:
    if house.database.name == "sqlite":
        pytest.skip("One process alone uses an SQLite house.")
    key = make_key_for(SETUP, person(house, "mia"), "test", house=house)
    elsewhere = House(house.database, clock)  # what another process has: the same database, a memory of its own
    mine, theirs = directory_of(house), directory_of(elsewhere)
    caller_there = theirs.by_key(key.secret, elsewhere)
    revoke_key(caller_there, key.id, house=house)
    assert mine.remembered(key.secret) is None
    assert theirs.remembered(key.secret) == caller_there
    clock.advance(1.001)
    assert theirs.remembered(key.secret) is None
    with pytest.raises(NotSignedInHereError):
        theirs.by_key(key.secret, elsewhere)
