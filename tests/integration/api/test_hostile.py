"""Forged headers, tokens, paths, filters and bodies: refused in time, never a fault of the server."""

from __future__ import annotations

import asyncio
import copy
import json
import re
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.integration.api.calls import by_key, by_session, client_of, copy_of, fill, trace
from tests.integration.api.matrix import ROWS, Row
from tests.integration.api.world import ROLES, SETUP, World
from tests.support.shared import shared_path

from assay.access import create_account, make_link
from assay.api.services import Services
from assay.api.ui import Pages

IN_TIME_S = 2.0
JUNK: list[Any] = [None, True, 0, -1, 1.5, 10**30, 2**63, "", "x" * 10_000, "\x7f\u202e", "' OR 1=1 --", [], [[]], {}]


def _strings(name: str) -> list[dict[str, Any]]:
    path = shared_path(f"badinputs/strings/{name}.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="module")
def shared_services(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """One copy for tests whose calls are all refused."""
    with copy_of(world, tmp_path_factory.mktemp("hostile")) as services:
        yield services


def _role(row: Row) -> str:
    return next(r for r in ROLES if row.roles in {"public", "anybody", "member"} or r in row.roles.split())


def _things(world: World, role: str) -> dict[str, str]:
    return {**world.things["own"], "key_id": world.people["own", role].key_id}


async def _timed(call: Any) -> httpx.Response:
    began = time.monotonic()
    answer: httpx.Response = await call
    assert time.monotonic() - began < IN_TIME_S, answer.request.url
    assert answer.status_code < 500, (answer.request.method, answer.request.url, answer.text)
    assert "location" not in answer.headers
    assert not any(name.startswith("access-control-") for name in answer.headers)
    return answer


def test_no_foreign_token_is_believed_as_key_or_as_session(shared_services: Services) -> None:
    async def play() -> None:
        async with client_of(shared_services) as client:
            for case in _strings("tokens"):
                token = case["value"]
                for headers in ({"authorization": f"Bearer {token}"}, {"cookie": f"assay_session={token}"}):
                    answer = await _timed(client.get("/v1/session", headers=headers))
                    assert answer.status_code == 401, token

    asyncio.run(play())


def test_no_forged_header_changes_who_calls_or_what_is_asked(shared_services: Services, world: World) -> None:
    person = world.people["own", "lead"]

    async def play() -> None:
        async with client_of(shared_services) as client:
            plain = await client.get("/v1/session", headers=by_key(person))
            for case in _strings("headers"):
                name, value = case["name"], case["value"]
                forged = {name.lower(): value}
                if name == "Host":
                    assert (await _timed(client.get("/v1/session", headers=by_key(person) | forged))).status_code == 421
                    continue
                answer = await _timed(client.get("/v1/session", headers=by_key(person) | forged))
                assert answer.status_code in {200, 401}
                if answer.status_code == 200:
                    assert answer.json() == plain.json()
                anonymous = await _timed(client.get("/v1/session", headers=forged))
                assert anonymous.status_code == 401
                if name == "Origin":
                    forged_change = by_session(person) | forged
                    refused = await _timed(client.post("/v1/keys", json={"name": "k"}, headers=forged_change))
                    assert refused.json()["error"]["code"] == "api.forged_request"

    asyncio.run(play())


def test_a_demonstration_link_is_for_this_machine_and_a_header_does_not_move_anybody_here(services: Services) -> None:
    ways = [
        ("192.0.2.5", {}),
        ("192.0.2.5", {"x-forwarded-for": "127.0.0.1"}),
        ("192.0.2.5", {"forwarded": "for=127.0.0.1"}),
        ("127.0.0.1", {"x-forwarded-for": "192.0.2.5"}),
        ("127.0.0.1", {"x-real-ip": "127.0.0.1"}),
        ("not an address", {}),
    ]

    async def play(token: str) -> None:
        for peer, headers in ways:
            async with client_of(services, peer=peer) as client:
                answer = await client.post("/v1/links/inspect", json={"token": token}, headers=headers)
                assert (answer.status_code, answer.json()["error"]["code"]) == (404, "access.link_unusable"), peer
        for peer in ("127.0.0.1", "::1"):
            async with client_of(services, peer=peer) as client:
                assert (await client.post("/v1/links/inspect", json={"token": token})).status_code == 200

    user = create_account(SETUP, login="visitor", name="Visitor", house=services.house)
    asyncio.run(play(make_link(SETUP, user, "demo", house=services.house).secret))


def test_no_path_leads_out_of_a_project_or_to_a_file(shared_services: Services, world: World) -> None:
    values = [case["value"] for case in _strings("path_traversal")]

    async def play() -> None:
        async with client_of(shared_services) as client:
            before = trace(shared_services)
            seen = set()
            for name, row in ROWS.items():
                method, path = name.split(" ")
                parameters = re.findall(r"\{(\w+)\}", path)
                # One route of each method for each kind of thing: they share the code that reads the path.
                if not parameters or row.roles == "public" or (method, parameters[-1]) in seen:
                    continue
                seen.add((method, parameters[-1]))
                role = _role(row)
                headers = by_key(world.people["own", role])
                for value in values:
                    raw = value.replace("\0", "%00").replace("\t", "%09")
                    things = _things(world, role) | {parameters[-1]: raw}
                    url = re.sub(r"\{(\w+)\}", lambda m: things[m[1]], path)  # noqa: B023 - used at once
                    answer = await _timed(client.request(method, url, headers=headers, content=b""))
                    if answer.status_code < 400:
                        assert method == "GET", (name, value)
                        assert re.sub(r"/+$", "", url).endswith(("..", "/")) or value in {"", "..", "x/.."}, (
                            name,
                            value,
                        )
            assert trace(shared_services) == before

    asyncio.run(play())


def test_no_page_of_the_app_sends_a_browser_elsewhere(shared_services: Services, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<!doctype html>")

    async def play() -> None:
        async with client_of(shared_services, pages=Pages(tmp_path)) as client:
            for case in _strings("open_redirects"):
                for name in ("next", "return_to", "redirect_uri"):
                    await _timed(client.get("/signin", params={name: case["value"]}))
                    answer = await _timed(client.get("/v1/health", params={name: case["value"]}))
                    assert answer.status_code == 422

    asyncio.run(play())


def test_only_named_parameters_filter_and_only_by_allowed_values(shared_services: Services, world: World) -> None:
    values = [case["value"][:30_000] for case in _strings("filter_and_sort")]
    person = world.people["own", "lead"]
    tables = {"items": ["state", "q"], "audit": ["action", "subject"], "reviews": ["state", "user_id"], "members": []}

    async def play() -> None:
        async with client_of(shared_services) as client:
            for table, filters in tables.items():
                for value in values:
                    url = f"/v1/projects/own/{table}"
                    for name in (value, "sort", "order_by", "filter", "fields"):
                        answer = await _timed(client.get(url, params={name: value or "x"}, headers=by_key(person)))
                        assert answer.status_code == 422, (table, name)
                    for name in (*filters, "cursor", "limit", "format"):
                        answer = await _timed(client.get(url, params={name: value}, headers=by_key(person)))
                        assert answer.status_code in {200, 404, 422}, (table, name)
                        if answer.status_code == 200 and value:
                            assert answer.json()["rows"] == [], (table, name, value)

    asyncio.run(play())


def test_forms_are_not_read_wherever_json_is_wanted(shared_services: Services, world: World) -> None:
    manifest = shared_path("badinputs/manifest.jsonl")
    cases = [json.loads(line) for line in manifest.read_text().splitlines() if '"http/' in line]
    assert cases
    person = world.people["own", "lead"]

    async def play() -> None:
        async with client_of(shared_services) as client:
            for case in cases:
                body = shared_path(f"badinputs/{case['path']}").read_bytes()
                for path in ("/v1/session", "/v1/projects/own/members", "/v1/keys"):
                    for kind in (case["content_type"], "application/json", ""):
                        headers = by_session(person) | ({"content-type": kind} if kind else {})
                        answer = await _timed(client.post(path, content=body, headers=headers))
                        assert answer.status_code in {413, 415, 422}, (case["path"], path, answer.text)

    asyncio.run(play())


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"content-type": "application/json; charset=utf-7"}, b'{"name":"a"}'),
        ({"content-type": "application/json", "content-encoding": "gzip"}, b'{"name":"a"}'),
        ({"content-type": "text/json"}, b'{"name":"a"}'),
        ({"content-type": "text/plain"}, b'{"name":"a"}'),
        ({}, b'{"name":"a"}'),
    ],
)
def test_a_body_that_is_not_plainly_json_is_refused(
    headers: dict[str, str], body: bytes, shared_services: Services, world: World
) -> None:
    async def play() -> httpx.Response:
        async with client_of(shared_services) as client:
            person = by_session(world.people["own", "lead"])
            return await client.post("/v1/keys", content=body, headers=person | headers)

    answer = asyncio.run(play())
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "api.media_type")


def _bent(body: Any) -> Iterator[Any]:
    """A right body with one value at a time replaced by junk, missing or doubled by an unknown field."""
    yield from JUNK
    if not isinstance(body, dict):
        return
    yield body | {"unexpected": 1}
    for name in body:
        yield {key: value for key, value in body.items() if key != name}
        for junk in JUNK:
            yield body | {name: junk}
        if isinstance(body[name], list) and body[name]:
            for junk in JUNK:
                yield body | {name: [junk]}
            if isinstance(body[name][0], dict):
                for inner in body[name][0]:
                    for junk in JUNK:
                        bent = copy.deepcopy(body)
                        bent[name][0][inner] = junk
                        yield bent


@pytest.mark.parametrize("name", sorted(n for n, row in ROWS.items() if row.body is not None))
def test_no_bent_body_is_a_fault_of_the_server(name: str, services: Services, world: World) -> None:
    row = ROWS[name]
    method, path = name.split(" ")
    role = _role(row)
    things = _things(world, role)

    async def play() -> None:
        async with client_of(services) as client:
            for body in _bent(fill(row.body, things)):
                headers = by_session(world.people["own", role]) if row.person else by_key(world.people["own", role])
                answer = await client.request(method, fill(path, things), json=body, headers=headers)
                assert answer.status_code < 500, (body, answer.text)
                if isinstance(body, dict) and "unexpected" in body:
                    assert answer.status_code in {422, 429}, answer.text

    asyncio.run(play())


def test_naughty_strings_are_refused_or_come_back_as_they_were(services: Services, world: World) -> None:
    cases = _strings("naughty_strings")
    person = world.people["own", "lead"]
    kept: set[str] = set()

    async def play() -> None:
        async with client_of(services) as client:
            for n, case in enumerate(cases):
                text = case["value"]
                body = {"name": text, "login": f"naughty{n}", "roles": ["annotator"]}
                raw = json.dumps(body).encode("utf-8", "surrogatepass")
                headers = by_key(person) | {"content-type": "application/json"}
                answer = await _timed(client.post("/v1/projects/own/members", content=raw, headers=headers))
                assert answer.status_code in {200, 422}, (text, answer.text)
                if answer.status_code == 200:
                    kept.add(answer.json()["user"]["name"])
                    assert answer.json()["user"]["name"].split() == unicodedata.normalize("NFC", text).split()
            table = await client.get("/v1/projects/own/members?format=csv", headers=by_key(person))
            assert not re.search(r'(^|,)"?[=+\-@\t]', table.text, re.MULTILINE)

    asyncio.run(play())
    assert len(kept) > 200


def test_ranges_are_answered_whole_and_in_time(services: Services, world: World) -> None:
    person = world.people["own", "lead"]
    item = world.things["own"]["item"]

    async def play() -> None:
        async with client_of(services) as client:
            for case in _strings("range_headers"):
                headers = by_key(person) | {"range": case["value"]}
                answer = await _timed(client.get(f"/v1/projects/own/items/{item}/image", headers=headers))
                assert answer.status_code in {200, 206, 416}

    asyncio.run(play())


def test_a_body_beyond_its_limit_is_refused_before_it_is_read(shared_services: Services, world: World) -> None:
    person = world.people["own", "lead"]

    async def endless() -> Any:
        while True:
            yield b" " * 65536

    async def play() -> list[httpx.Response]:
        async with client_of(shared_services) as client:
            headers = by_key(person) | {"content-type": "application/json"}
            declared = await client.post("/v1/keys", content=b" " * (2 * 1024 * 1024 + 1), headers=headers)
            streamed = await client.post("/v1/keys", content=endless(), headers=headers)
            return [declared, streamed]

    for answer in asyncio.run(play()):
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "api.body_too_large")


def test_no_answer_names_a_place_on_the_server(shared_services: Services, world: World) -> None:
    person = world.people["own", "lead"]

    async def play() -> list[str]:
        async with client_of(shared_services) as client:
            calls = [
                client.get("/v1/projects/own/items/nothing", headers=by_key(person)),
                client.post(
                    "/v1/projects/own/imports", json={"kind": "folder", "location": "/etc"}, headers=by_key(person)
                ),
                client.get("/v1/nothing"),
                client.post("/v1/session", json={"login": 1}),
            ]
            return [(await call).text for call in calls]

    folder = str(Path(shared_services.settings.data))
    for text in asyncio.run(play()):
        assert folder not in text
        assert "Traceback" not in text
        assert ".py" not in text
