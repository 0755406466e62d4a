"""Laws of roles, throttles and names that hold whatever comes."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from assay.access.errors import BadNameError, RoleChangeRefusedError, TooManyTriesError
from assay.access.model import Role
from assay.access.rules import check_role_change, clean_login, clean_name, clean_slug, slug_of
from assay.access.throttle import Throttle

S = 1_000_000
project_roles = st.frozensets(st.sampled_from([role for role in Role if role is not Role.ADMIN]), max_size=4)
changes = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), project_roles), max_size=25)


@given(start=st.fixed_dictionaries(dict.fromkeys("abc", project_roles)), tried=changes)
def test_no_sequence_of_changes_lets_anybody_hold_a_role_that_no_lead_gave_them(
    start: dict[str, frozenset[Role]], tried: list[tuple[str, str, frozenset[Role]]]
) -> None:
    now, given_by_others = dict(start), {name: set(roles) for name, roles in start.items()}
    for caller, target, after in tried:
        led = Role.LEAD in now[caller]
        with contextlib.suppress(RoleChangeRefusedError):
            check_role_change(
                caller_id=caller, caller_roles=now[caller], target_id=target, before=now[target], after=after
            )
            assert led
            now[target] = after
            if caller != target:
                given_by_others[target] |= after
    for name, roles in now.items():
        assert roles <= given_by_others[name]


@given(
    tries=st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["mia", "ben"]), st.integers(0, 40)), max_size=300),
)
def test_whatever_others_try_a_place_that_signed_in_before_may_always_try_again(
    tries: list[tuple[int, str, int]],
) -> None:
    throttle = Throttle()
    throttle.check("mia", "192.0.2.1", 0)
    throttle.succeeded("mia", "192.0.2.1")
    now = 0
    for wait_s, login, place in tries:
        now += wait_s * S
        with contextlib.suppress(TooManyTriesError):
            throttle.check(login, f"198.51.100.{place}", now)
    throttle.check("mia", "192.0.2.1", now)


@given(tries=st.integers(1, 400), pause_s=st.integers(0, 60))
def test_one_place_never_gets_more_tries_at_a_login_than_its_burst_and_the_time_allow(tries: int, pause_s: int) -> None:
    throttle, through = Throttle(), 0
    for n in range(tries):
        with contextlib.suppress(TooManyTriesError):
            throttle.check("mia", "192.0.2.1", n * pause_s * S)
            through += 1
    assert through <= 10 + (tries - 1) * pause_s / 30


@given(st.text(max_size=200))
def test_cleaning_is_done_once_and_for_all(text: str) -> None:
    for clean in (clean_login, clean_name, clean_slug):
        with contextlib.suppress(BadNameError):
            assert clean(clean(text)) == clean(text)
    assert clean_slug(slug_of(text))
