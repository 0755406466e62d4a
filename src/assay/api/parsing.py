"""Reads JSON the way RFC 8259 means it: no NaN, no lone surrogates, no key twice, no bottomless nesting."""

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
        BadJsonError: not JSON, a key named twice in one object, or nested deeper than 32.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadJsonError(f"{error.msg} (line {error.lineno}, column {error.colno})") from None
    # Each key brings one colon; a key that came twice brought one colon more than the value has keys.
    if _n_keys(value, 0) != _STRING.sub(b"", body).count(b":"):
        raise BadJsonError("an object names a key twice")
    return value


def _n_keys(value: Any, depth: int) -> int:  # noqa: ANN401 - any JSON value
    if depth > MAX_DEPTH:
        raise BadJsonError(f"it nests deeper than {MAX_DEPTH}")
    if isinstance(value, dict):
        return len(value) + sum(_n_keys(v, depth + 1) for v in value.values() if isinstance(v, (dict, list)))
    if isinstance(value, list):
        return sum(_n_keys(v, depth + 1) for v in value if isinstance(v, (dict, list)))
    return 0
