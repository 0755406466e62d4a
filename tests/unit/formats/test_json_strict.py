"""Strict JSON, whole and in pieces of any size."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.formats import DictFiles, FileRefusedError, TooLargeError, json_strict
from assay.formats.json_strict import BadElement, decode_stream, stream_array, stream_object, whole_document

ROWS = frozenset({"rows"})


def decode(text: str | bytes) -> Any:
    data = text.encode() if isinstance(text, str) else text
    return whole_document(DictFiles({"x.json": data}), "x.json")


class Drip(io.BytesIO):
    """A stream that gives few bytes at a time, as a slow one may."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self._size = size

    def read(self, size: int | None = -1) -> bytes:
        del size
        return super().read(self._size)


texts = st.text(st.characters(exclude_categories=["Cs"]))
json_documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(
    document=json_documents, size=st.integers(1, 9), indent=st.sampled_from([None, 0, 2]), plain=st.sampled_from([0, 1])
)
def test_any_document_decodes_as_by_the_standard_library_whatever_the_chunks(
    document: Any, size: int, indent: int | None, plain: int
) -> None:
    data = json.dumps(document, indent=indent, ensure_ascii=bool(plain)).encode()
    assert decode_stream(Drip(data, size), "x", cap_bytes=1 << 20) == document


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(json_documents, max_size=5), before=json_documents, after=json_documents)
def test_streamed_rows_are_the_rows_of_the_document(rows: list[Any], before: Any, after: Any) -> None:
    data = json.dumps({"a": before, "rows": rows, "z": after}).encode()
    members = list(stream_object(DictFiles({"x": data}), "x", ROWS))
    assert [m.value for m in members if m.key == "rows"] == rows
    assert [(m.key, m.value) for m in members if m.index is None] == [("a", before), ("z", after)]
    assert [m.value for m in stream_array(DictFiles({"x": json.dumps(rows).encode()}), "x")] == rows


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": NaN}', "NaN"), ("[Infinity]", "Infinity"), ('{"a":1,"a":2}', "appears twice"), ("{'a':1}", "not JSON"),
        ("[1,]", "not JSON"), ("[1", "not JSON"), ("[1] 2", "follows"),
        ("", "empty"), ("\ufeff", "empty"),
        ("[" * 100_000, "deep"),
        ('{"a":' * 50_000, "deep"), ("/* */ 1", "not JSON"),
        ("tru", "not JSON"), ('"abc', "not JSON"), ("01", "follows"),
    ],
)  # fmt: skip
def test_what_the_standard_does_not_allow_is_refused_with_its_line(text: str, reason: str) -> None:
    with pytest.raises(FileRefusedError, match=reason) as caught:
        decode(text)
    assert caught.value.place or not text.strip("\ufeff")


def test_the_line_of_a_fault_is_named_in_a_long_file() -> None:
    lines = ["{", '"rows": [', *[f'{{"n": {i}}},' for i in range(40_000)], '{"n": oops}', "]}"]
    with pytest.raises(FileRefusedError) as caught:
        list(stream_object(DictFiles({"x": "\n".join(lines).encode()}), "x", ROWS))
    assert caught.value.place == "line 40003"


@pytest.mark.parametrize("data", [b'"\xff"', '"x"'.encode("utf-16"), b'"caf\xe9"', '{"a":1}'.encode("utf-32")])
def test_only_utf_8_is_read(data: bytes) -> None:
    with pytest.raises(FileRefusedError):
        decode(data)


def test_a_byte_order_mark_is_passed_over() -> None:
    assert decode(b'\xef\xbb\xbf{"a":1}') == {"a": 1}


def test_an_endless_integer_spoils_its_row_and_no_other() -> None:
    data = b'{"rows": [{"n": 1}, {"n": %s, "m": [2]}, {"n": 3}]}' % (b"9" * 5000)
    values = [member.value for member in stream_object(DictFiles({"x": data}), "x", ROWS)]
    assert values[0] == {"n": 1}
    assert isinstance(values[1], BadElement)
    assert values[2] == {"n": 3}


def test_a_row_or_a_file_over_its_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_strict, "MAX_ELEMENT_CHARS", 1 << 20)
    data = b'{"rows": ["' + b"x" * (3 << 20) + b'"]}'
    with pytest.raises(TooLargeError):
        list(stream_object(DictFiles({"x": data}), "x", ROWS))
    with pytest.raises(TooLargeError):
        decode_stream(io.BytesIO(data), "x", cap_bytes=100)


def test_the_same_member_twice_at_the_top_is_refused() -> None:
    with pytest.raises(FileRefusedError, match="appears twice"):
        list(stream_object(DictFiles({"x": b'{"rows": [], "rows": []}'}), "x", ROWS))
