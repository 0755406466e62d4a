"""Errors as HTTP answers: the map from kinds to statuses, and what can go wrong at the door itself."""

from __future__ import annotations

import logging
from typing import Any

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.responses import Response

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
    UndefinedError,
)

logger = logging.getLogger("assay.api")

STATUS: dict[type[AssayError], int] = {
    InvalidInputError: 422,
    UndefinedError: 422,
    NotSignedInError: 401,
    NotAllowedError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    LimitError: 429,
    UnavailableError: 503,
    CorruptError: 500,
}
"""Status by kind."""


class InvalidRequestError(InvalidInputError):
    """A parameter or a body that does not have the documented shape; `details` lists each fault."""

    code = "api.invalid_request"

    def __init__(self, faults: list[dict[str, str]]) -> None:
        self.details = faults
        first = faults[0] if faults else {"where": "request", "what": "is not as documented"}
        super().__init__(f"{first['where']}: {first['what']}.", hint="See /v1/openapi.json for the shape.")


class BadJsonError(InvalidInputError):
    """A body that is no JSON as RFC 8259 has it, names a key twice, or nests too deep."""

    code = "api.bad_json"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The body is not acceptable JSON: {reason}.")


class UnknownParameterError(InvalidInputError):
    """A query parameter this route does not have."""

    code = "api.unknown_parameter"

    def __init__(self, name: str, known: list[str]) -> None:
        hint = f"It takes {', '.join(known)}." if known else "It takes none."
        super().__init__(f"This route has no parameter {name[:64]!r}.", hint=hint)


class BadCursorError(InvalidInputError):
    """A cursor that this server did not hand out."""

    code = "api.bad_cursor"

    def __init__(self) -> None:
        super().__init__("This cursor was not made by this table.", hint="Start again without a cursor.")


class BodyTooLargeError(LimitError):
    """A body larger than this route takes."""

    code = "api.body_too_large"
    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body is larger than the {limit:,} bytes this route takes.", hint="Send less at a time.")


class HeadTooLargeError(LimitError):
    """An address and headers larger than a server takes."""

    code = "api.head_too_large"
    status = 431

    def __init__(self) -> None:
        super().__init__("Address and headers are larger than 64 KiB.", hint="Send fewer or shorter ones.")


class BodyTooSlowError(InvalidInputError):
    """A body that did not arrive in time."""

    code = "api.body_too_slow"
    status = 408

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The body did not arrive within {seconds:.0f} s.", hint="Send it again.")


class MediaTypeError(InvalidInputError):
    """A body of another type than JSON in UTF-8 where that is wanted, or compressed."""

    code = "api.media_type"
    status = 415

    def __init__(self, got: str) -> None:
        super().__init__(
            f"The body is {got[:64] or 'of no stated type'!r}.", hint="Send application/json in UTF-8, uncompressed."
        )


class WrongHostError(InvalidInputError):
    """A request for a host this server does not answer to: a forged header or a rebound name."""

    code = "api.wrong_host"
    status = 421

    def __init__(self, host: str) -> None:
        super().__init__(
            f"This server does not answer to the host {host[:64]!r}.",
            hint="Use the address it printed, or start it with --public-url.",
        )


class ForgedRequestError(NotAllowedError):
    """A change asked for by another site, or without the session's token."""

    code = "api.forged_request"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The change was refused: {reason}.", hint="Reload the page and try again.")


class NoRouteError(NotFoundError):
    """No such address."""

    code = "api.no_route"

    def __init__(self, path: str) -> None:
        super().__init__(f"There is nothing at {path[:200]}.", hint="See /v1/openapi.json for what there is.")


class MethodError(InvalidInputError):
    """An address that does not take this method."""

    code = "api.method"
    status = 405

    def __init__(self, method: str, path: str) -> None:
        super().__init__(f"{path[:200]} does not take {method[:16]}.", hint="See /v1/openapi.json for what there is.")


class ServerFaultError(CorruptError):
    """Something in the server broke; the log says what."""

    code = "api.server_fault"

    def __init__(self) -> None:
        super().__init__("Something in the server broke.", hint="Nothing was stored unless it said so; try again.")


def status_of(error: AssayError) -> int:
    """The HTTP status: the door's own errors may name one, all others go by kind."""
    own = getattr(error, "status", None)
    if own is not None:
        return int(own)
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)


def error_reply(error: AssayError) -> Response:
    """An error as the API answers it; faults of our own are logged here, once."""
    status = status_of(error)
    if status >= 500:  # noqa: PLR2004 - from here on it is our fault
        logger.error("%s: %s", error.code, error.message, exc_info=error)
    body: dict[str, Any] = {"code": error.code, "message": error.message, "hint": error.hint}
    details = getattr(error, "details", None)
    if details is not None:
        body["details"] = details
    headers = {"cache-control": "no-store"}
    wait_s = getattr(error, "wait_s", None)
    if wait_s is not None:
        headers["retry-after"] = str(max(1, round(wait_s)))
    return Response(orjson.dumps({"error": body}), status, headers, "application/json")


def fault_reply(error: Exception) -> Response:
    """The answer to an error nobody foresaw: logged once with everything, told with nothing."""
    logger.error("unforeseen error", exc_info=error)
    fault = ServerFaultError()
    body = {"code": fault.code, "message": fault.message, "hint": fault.hint}
    return Response(orjson.dumps({"error": body}), 500, {"cache-control": "no-store"}, "application/json")


def invalid_request(error: RequestValidationError) -> InvalidRequestError:
    """Pydantic's findings without the values that were sent."""
    faults = [
        {"where": ".".join(str(part) for part in fault["loc"])[:200], "what": str(fault["msg"])[:300]}
        for fault in error.errors()[:20]
    ]
    return InvalidRequestError(faults)
