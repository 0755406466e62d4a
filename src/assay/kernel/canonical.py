"""One byte string per JSON value, so that a digest means something (RFC 8785 for the values Assay stores)."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any


def canonical_json(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Serialise with sorted keys, no spaces and shortest floats; refuses NaN and infinity.

    Floats that are whole numbers below 2**53 print without a fraction, as RFC 8785 section 3.2.2.3 demands.
    """
    return json.dumps(
        _plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, float) and math.isfinite(value) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value


def digest(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """SHA-256 of the canonical JSON, as hex."""
    return hashlib.sha256(canonical_json(value)).hexdigest()
