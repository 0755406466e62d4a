"""Builds the ASGI application: every router, behind the gate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from assay.api.errors import MethodError, NoRouteError, error_reply
from assay.api.gate import Gate
from assay.api.routes import routers
from assay.api.routing import StrictRoute
from assay.api.services import Services, version
from assay.api.ui import Pages

N_THREADS = 80
"""Requests worked on at the same moment: 64 clients that wait for one commit, and some to spare."""


def create_app(services: Services, *, pages: Pages | None = None) -> FastAPI:
    """The application that answers for `services`.

    Raises:
        TypeError: a router holds a route that is none of ours, so that it would answer without asking who calls.
    """

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = N_THREADS
        yield

    app = FastAPI(
        title="Assay",
        version=version(),
        description="Image-annotation infrastructure: labels whose quality, origin and price are known.",
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=life,
    )
    app.state.services = services
    for router in routers():
        for route in router.routes:
            if not isinstance(route, StrictRoute):
                raise TypeError(f"{route} was not made by make_router.")
        # Put in flat: an included router would be matched by a second round of patterns.
        app.router.routes.extend(router.routes)
    app.add_exception_handler(HTTPException, _no_route)
    app.add_middleware(Gate, settings=services.settings, pages=pages or Pages())
    return app


async def _no_route(request: Request, error: Exception) -> Response:
    """What the framework itself refuses: an unknown address, or a method an address does not take."""
    assert isinstance(error, HTTPException), "registered for nothing else"
    if error.status_code == 405:  # noqa: PLR2004 - method not allowed
        return error_reply(MethodError(request.method, request.url.path))
    return error_reply(NoRouteError(request.url.path))
