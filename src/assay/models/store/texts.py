"""How documents are kept: as canonical JSON text."""

from __future__ import annotations

from typing import Any

from assay.kernel.canonical import canonical_json


def as_json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """The text of a JSON value, the same for the same value."""
    return canonical_json(value).decode()
