"""Who makes a request: session cookies, API keys, and the checks that keep other sites from using them."""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from assay.access import Caller, NewSecret, NotSignedInHereError, directory_of
from assay.api.errors import ForgedRequestError
from assay.api.services import Services

MAX_CREDENTIAL = 200
PLAIN_COOKIE = "assay_session"
SECURE_COOKIE = "__Host-assay"


def services_of(request: Request) -> Services:
    """The parts of the house this server was built from."""
    services: Services = request.app.state.services
    return services


async def authenticate(request: Request, *, unsafe: bool) -> Caller:
    """The caller of a request: by `Authorization: Bearer` if there is such a header, otherwise by cookie.

    Raises:
        NotSignedInHereError: neither is there, or it is not worth anything any more.
        ForgedRequestError: a session's unsafe call without its CSRF token.
    """
    services = services_of(request)
    header = request.headers.get("authorization")
    token = _bearer(header) if header is not None else request.cookies.get(_cookie_name(services), "")
    if not token or len(token) > MAX_CREDENTIAL or not token.isascii():
        raise NotSignedInHereError
    directory = directory_of(services.house)
    caller = directory.remembered(token)
    via = "session" if header is None else "key"
    if caller is None:
        look = directory.by_session if via == "session" else directory.by_key
        caller = await run_in_threadpool(look, token, services.house)
    if caller.via != via:
        raise NotSignedInHereError
    if unsafe and via == "session":
        given = request.headers.get("x-csrf-token", "")
        if not hmac.compare_digest(given.encode(), caller.csrf_token.encode()):
            raise ForgedRequestError("it lacks the session's X-CSRF-Token")
    return caller


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def check_same_site(request: Request) -> None:
    """Refuse a change that a browser says comes from another site; programs send neither header.

    Raises:
        ForgedRequestError: Sec-Fetch-Site or Origin names another site.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        raise ForgedRequestError(f"it comes from another site ({site[:16]})")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower():
        raise ForgedRequestError("it comes from another origin")


def is_loopback(request: Request) -> bool:
    """Whether the request comes from the server's own machine, with nobody in between."""
    if any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via")):
        return False
    try:
        return ipaddress.ip_address(peer_of(request)).is_loopback
    except ValueError:
        return False


def peer_of(request: Request) -> str:
    """The address a request comes from, as far as it can be known; a trusted proxy's word has been applied."""
    return request.client.host if request.client else "unknown"


def _cookie_name(services: Services) -> str:
    return SECURE_COOKIE if services.settings.secure_cookies else PLAIN_COOKIE


def hand_out_session(response: Response, session: NewSecret, services: Services) -> None:
    """Put a session's token into the cookie; it lives as long as the browser or the session, whichever is shorter."""
    response.set_cookie(
        _cookie_name(services),
        session.secret,
        path="/",
        secure=services.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def take_session_back(response: Response, services: Services) -> None:
    """Make the browser forget the cookie."""
    response.delete_cookie(
        _cookie_name(services), path="/", secure=services.settings.secure_cookies, httponly=True, samesite="lax"
    )
