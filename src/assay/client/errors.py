"""What a server refused comes back as the same kind of error, with the server's code and words."""

from __future__ import annotations

import json
from typing import Any

from assay.kernel.errors import (
    AssayError,
    ConflictError,
    CorruptError,
    InvalidInputError,
    LimitError,
    NotAllowedError,
    NotFoundError,
    NotSignedInError,
    UnavailableError,
)

_KINDS: dict[int, type[AssayError]] = {
    401: NotSignedInError,
    403: NotAllowedError,
    404: NotFoundError,
    409: ConflictError,
    429: LimitError,
    503: UnavailableError,
}
_SERVER_FAULT = 500


class ServerAwayError(UnavailableError):
    """No answer from the server."""

    code = "client.server_away"

    def __init__(self, server: str) -> None:
        super().__init__(f"No server answers at {server}.", hint="Check the address, and that `assay serve` runs.")


def error_from(status: int, body: bytes) -> AssayError:
    """The error a server answered with; its `details` are kept when it has any."""
    kind = _KINDS.get(status) or (CorruptError if status >= _SERVER_FAULT else InvalidInputError)
    known = _known(body)
    told: type[AssayError] = type(kind.__name__, (kind,), {"code": str(known.get("code", kind.code))})
    error = told(str(known.get("message", f"The server answered {status}.")), hint=str(known.get("hint", "")))
    if known.get("details") is not None:
        error.details = known["details"]  # type: ignore[attr-defined]  # as the rooms' own errors carry them
    return error


def _known(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}
