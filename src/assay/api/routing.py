"""How every route of the API behaves: who calls is known before the body is read, JSON is strict, errors are ours."""

from __future__ import annotations

import asyncio
import functools
import inspect
import re
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from assay.api.errors import (
    BodyTooLargeError,
    BodyTooSlowError,
    InvalidRequestError,
    MediaTypeError,
    NoRouteError,
    UnknownParameterError,
    error_reply,
    fault_reply,
    invalid_request,
)
from assay.api.parsing import read_json
from assay.api.signing_in import authenticate, check_same_site
from assay.kernel.errors import AssayError

JSON_LIMIT = 2 * 1024 * 1024
JSON_TIME_S = 30.0
"""For a whole JSON body."""
BODY_REST_S = 30.0
"""For the next piece of any body."""
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_JSON = re.compile(r"\s*application/json\s*(?:;\s*charset\s*=\s*\"?utf-8\"?\s*)?", re.IGNORECASE)
_PATH_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._-]{0,99}")  # @ as in name@number of a model
_NO_STORE = {"cache-control": "no-store"}


def public(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a route as open to everybody; every other one wants a session or a key."""
    endpoint.__assay_public__ = True  # type: ignore[attr-defined]
    return endpoint


def body_limit(n_bytes: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a route take a larger (or smaller) body than the 2 MiB of the others."""

    def mark(endpoint: Callable[..., Any]) -> Callable[..., Any]:
        endpoint.__assay_limit__ = n_bytes  # type: ignore[attr-defined]
        return endpoint

    return mark


def make_router(tag: str) -> APIRouter:
    """A router whose routes behave as described above; paths are written out in full, from `/v1` on."""
    return APIRouter(tags=[tag], route_class=StrictRoute)


def reply(model: BaseModel | None, status: int = 200) -> Response:
    """A wire model as an answer, serialised once by its own compiled serialiser."""
    body = b"null" if model is None else model.__pydantic_serializer__.to_json(model)
    return Response(body, status, _NO_STORE, "application/json")


class StrictRoute(APIRoute):
    """A route of the API."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # noqa: ANN401 - FastAPI's own
        self.is_public = getattr(endpoint, "__assay_public__", False)
        self.limit = getattr(endpoint, "__assay_limit__", JSON_LIMIT)
        super().__init__(path, _answering(endpoint, options.get("status_code") or 200), **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, with the caller established before it and the errors caught around it."""
        inner = super().get_route_handler()
        known = sorted(_query_names(self.dependant))

        async def handle(request: Request) -> Response:
            try:
                await self._prepare(request, known)
                return await inner(request)
            except AssayError as error:
                return error_reply(error)
            except RequestValidationError as error:
                return error_reply(invalid_request(error))
            except HTTPException:
                raise
            except Exception as error:  # noqa: BLE001 - nothing of it may reach the caller
                return fault_reply(error)

        return handle

    async def _prepare(self, request: Request, known: list[str]) -> None:
        """Everything that is refused before the route's own code runs."""
        for value in request.path_params.values():
            if not _PATH_PART.fullmatch(str(value)):
                raise NoRouteError(request.url.path)
        for name, value in request.query_params.multi_items():
            if name not in known:
                raise UnknownParameterError(name, known)
            if "\0" in value:
                raise InvalidRequestError([{"where": f"query.{name}", "what": "holds the character NUL"}])
        unsafe = request.method in UNSAFE
        if unsafe:
            check_same_site(request)
        if not self.is_public:
            request.scope["assay.caller"] = await authenticate(request, unsafe=unsafe)
        if unsafe:
            _cap_body(request, self.limit)
        if self.body_field is not None:
            await _read_body(request)


def _answering(endpoint: Callable[..., Any], status: int) -> Callable[..., Any]:
    """The endpoint, answering bytes: models are serialised in the endpoint's own thread and never validated twice."""

    def answer(result: Any) -> Any:  # noqa: ANN401 - whatever the endpoint returned
        if isinstance(result, Response):
            return result
        if result is None and status == 204:  # noqa: PLR2004 - no content
            return Response(status_code=204, headers=_NO_STORE)
        if result is None or isinstance(result, BaseModel):
            return reply(result, status)
        raise TypeError(f"{endpoint.__name__} returned {type(result).__name__}; a route returns a wire model.")

    if inspect.iscoroutinefunction(endpoint):

        @functools.wraps(endpoint)
        async def in_loop(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the endpoint's own
            return answer(await endpoint(*args, **kwargs))

        return in_loop

    @functools.wraps(endpoint)
    def in_thread(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the endpoint's own
        return answer(endpoint(*args, **kwargs))

    return in_thread


def _query_names(dependant: Any) -> set[str]:  # noqa: ANN401 - FastAPI's own
    names = {field.alias for field in dependant.query_params}
    for inner in dependant.dependencies:
        names |= _query_names(inner)
    return names


def _cap_body(request: Request, limit: int) -> None:
    """Refuse a body that says it is too large, and stop reading one that turns out to be."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise BodyTooLargeError(limit)
    receive, seen = request._receive, 0  # noqa: SLF001 - Starlette offers no other way to count

    async def counted() -> Any:  # noqa: ANN401 - an ASGI message
        nonlocal seen
        try:
            async with asyncio.timeout(BODY_REST_S):
                message = await receive()
        except TimeoutError:
            raise BodyTooSlowError(BODY_REST_S) from None
        seen += len(message.get("body", b""))
        if seen > limit:
            raise BodyTooLargeError(limit)
        return message

    request._receive = counted  # noqa: SLF001


async def _read_body(request: Request) -> None:
    """Read and parse a JSON body, so that FastAPI finds it ready."""
    try:
        async with asyncio.timeout(JSON_TIME_S):
            body = await request.body()
    except TimeoutError:
        raise BodyTooSlowError(JSON_TIME_S) from None
    kind = request.headers.get("content-type", "")
    if not body and not kind:
        return
    coding = request.headers.get("content-encoding", "identity")
    if not _JSON.fullmatch(kind) or coding.lower() != "identity":
        raise MediaTypeError(kind if coding.lower() == "identity" else f"{kind} in {coding}")
    request._json = read_json(body)  # noqa: SLF001 - where Starlette keeps a parsed body


async def in_thread(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - passed on
    """Run something that may wait for the database off the event loop."""
    return await run_in_threadpool(function, *args, **kwargs)
