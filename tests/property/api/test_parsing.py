"""Strict JSON against the standard library's parser."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assay.api.errors import BadJsonError
from assay.api.parsing import MAX_DEPTH, read_json

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
scalars = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts
)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4))
pairs = st.recursive(
    scalars.map(json.dumps),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]")
        | st.lists(st.tuples(st.sampled_from(["a", "b", 'c"', "d:", "\\u0061", "é"]), inner), max_size=4).map(
            lambda parts: "{" + ",".join(f'"{_raw(key)}" : {value}' for key, value in parts) + "}"
        )
    ),
    max_leaves=8,
)


def _raw(key: str) -> str:
    return key if key.startswith("\\u") else json.dumps(key)[1:-1]


def _twice(found: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in found]
    if len(set(names)) != len(names):
        raise KeyError
    return dict(found)


@given(values)
def test_every_json_value_comes_back_as_the_standard_library_reads_it(value: Any) -> None:
    assert read_json(json.dumps(value).encode()) == json.loads(json.dumps(value))


@given(pairs)
def test_a_key_named_twice_anywhere_is_refused_and_nothing_else(text: str) -> None:
    try:
        expected = json.loads(text, object_pairs_hook=_twice)
    except KeyError:
        with pytest.raises(BadJsonError, match="names a key twice"):
            read_json(text.encode())
    else:
        assert read_json(text.encode()) == expected


@given(st.binary(max_size=40))
def test_whatever_comes_is_read_or_refused_in_words(body: bytes) -> None:
    with contextlib.suppress(BadJsonError):
        read_json(body)


@given(st.integers(1, 200), st.booleans())
@example(depth=MAX_DEPTH, arrays=True)
@example(depth=MAX_DEPTH, arrays=False)
@example(depth=MAX_DEPTH + 1, arrays=True)
@example(depth=MAX_DEPTH + 1, arrays=False)
def test_nesting_is_bounded(depth: int, arrays: bool) -> None:  # noqa: FBT001 - a generated value
    text = "[" * depth + "]" * depth if arrays else '{"a":' * depth + "1" + "}" * depth
    if depth <= MAX_DEPTH:
        read_json(text.encode())
    else:
        with pytest.raises(BadJsonError):
            read_json(text.encode())
