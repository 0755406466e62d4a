"""What a route may ask for: the caller, their place in the project of the path, the house, pages."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query, Request

from assay.access import Caller as CallerValue
from assay.access import Membership, Role
from assay.api.rates import Kind
from assay.api.services import Services as ServicesValue
from assay.api.signing_in import services_of
from assay.storage import Blobs as BlobsValue
from assay.storage import House as HouseValue


async def _caller(request: Request) -> CallerValue:
    caller: CallerValue = request.scope["assay.caller"]
    return caller


async def _services(request: Request) -> ServicesValue:
    return services_of(request)


async def _house(request: Request) -> HouseValue:
    return services_of(request).house


async def _blobs(request: Request) -> BlobsValue:
    return services_of(request).blobs


async def _member(
    request: Request, project: Annotated[str, Path(max_length=64, description="Id or short name of the project.")]
) -> Membership:
    caller: CallerValue = request.scope["assay.caller"]
    return caller.membership(project)


def member(*roles: Role | str) -> Any:  # noqa: ANN401 - what Annotated takes
    """A dependency: the caller's membership of `{project}`, with one of `roles` (any role when none is named).

    Use it as `project: Annotated[Membership, member("lead", "admin")]`. A project that is not the caller's answers
    404, a missing role 403.
    """
    wanted = frozenset(Role(role) for role in roles)
    if not wanted:
        return Depends(_member)

    async def checked(request: Request, project: Annotated[str, Path(max_length=64)]) -> Membership:
        found = await _member(request, project)
        found.require(*wanted)
        return found

    return Depends(checked)


def limited(kind: Kind) -> Any:  # noqa: ANN401 - what a route's `dependencies` takes
    """A dependency: counts the caller's calls of a kind, and refuses more than a person makes by hand."""

    async def count(request: Request) -> None:
        caller: CallerValue = request.scope["assay.caller"]
        services_of(request).rates.spend(kind, caller.user_id, time.monotonic_ns() // 1000)

    return Depends(count)


Dependency = Callable[..., Coroutine[Any, Any, Any]]

Caller = Annotated[CallerValue, Depends(_caller)]
House = Annotated[HouseValue, Depends(_house)]
Blobs = Annotated[BlobsValue, Depends(_blobs)]
Services = Annotated[ServicesValue, Depends(_services)]
AnyMember = Annotated[Membership, Depends(_member)]
Lead = Annotated[Membership, member(Role.LEAD, Role.ADMIN)]

Cursor = Annotated[str, Query(max_length=200, description="`next` of the page before; empty for the first.")]
Limit = Annotated[int, Query(ge=1, le=200, description="Rows at most.")]
Format = Annotated[
    Literal["json", "csv"], Query(alias="format", description="`csv` answers the whole table as a file.")
]
