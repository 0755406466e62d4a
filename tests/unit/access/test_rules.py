"""Names, logins, passwords, roles and times."""

from __future__ import annotations

import pytest

from assay.access.errors import BadNameError, RoleChangeRefusedError, WeakPasswordError
from assay.access.model import Role
from assay.access.rules import (
    ABSOLUTE_US,
    IDLE_US,
    check_role_change,
    clean_login,
    clean_name,
    clean_password,
    clean_roles,
    clean_slug,
    session_ends_at,
    slug_of,
)


@pytest.mark.parametrize(
    ("typed", "login"),
    [
        ("Mia", "mia"),
        ("  mia.t@Lab.Example ", "mia.t@lab.example"),
        ("\uff4d\uff49\uff41", "mia"),  # full width letters are the same login
        ("a", "a"),
    ],
)
def test_a_login_has_one_form_however_it_is_typed(typed: str, login: str) -> None:
    assert clean_login(typed) == login


@pytest.mark.parametrize(
    "typed", ["", " ", ".", "mia ", "m a", "mia\n2", "мia", "mi\u200ba", "a" * 129, "-mia", "mia-", "<b>", "a/b", "?"]
)
def test_a_login_with_other_characters_is_refused(typed: str) -> None:
    if typed == "mia ":
        assert clean_login(typed) == "mia"
        return
    with pytest.raises(BadNameError):
        clean_login(typed)


def test_a_name_may_be_written_in_any_script_but_holds_nothing_invisible() -> None:
    assert clean_name("  Mía   Łukasz 张伟 ") == "Mía Łukasz 张伟"
    assert clean_name("<script>alert(1)</script>") == "<script>alert(1)</script>"  # shown as text, wherever it is shown
    for bad in ("", " \t ", "a\x00b", "a\u202eb", "a\u200bb", "\ud800", "x" * 129):
        with pytest.raises(BadNameError):
            clean_name(bad)


def test_a_slug_is_made_from_a_name_and_never_looks_like_an_id() -> None:
    assert slug_of("Blood cells, 2026!") == "blood-cells-2026"
    assert slug_of("Zähne & Köpfe") == "zahne-kopfe"
    assert slug_of("张伟") == "project"
    assert clean_slug(slug_of("x" * 400)) == "x" * 48
    for bad in ("", "A", "a_b", "-a", "a-", "a/b", "..", "0123456789abcdef0123456789abcdef", "x" * 65):
        with pytest.raises(BadNameError):
            clean_slug(bad)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "elevenchars",
        "aaaaaaaaaaaaaa",
        "ababababababab",
        "abcdefghijklmno",
        "123456789012345",
        "qwertyuiop1234",
        "password123456",
        "P@ssw0rd!2026",
        "Password Password",
        "letmein-letmein",
        "mia.tanaka2026",  # the login again
        "assayassayassay",
        "x" * 257,
    ],
)
def test_an_easily_guessed_password_is_refused_without_being_repeated(password: str) -> None:
    with pytest.raises(WeakPasswordError) as caught:
        clean_password(password, login="mia.tanaka")
    assert password not in caught.value.message


@pytest.mark.parametrize(
    "password",
    [
        "zebra-lamp-42-volt",
        "829374650192",
        "four unrelated words do",
        "pässwörter sind öde",
        "T3!kd9*xmQ2z",
        "пароль-из-слов",
    ],
)
def test_a_password_that_is_no_pattern_is_taken(password: str) -> None:
    assert clean_password(password, login="mia.tanaka") == password


def test_a_password_is_the_same_however_its_letters_are_composed() -> None:
    assert clean_password("pa\u0308sse sind gru\u0308n", login="x") == clean_password(
        "p\u00e4sse sind gr\u00fcn", login="x"
    )


def test_a_session_ends_when_idle_or_at_the_latest_after_twelve_hours() -> None:
    assert session_ends_at(0, 0) == IDLE_US
    assert session_ends_at(0, ABSOLUTE_US - 1) == ABSOLUTE_US


def test_a_project_gives_known_roles_but_never_that_of_the_servers_administrator() -> None:
    assert clean_roles(["lead", "lead", "annotator"]) == {Role.LEAD, Role.ANNOTATOR}
    for bad in ([], ["admin"], ["owner"], ["lead", "Lead"]):
        with pytest.raises(BadNameError):
            clean_roles(bad)


def _change(caller: str, own: set[Role], target: str, before: set[Role], after: set[Role]) -> None:
    check_role_change(
        caller_id=caller,
        caller_roles=frozenset(own),
        target_id=target,
        before=frozenset(before),
        after=frozenset(after),
    )


def test_only_leads_and_administrators_change_roles() -> None:
    _change("a", {Role.LEAD}, "b", set(), {Role.APPROVER})
    _change("a", {Role.ADMIN}, "b", {Role.LEAD}, {Role.ANNOTATOR})
    for role in set(Role) - {Role.LEAD, Role.ADMIN}:
        with pytest.raises(RoleChangeRefusedError):
            _change("a", {role}, "b", set(), {Role.ANNOTATOR})


def test_nobody_adds_to_their_own_roles_but_anybody_who_leads_may_give_one_up() -> None:
    with pytest.raises(RoleChangeRefusedError):
        _change("a", {Role.LEAD}, "a", {Role.LEAD}, {Role.LEAD, Role.APPROVER})
    _change("a", {Role.LEAD, Role.EXPERT}, "a", {Role.LEAD, Role.EXPERT}, {Role.LEAD})
