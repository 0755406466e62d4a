"""Every route x every role x own and foreign, from the live OpenAPI document against the table in `matrix.py`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.integration.api.calls import by_key, by_session, client_of, fill, trace
from tests.integration.api.matrix import ROWS, Row
from tests.integration.api.world import ROLES, World

from assay.api.routes import routers
from assay.api.services import Services

UNKNOWN = "0" * 30 + "ff"
LISTED = [
    f"{method} {route.path}"  # type: ignore[attr-defined]
    for router in routers()
    for route in router.routes
    for method in sorted(route.methods)  # type: ignore[attr-defined]
]


def _documented(services: Services) -> set[str]:
    async def read() -> Any:
        async with client_of(services) as client:
            return (await client.get("/v1/openapi.json")).json()

    paths = asyncio.run(read())["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


def test_every_documented_route_has_a_row_and_every_row_a_route(services: Services) -> None:
    documented = _documented(services)
    assert documented - set(ROWS) == set(), "add a row to matrix.py for each of these"
    assert set(ROWS) - documented == set(), "these rows belong to no route"
    assert documented == set(LISTED), "a route is hidden from the document"


class Probe:
    """Calls one route in all the ways the table speaks about."""

    def __init__(self, name: str, row: Row, world: World, client: httpx.AsyncClient) -> None:
        self.method, self.path = name.split(" ")
        self.row = row
        self.world = world
        self.client = client

    @property
    def in_project(self) -> bool:
        """Whether the route is one of a project's."""
        return "{project}" in self.path

    @property
    def names(self) -> list[str]:
        """Path parameters that name a thing."""
        return [n for n in re.findall(r"\{(\w+)\}", self.path) if n not in {"project", "version", "place"}]

    def allowed(self, role: str) -> bool:
        """Whether the table lets this role through."""
        return self.row.roles in {"public", "anybody", "member"} or role in self.row.roles.split()

    async def call(self, things: dict[str, str], headers: dict[str, str], body_things: Any = None) -> httpx.Response:
        """One call with these things in the path and in the body."""
        path = fill(self.path, things)
        options: dict[str, Any] = {"headers": dict(headers)}
        if self.row.raw is not None:
            options["content"] = self.row.raw
            options["headers"]["content-type"] = "image/png"
        elif self.row.body is not None:
            options["json"] = fill(self.row.body, body_things or things)
        return await self.client.request(self.method, f"{path}?{self.row.query}" if self.row.query else path, **options)

    def things(self, side: str, role: str) -> dict[str, str]:
        """A side's things; the key is the caller's own."""
        return {**self.world.things[side], "key_id": self.world.people[side, role].key_id}

    def elsewhere(self, role: str) -> Iterator[dict[str, str]]:
        """The own project's things, one of them replaced by another project's or by one that does not exist."""
        own = self.things("own", role)
        for name in self.names:
            yield own | {name: self.things("foreign", "annotator")[name]}
            yield own | {name: UNKNOWN}


async def _denied(probe: Probe) -> None:
    """Everything that must be refused."""
    world, row = probe.world, probe.row
    people = world.people
    bad = {"authorization": "Bearer assay_" + "x" * 43}
    for headers in ({}, bad, {"cookie": "assay_session=" + "x" * 43}, {"authorization": "Basic YTpi"}):
        answer = await probe.call(probe.things("own", "lead"), headers)
        assert answer.status_code == 401, (headers, answer.text)
    for role in ROLES:
        if not probe.allowed(role):
            answer = await probe.call(probe.things("own", role), by_session(people["own", role]))
            assert (answer.status_code, answer.json()["error"]["code"]) in {
                (403, "access.role_needed"),
                (403, "access.admin_needed"),
            }, (role, answer.text)
    if probe.in_project:
        for role in set(ROLES) - {"admin"}:
            for side, other in (("own", "foreign"), ("foreign", "own")):
                answer = await probe.call(probe.things(other, role), by_session(people[side, role]))
                assert answer.status_code == 404, (role, answer.text)
                assert answer.json()["error"]["code"] == "access.project_not_found"
    if row.person:
        answer = await probe.call(probe.things("own", "lead"), by_key(people["own", "lead"]))
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "access.key_not_enough")


async def _elsewhere(probe: Probe) -> None:
    """Things of other projects, and things that do not exist: 404, and nothing tells the two apart."""
    people = probe.world.people
    for role in ROLES:
        told = []
        for things in probe.elsewhere(role):
            answer = await probe.call(things, by_session(people["own", role]))
            expected = 404 if probe.allowed(role) else 403
            assert answer.status_code == expected, (role, things, answer.text)
            told.append(re.sub(r"[0-9a-f]{12,32}", "?", answer.text))
        for foreign, unknown in zip(told[::2], told[1::2], strict=True):
            assert foreign == unknown
        own, foreign = probe.things("own", role), probe.things("foreign", role)
        if probe.allowed(role) and fill(probe.row.body, own) != fill(probe.row.body, foreign):
            answer = await probe.call(own, by_session(people["own", role]), foreign)
            assert answer.status_code == 404, (role, answer.text)


async def _forged(probe: Probe) -> None:
    """A session's change without its token, or from another site."""
    if probe.method == "GET":
        return
    role = next(role for role in ROLES if probe.allowed(role))
    person = probe.world.people["own", role]
    for headers in (
        by_session(person, csrf=False),
        by_session(person) | {"x-csrf-token": "x" * 43},
        by_session(person) | {"origin": "https://evil.example"},
        by_session(person) | {"sec-fetch-site": "cross-site"},
        by_session(person) | {"sec-fetch-site": "same-site"},
        by_key(person) | {"origin": "null"},
    ):
        answer = await probe.call(probe.things("own", role), headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "api.forged_request"), headers


async def _let_through(probe: Probe) -> None:
    """Everybody the table names, by session and by key."""
    for role in ROLES:
        if probe.allowed(role):
            person = probe.world.people["own", role]
            things = probe.things("own", role)
            ways = [by_session(person)] if probe.row.person else [by_key(person), by_session(person)]
            answer = await probe.call(things, ways[0])
            assert answer.status_code in probe.row.ok, (role, answer.text)
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_route_answers_each_caller_as_the_table_says(name: str, services: Services, world: World) -> None:
    row = ROWS[name]

    async def play() -> None:
        async with client_of(services) as client:
            probe = Probe(name, row, world, client)
            if row.roles == "public":
                answer = await probe.call({}, {})
                assert answer.status_code in row.ok, answer.text
                return
            before = trace(services)
            await _forged(probe)
            await _elsewhere(probe)
            assert trace(services) == before, "what was refused left a trace"
            await _let_through(probe)

    asyncio.run(play())


@pytest.mark.parametrize("name", sorted(n for n, row in ROWS.items() if row.roles != "public"))
def test_a_route_refuses_everybody_else_and_changes_nothing(name: str, services: Services, world: World) -> None:
    async def play() -> None:
        async with client_of(services) as client:
            await _denied(Probe(name, ROWS[name], world, client))

    asyncio.run(play())
