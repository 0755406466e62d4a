"""Single-use links: what one is for, and using it."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from assay.access import NewSecret, inspect_link, redeem_link
from assay.api.deps import Services
from assay.api.routes.session import signed_in
from assay.api.routing import make_router, public
from assay.api.signing_in import is_loopback
from assay.wire.common import instant
from assay.wire.session import Link, LinkPurpose, LinkRedeem, LinkToken, Session

router = make_router("links")


def link_out(made: NewSecret, request: Request) -> Link:
    """A link as it is handed to a person; the token stands behind the #, so that no server log ever sees it."""
    assert made.expires_at_us is not None, "links always expire"
    origin = request.app.state.services.settings.public_url or f"{request.url.scheme}://{request.headers['host']}"
    return Link(url=f"{origin.rstrip('/')}/link#{made.secret}", expires_at=instant(made.expires_at_us))


@router.post("/v1/links/inspect")
@public
def inspect(body: LinkToken, request: Request, services: Services) -> LinkPurpose:
    """What a link is for; does not use it."""
    info = inspect_link(body.token, loopback=is_loopback(request), house=services.house)
    return LinkPurpose.model_validate(
        {"name": info.name, "login": info.login, "purpose": info.purpose, "expires_at": instant(info.expires_at_us)}
    )


@router.post("/v1/links/redeem", response_model=Session)
@public
def redeem(body: LinkRedeem, request: Request, services: Services) -> Response:
    """Use a link: sets the password and signs in."""
    made = redeem_link(
        body.token,
        body.password,
        loopback=is_loopback(request),
        house=services.house,
        passwords=services.passwords,
    )
    return signed_in(made, services)
