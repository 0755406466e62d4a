"""Numbers, names and attributes as strangers write them."""

from __future__ import annotations

import pytest

from assay.formats.values import (
    RowError,
    attributes_json,
    decimal,
    disarmed,
    integer,
    looks_like,
    name,
    number,
    real,
    reals,
    whole,
    xml_text,
    yaml_text,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1.0), ("-2.5", -2.5), (" 3\n", 3.0), ("1e2", 100.0), (".5", 0.5), ("5.", 5.0), ("1E-3", 0.001)],
)
def test_a_plain_decimal_is_a_number(text: str, value: float) -> None:
    assert number(text, "x") == value


@pytest.mark.parametrize(
    "text",
    [
        "1_0",
        "٣",
        "\uff11",
        "nan",
        "inf",
        "-inf",
        "0x1p-1",
        "1,5",
        "",
        " ",
        "\u00a01",
        "1e309",
        "+1",
        "1 2",
        "--1",
        "e5",
    ],
)
def test_what_only_python_takes_for_a_number_is_refused(text: str) -> None:
    with pytest.raises(RowError, match="x is"):
        number(text, "x")


@pytest.mark.parametrize("text", ["1.0", "0.7", "1_0", "٣", "", "9" * 19])
def test_a_whole_number_has_ascii_digits_only(text: str) -> None:
    with pytest.raises(RowError):
        integer(text, "the class")
    assert integer(" -12 ", "the class") == -12


@pytest.mark.parametrize("value", ["1", None, True, [1], {}, float("inf"), float("nan"), 10**400])
def test_json_numbers_are_numbers(value: object) -> None:
    with pytest.raises(RowError):
        real(value, "x")
    with pytest.raises(RowError):
        reals([1.0, value], "x")


def test_reals_are_the_same_one_by_one_and_together() -> None:
    values = [1, 2.5, -(10**20), 0]
    assert reals(values, "x") == [real(value, "x") for value in values]
    assert reals([1e308, 1e308], "x") == [1e308, 1e308]  # their sum is beyond floats, they are not


@pytest.mark.parametrize("value", [1.0, True, "1", 1 << 63, None])
def test_ids_are_whole_numbers_of_63_bits(value: object) -> None:
    with pytest.raises(RowError):
        whole(value, "the id")


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "__proto__", "a\u202eb", "null", "名"]
)
def test_a_name_is_data_whatever_it_looks_like(text: str) -> None:
    assert name(text, "the class") == text


@pytest.mark.parametrize("value", ["", "  ", "a\x00b", "\ud800", "a\nb", "a\u2028b", "x" * 501, 5, None, ["a"]])
def test_what_no_table_can_hold_is_no_name(value: object) -> None:
    with pytest.raises(RowError):
        name(value, "the class")


def test_blanks_around_a_name_are_no_part_of_it() -> None:
    assert name(" car\t", "the class") == "car"


def test_names_that_a_person_cannot_tell_apart_have_one_key() -> None:
    assert looks_like("café") == looks_like("cafe\u0301") == looks_like("CAFÉ") == looks_like("ca\u200bfé")
    assert looks_like("car") != looks_like("cat")


def test_attributes_are_one_canonical_object_or_nothing() -> None:
    assert attributes_json({"b": 1e15, "a": {"x": [1, {}]}}) == '{"a":{"x":[1,{}]},"b":1000000000000000}'
    assert attributes_json({}) is None
    assert attributes_json(None) is None
    deep: object = 1
    for _ in range(9):
        deep = [deep]
    for bad in (
        [1],
        "x",
        {"a": float("inf")},
        {"a": "\x00"},
        {"": 1},
        {"a": deep},
        {"a": "x" * 70_000},
        {"a": 1 << 70},
    ):
        with pytest.raises(RowError):
            attributes_json(bad)


def test_numbers_are_written_short_and_exactly() -> None:
    assert [decimal(v) for v in (1.0, -0.5, 1e-7, 0.1 + 0.2)] == ["1", "-0.5", "1e-07", "0.30000000000000004"]


def test_text_is_escaped_for_where_it_goes() -> None:
    assert xml_text("<a b='1'>&\"\r\n\x01") == "&lt;a b=&#x27;1&#x27;&gt;&amp;&quot;&#13;&#10;\ufffd"
    assert yaml_text('no: "x"\u2028#') == '"no: \\"x\\"\\u2028#"'


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-x", "@SUM(1)", "\tx", "\rx", "\uff1d1"])
def test_a_cell_that_a_spreadsheet_would_run_is_disarmed(cell: str) -> None:
    assert disarmed(cell) == f"'{cell}"
    assert disarmed("car") == "car"
