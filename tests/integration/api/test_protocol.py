"""Broken and malicious HTTP over real sockets: the connection ends or answers 4xx, and the server goes on."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from tests.integration.api.calls import by_key, copy_of
from tests.integration.api.world import World

from assay.api import protocol, routing
from assay.server import running


@dataclass(frozen=True)
class Address:
    """Where the server listens, and somebody's key."""

    host: str
    port: int
    key: str

    @property
    def url(self) -> str:
        """The base address."""
        return f"http://{self.host}:{self.port}"

    def say(self, data: bytes, *, wait_s: float = 3.0, slowly: list[bytes] | None = None) -> bytes:
        """Send bytes as they are; everything that comes back until the server closes or is silent."""
        with socket.create_connection((self.host, self.port), timeout=wait_s) as sock:
            heard = b""
            try:
                sock.sendall(data)
                for part in slowly or []:
                    time.sleep(0.05)
                    sock.sendall(part)
                while got := sock.recv(65536):
                    heard += got
                    if _complete(heard):
                        break
            except (TimeoutError, ConnectionError):
                pass
            return heard

    def works(self) -> bool:
        """Whether a good request is answered."""
        headers = {"authorization": f"Bearer {self.key}"}
        return httpx.get(f"{self.url}/v1/session", headers=headers, timeout=5).status_code == 200


def _complete(heard: bytes) -> bool:
    head, found, body = heard.partition(b"\r\n\r\n")
    length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(found and length and len(body) >= int(length[0].split(b":")[1]))


@pytest.fixture(scope="module")
def server(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """A real server on a free port of this machine."""
    with copy_of(world, tmp_path_factory.mktemp("server")) as services, running(services) as url:
        address = httpx.URL(url)
        assert address.port is not None
        yield Address(address.host, address.port, world.people["own", "lead"].key)


HOST = b"Host: localhost\r\n"
BAD = {
    "nothing of HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200,
    "no version": b"GET /v1/health\r\n\r\n",
    "no host": b"GET /v1/health HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /v1/health HTTP/1.1\r\n" + HOST + b"Host: evil.example\r\n\r\n",
    "a host with a path": b"GET /v1/health HTTP/1.1\r\nHost: localhost/../x\r\n\r\n",
    "another host in the address": b"GET http://evil.example/v1/health HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "NUL in the address": b"GET /v1/he\0alth HTTP/1.1\r\n" + HOST + b"\r\n",
    "a bare line feed": b"GET /v1/health HTTP/1.1\nHost: localhost\n\x01: x\n\n",
    "a header of control characters": b"GET /v1/health HTTP/1.1\r\n" + HOST + b"x\x01y: 1\r\n\r\n",
    "a folded header": b"GET /v1/health HTTP/1.1\r\n" + HOST + b"x: 1\r\n 2\r\nz : 3\r\n\r\n",
    "negative length": b"POST /v1/session HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n",
    "two lengths": b"POST /v1/session HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    "length and chunks": b"POST /v1/session HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk without size": b"POST /v1/session HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "an unknown transfer coding": b"POST /v1/session HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n\r\n",
    "an unknown method": b"BREW /v1/health HTTP/1.1\r\n" + HOST + b"\r\n",
    "the method of tunnels": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "a method of traces": b"TRACE /v1/health HTTP/1.1\r\n" + HOST + b"\r\n",
    "a long address": b"GET /v1/health?" + b"a" * 70_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "a long header": b"GET /v1/health HTTP/1.1\r\n" + HOST + b"x: " + b"a" * 70_000 + b"\r\n\r\n",
    "many headers": b"GET /v1/health HTTP/1.1\r\n" + HOST + b"x: 1\r\n" * 20_000 + b"\r\n",
    "bytes that are no UTF-8": b"GET /v1/projects/%ff%fe HTTP/1.1\r\n" + HOST + b"\r\n",
    "an upgrade to another protocol": b"GET /v1/health HTTP/1.1\r\n"
    + HOST
    + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nX-Y: 1\r\nHost: b\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


@pytest.mark.parametrize("case", sorted(BAD))
def test_a_broken_request_is_refused_and_the_server_goes_on(case: str, server: Address) -> None:
    heard = server.say(BAD[case])
    status = heard.split(b" ", 2)[1:2]
    assert not heard or status[0].startswith(b"4"), (case, heard[:200])
    assert b"Traceback" not in heard
    assert server.works()


def test_a_head_beyond_its_bounds_is_told_so(server: Address) -> None:
    parts = [b"x: " + b"a" * 8000 + b"\r\n"] * 9
    heard = server.say(b"GET /v1/health HTTP/1.1\r\n" + HOST, slowly=parts)
    head, _, body = heard.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 431")
    assert json.loads(body)["error"]["code"] == "api.head_too_large"


def test_bounds_are_counted_anew_for_each_request_of_a_connection(server: Address) -> None:
    one = b"GET /v1/nothing HTTP/1.1\r\n" + HOST + b"x: " + b"a" * 30_000 + b"\r\n\r\n"
    with socket.create_connection((server.host, server.port), timeout=5) as sock:
        for _ in range(6):
            sock.sendall(one)
            heard = b""
            while not _complete(heard):
                heard += sock.recv(65536)
            assert heard.startswith(b"HTTP/1.1 404")


def test_a_head_that_never_ends_is_let_go(server: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_TIME_S", 0.2)
    began = time.monotonic()
    assert server.say(b"GET /v1/health HTTP/1.1\r\n" + HOST + b"x: ", wait_s=10) == b""
    assert time.monotonic() - began < 5


def test_a_body_that_stops_arriving_is_refused(server: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routing, "BODY_REST_S", 0.2)
    head = b"POST /v1/session HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    heard = server.say(head, wait_s=10)
    assert heard.startswith(b"HTTP/1.1 408")
    assert b"api.body_too_slow" in heard
    assert server.works()


def test_a_caller_who_is_refused_is_answered_before_the_body_is_read(server: Address) -> None:
    head = b"POST /v1/keys HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    assert server.say(head).startswith(b"HTTP/1.1 401")


def test_an_answer_names_no_software(server: Address, world: World) -> None:
    answer = httpx.get(f"{server.url}/v1/session", headers=by_key(world.people["own", "lead"]))
    assert "server" not in answer.headers
    assert "x-powered-by" not in answer.headers
