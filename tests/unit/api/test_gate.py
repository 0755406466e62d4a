"""Which hosts a server answers to, and the headers every answer carries."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from assay.api.gate import HEADERS, Gate, allowed_hosts
from assay.api.services import Settings
from assay.api.ui import Pages

HERE = Settings(data=Path("/nowhere"))
PUBLIC = Settings(data=Path("/nowhere"), host="0.0.0.0", public_url="https://assay.example:8443", behind_proxy=True)  # noqa: S104 - nothing is bound


async def _inner(scope: Any, receive: Any, send: Any) -> None:
    del receive
    if scope["path"] == "/v1/broken":
        raise RuntimeError("secret")
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-security-policy", b"sandbox")]})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


def _ask(
    settings: Settings, path: str, *hosts: str, method: str = "GET"
) -> tuple[int, dict[bytes, list[bytes]], bytes]:
    gate = Gate(_inner, settings=settings, pages=Pages(Path("/nowhere")))
    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    headers = [(b"host", host.encode()) for host in hosts]
    asyncio.run(gate({"type": "http", "method": method, "path": path, "headers": headers}, receive, send))
    found: dict[bytes, list[bytes]] = {}
    for name, value in said[0]["headers"]:
        found.setdefault(name, []).append(value)
    return said[0]["status"], found, b"".join(m.get("body", b"") for m in said[1:])


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000", "[::1]"])
def test_a_server_answers_to_its_own_machine(host: str) -> None:
    assert _ask(HERE, "/v1/x", host)[0] == 200


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        [""],
        ["evil.example"],
        ["localhost.evil.example"],
        ["localhost:80@evil.example"],
        ["localhost/../x"],
        ["localhost", "evil.example"],
        ["localhost:"],
        ["127.0.0.1.nip.example"],
        ["[::1"],
        ["assay.example"],
        ["\xff"],
    ],
)
def test_a_server_answers_to_nobody_elses_name(hosts: list[str]) -> None:
    for path in ("/v1/x", "/", "/assets/x.js"):
        status, headers, body = _ask(HERE, path, *hosts)
        assert (status, b"api.wrong_host" in body) == (421, True)
        assert b"content-security-policy" in headers


def test_a_server_for_a_team_answers_to_its_public_name_with_or_without_a_port() -> None:
    assert allowed_hosts(PUBLIC) == {"localhost", "127.0.0.1", "[::1]", "assay.example"}
    assert _ask(PUBLIC, "/v1/x", "assay.example:8443")[0] == 200
    assert _ask(PUBLIC, "/v1/x", "0.0.0.0")[0] == 421  # noqa: S104 - a header


def test_every_answer_carries_the_headers_once_and_a_route_may_be_stricter() -> None:
    _, headers, _ = _ask(HERE, "/v1/x", "localhost")
    assert headers[b"content-security-policy"] == [b"sandbox"]
    assert {name for name, _ in HEADERS} <= set(headers)
    assert all(len(values) == 1 for values in headers.values())
    assert b"strict-transport-security" not in headers
    assert b"access-control-allow-origin" not in headers
    assert b"strict-transport-security" in _ask(PUBLIC, "/v1/x", "assay.example")[1]


def test_what_nobody_foresaw_answers_500_without_its_inside(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        status, _, body = _ask(HERE, "/v1/broken", "localhost")
    assert (status, b"secret" in body) == (500, False)
    assert len(caplog.records) == 1
