"""Names of strangers: shown, never followed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.jobs.intake.names import (
    claims_picture,
    collision_key,
    is_hidden,
    leaves_folder,
    readings_of,
    safe_name,
    shown,
    tidy,
)


@pytest.mark.parametrize(
    "name",
    [
        "../a",
        "a/../../b",
        "/a",
        "\\a",
        "C:\\a",
        "c:/a",
        "..\\a",
        "%2e%2e/a",
        "%252e%252e/a",
        "~/a",
        "~root/a",
        "a/..",
        "..",
        "...",
        ".. /a",
        "\uff0e\uff0e/a",
        "a\uff0f..\uff0f..",
        "./../a",
        ".. ./x",
        "a/\u2025/b",
        "a\x00b",
        "//server/share/a",
        "\\\\server\\a",
    ],
)
def test_a_name_that_climbs_out_by_any_reading_is_seen(name: str) -> None:
    assert leaves_folder(name)


@pytest.mark.parametrize(
    "name",
    [
        "a.png",
        "a/b.png",
        "./a.png",
        "a..b.png",
        "..a.png",
        "100%.png",
        "50%2f.png",
        "a.png:stream",
        "~a.png",
        "b/~a.png",
        "a b.png",
        "été/café.png",
        "trail. ",
        "CON.png",
        "=1+1.png",
        "1:2.png",
    ],
)
def test_an_ordinary_name_is_left_in_peace(name: str) -> None:
    assert not leaves_folder(name)


@given(st.text(max_size=40))
def test_a_safe_name_has_no_control_or_direction_characters_and_no_reserved_part(name: str) -> None:
    made = safe_name(name)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") or c in '<>:"|?*\u202e\u2066' for c in made)
    for part in made.split("/"):
        assert part.rstrip(". ") == part
        assert part.upper().split(".")[0] not in ("CON", "PRN", "AUX", "NUL", "COM1", "LPT9")


@given(st.text(max_size=40))
def test_tidying_and_making_safe_are_done_once_and_for_all(name: str) -> None:
    assert tidy(tidy(name)) == tidy(name)
    assert safe_name(safe_name(name)) == safe_name(name)
    assert collision_key(safe_name(name)) == collision_key(name)


def test_markup_and_formulas_stay_in_the_name_as_they_came() -> None:
    for name in (
        '"><img src=x onerror=alert(1)>.png',
        '=HYPERLINK("http://127.0.0.1:9","x").png',
        "a\u202egnp.exe.png",
    ):
        assert tidy(name) == name


def test_windows_names_are_renamed_for_show() -> None:
    names = {
        "CON.png": "_CON.png",
        "aux.jpg": "_aux.jpg",
        "a.png:stream": "a.png_stream",
        "trail. ": "trail",
        "a/nul": "a/_nul",
    }
    assert {name: safe_name(name) for name in names} == names


@pytest.mark.parametrize(
    ("one", "other"), [("A.png", "a.PNG"), ("cafe\u0301.png", "caf\u00e9.png"), ("a./b", "a/b"), ("x/y", "x\\y")]
)
def test_names_that_some_system_cannot_tell_apart_collide(one: str, other: str) -> None:
    assert collision_key(one) == collision_key(other)


@pytest.mark.parametrize(
    "name", [".a.png", ".git/config", "a/.b/c.png", "__MACOSX/._a.png", "Thumbs.db", "d/desktop.ini"]
)
def test_files_that_systems_keep_for_themselves_are_hidden(name: str) -> None:
    assert is_hidden(name)


@pytest.mark.parametrize("name", ["a.png", "x/.png", "a/b", "';alert(1)//.png", "..png"])
def test_a_picture_without_a_name_is_no_hidden_file(name: str) -> None:
    assert is_hidden(name) == (name == "..png")


def test_only_the_ending_of_a_picture_claims_a_picture() -> None:
    assert [claims_picture(n) for n in ("a.PNG", "b.x.jpg", "x/.png", "a.svg", "LICENSE", "png", "data.yaml")] == [
        *(True, True, True, True),
        *(False, False, False),
    ]


def test_bytes_of_a_name_are_read_in_every_way_that_programs_read_them() -> None:
    assert readings_of("\uff0e".encode(), utf8=False)[0] == "\uff0e"
    assert readings_of(b"caf\x82.png", utf8=False)[0] == "caf\u00e9.png"
    assert readings_of(b"caf\x82.png", utf8=True)[0] == ""
    assert "../a" in readings_of(b"..\xc0\xafa", utf8=False)[1]
    assert "..\\a" in readings_of(b"..\xc1\x9ca", utf8=False)[1]
    assert "../a" in readings_of(b"\xe0\x80\xae\xf0\x80\x80\xae/a", utf8=False)[1]


@given(st.text(), st.integers(20, 300))
def test_text_for_a_message_is_short_and_plain(text: str, limit: int) -> None:
    made = shown(text, limit)
    assert len(made) <= limit + 1
    assert not any(ord(c) < 32 for c in made)
