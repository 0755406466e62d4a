"""Reads JSON the way RFC 8259 means it: no NaN, no lone surrogates, no NUL, no key twice, no bottomless nesting."""

from __future__ import annotations

import re
from typing import Any

import orjson

from assay.api.errors import BadJsonError

MAX_DEPTH = 32
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')


def read_json(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """The value of a JSON text.

    Raises:
        BadJsonError: not JSON, a key named twice in one object, NUL in a text, or nested deeper than 32.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadJsonError(f"{error.msg} (line {error.lineno}, column {error.colno})") from None
    # Each key brings one colon; a key that came twice brought one colon more than the value has keys.
    if _n_keys(value, 1) != _STRING.sub(b"", body).count(b":"):
        raise BadJsonError("an object names a key twice")
    if rb"\u0000" in body and _holds_nul(value):
        raise BadJsonError("a text holds the character NUL")
    return value


def _n_keys(value: Any, depth: int) -> int:  # noqa: ANN401 - any JSON value
    if depth > MAX_DEPTH:
        raise BadJsonError(f"it nests deeper than {MAX_DEPTH}")
    if isinstance(value, dict):
        return len(value) + sum(_n_keys(v, depth + 1) for v in value.values() if isinstance(v, (dict, list)))
    if isinstance(value, list):
        return sum(_n_keys(v, depth + 1) for v in value if isinstance(v, (dict, list)))
    return 0


def _holds_nul(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether NUL stands in a text; PostgreSQL cannot store it, and nobody means it."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any("\0" in key or _holds_nul(inner) for key, inner in value.items())
    return isinstance(value, list) and any(map(_holds_nul, value))
