"""The outermost layer: which host is meant, which headers every answer carries, and the pages of the web app."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response

from assay.api.errors import WrongHostError, error_reply, fault_reply
from assay.api.services import Settings
from assay.api.ui import Pages

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'; require-trusted-types-for 'script'"
)
HEADERS: list[tuple[bytes, bytes]] = [
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
]
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Gate:
    """An ASGI layer around the API.

    Args:
        app: the API itself; gets everything below `/v1`.
        pages: the web app; gets everything else.
    """

    def __init__(self, app: App, *, settings: Settings, pages: Pages) -> None:
        self._app = app
        self._pages = pages
        self._hosts = allowed_hosts(settings)
        self._headers = [*HEADERS]
        if settings.secure_cookies:
            self._headers.append((b"strict-transport-security", b"max-age=31536000"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                own = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(h for h in self._headers if h[0] not in own)]
            await send(message)

        try:
            await self._answer(scope, receive, send_guarded)
        except Exception as error:
            if started:
                raise
            await fault_reply(error)(scope, receive, send_guarded)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = _host(scope)
        if host not in self._hosts:
            await error_reply(WrongHostError(host))(scope, receive, send)
            return
        path = scope["path"]
        if path == "/v1" or path.startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        response: Response = self._pages.answer(scope["method"], path)
        await response(scope, receive, send)


def _host(scope: Scope) -> str:
    """The host a request names, without its port, lower case; empty when it names none or several."""
    named = [value for name, value in scope["headers"] if name == b"host"]
    if len(named) != 1:
        return ""
    host = str(named[0], "latin-1").lower()
    name, colon, port = host.rpartition(":")
    if colon and port.isdigit() and (not host.startswith("[") or name.endswith("]")):
        return name
    return host


def allowed_hosts(settings: Settings) -> frozenset[str]:
    """The hosts a server answers to: itself by loopback, the address it listens on, and its public address."""
    hosts = set(LOCAL_HOSTS)
    if settings.host not in {"0.0.0.0", "::", ""}:  # noqa: S104 - compared, not bound
        hosts.add(f"[{settings.host}]" if ":" in settings.host else settings.host.lower())
    if settings.public_url:
        name = urlsplit(settings.public_url).hostname or ""
        hosts.add(f"[{name}]" if ":" in name else name)
    return frozenset(hosts)
