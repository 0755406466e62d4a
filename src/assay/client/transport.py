"""What the two transports share: how a call becomes a request, and what an answer means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assay.client.errors import error_from
from assay.client.request import Call, T

if TYPE_CHECKING:
    import httpx

TRIES = 4
PAUSE_S = 0.2
TIMEOUT_S = 120.0
UNAVAILABLE = 503


def options(base_url: str, key: str) -> dict[str, Any]:
    """How the HTTP client is made."""
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return {"base_url": base_url.rstrip("/"), "headers": headers, "timeout": TIMEOUT_S, "trust_env": False}


def request_of(call: Call[T], csrf_token: str) -> dict[str, Any]:
    """What the HTTP client is asked to send."""
    headers: dict[str, str] = {}
    if csrf_token and call.method != "GET":
        headers["x-csrf-token"] = csrf_token
    if call.body is not None:
        headers["content-type"] = "application/json" if call.is_json else "application/octet-stream"
    return {
        "method": call.method,
        "url": call.path,
        "params": dict(call.params),
        "content": call.body,
        "headers": headers,
    }


def answer_of(call: Call[T], answer: httpx.Response) -> T:
    """The value of an answer, or the server's error."""
    if answer.is_success:
        return call.read(answer.content)
    raise error_from(answer.status_code, answer.content)


def pause_before(attempt: int) -> float:
    """Seconds to wait before trying again."""
    return PAUSE_S * float(2**attempt)
