"""How often a sign-in may be tried."""

from __future__ import annotations

import pytest

from assay.access.errors import TooManyTriesError
from assay.access.throttle import Bucket, Throttle, place_of

S = 1_000_000


def _tries(throttle: Throttle, login: str, peer: str, n: int, now_us: int = 0) -> int:
    """How many of `n` tries at one moment are let through."""
    through = 0
    for _ in range(n):
        try:
            throttle.check(login, peer, now_us)
        except TooManyTriesError:
            continue
        through += 1
    return through


def test_a_bucket_takes_its_burst_and_then_one_at_a_time() -> None:
    bucket = Bucket(burst=3, every_us=10)
    spent = 0
    for now in (0, 0, 0, 0, 9, 10, 10, 20, 1000, 1000, 1000, 1000):
        if bucket.wait_us("k", now) == 0:
            bucket.spend("k", now)
            spent += 1
    assert spent == 3 + 0 + 1 + 1 + 3
    assert bucket.wait_us("other", 0) == 0


def test_wrong_passwords_from_one_place_are_slowed_down() -> None:
    throttle = Throttle()
    assert _tries(throttle, "mia", "192.0.2.1", 50) == 10
    assert _tries(throttle, "mia", "192.0.2.1", 50, now_us=30 * S) == 1
    with pytest.raises(TooManyTriesError) as caught:
        throttle.check("mia", "192.0.2.1", 31 * S)
    assert 28 < caught.value.wait_s <= 30


def test_somebody_guessing_elsewhere_does_not_lock_out_a_place_that_signed_in_before() -> None:
    throttle = Throttle()
    throttle.check("mia", "192.0.2.1", 0)
    throttle.succeeded("mia", "192.0.2.1")
    for n in range(200):
        _tries(throttle, "mia", f"198.51.100.{n}", 5)
    with pytest.raises(TooManyTriesError):
        throttle.check("mia", "203.0.113.9", 0)
    throttle.check("mia", "192.0.2.1", 0)


def test_a_place_that_tries_many_logins_is_slowed_down() -> None:
    throttle = Throttle()
    assert sum(_tries(throttle, f"user{n}", "192.0.2.1", 1) for n in range(200)) == 60


def test_success_gives_back_what_it_cost() -> None:
    throttle = Throttle()
    for n in range(500):
        throttle.check(f"user{n}", "192.0.2.1", 0)
        throttle.succeeded(f"user{n}", "192.0.2.1")


def test_what_is_remembered_does_not_grow_without_end() -> None:
    bucket = Bucket(burst=1, every_us=1)
    for n in range(60_000):
        bucket.spend(str(n), 0)
    assert len(bucket._due) == 50_000


@pytest.mark.parametrize(
    ("peer", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("testclient", "testclient"),
    ],
)
def test_a_place_is_an_address_or_one_network_of_a_household(peer: str, place: str) -> None:
    assert place_of(peer) == place
