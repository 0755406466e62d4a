"""Calls as values, errors as the server's own, and what is tried again."""

from __future__ import annotations

import asyncio
import inspect
import json
from typing import Any

import httpx
import pytest

from assay.client import AsyncClient, Call, Client, ServerAwayError, calls
from assay.client.errors import error_from
from assay.client.transport import TRIES, options, pause_before, request_of
from assay.kernel import errors
from assay.wire.costs import RateCardNew
from assay.wire.gold import GoldMark
from assay.wire.labels import LabelClass
from assay.wire.policy import Policy
from assay.wire.review import SettlementIn, VerdictIn

HEALTH = {"status": "ok", "version": "1", "database": "sqlite", "consumers": []}
ARGUMENTS: dict[str, Any] = {
    "verdict": VerdictIn(verdict="accept", client_key="key-12345"),
    "settlement": SettlementIn(marks=[], client_key="key-12345"),
    "classes": [LabelClass(id="a", name="A")],
    "marks": [],
    "roles": ["annotator"],
    "items": "unbatched",
    "to": "coco",
    "data": b"bytes",
    "limit": 5,
    "seconds": 1.5,
    "revision": 0,
    "schema_version": 1,
    "guideline_version": 1,
    "client_key": "key-12345",
    "value": Policy.model_construct(version=1),
    "version": "current",
    "predictions": [],
    "card": RateCardNew.model_construct(version=0),
}
MADE = {
    name: function
    for name, function in vars(calls).items()
    if inspect.isfunction(function) and not name.startswith("_") and function.__module__ == calls.__name__
}


def call_of(name: str) -> Call[Any]:
    """A call with an argument for every parameter that wants one."""
    wanted = inspect.signature(MADE[name]).parameters.values()
    given = {p.name: ARGUMENTS.get(p.name, "a b/c") for p in wanted if p.default is inspect.Parameter.empty}
    made = MADE[name](**given)
    assert isinstance(made, Call)
    return made


@pytest.mark.parametrize("name", sorted(MADE))
def test_every_call_names_its_route_safely_and_reads_are_always_repeatable(name: str) -> None:
    made = call_of(name)
    assert made.path.startswith("/v1/")
    assert " " not in made.path
    assert "a b/c" not in made.path, "what a caller gives is quoted and never makes another path"
    if made.method == "GET":
        assert made.repeatable
        assert made.body is None
    if made.body is not None and made.is_json:
        json.loads(made.body)
    assert all(isinstance(value, str) for value in made.params.values())


@pytest.mark.parametrize(
    "name", ["create_release", "sign_release", "create_batch", "sign_gold", "invite", "save_draft"]
)
def test_what_would_count_twice_is_sent_once(name: str) -> None:
    assert not call_of(name).repeatable


@pytest.mark.parametrize("name", ["submit", "claim", "upload", "decide_review", "settle", "renew"])
def test_what_counts_once_is_tried_again(name: str) -> None:
    assert call_of(name).repeatable


def test_a_gold_mark_travels_as_it_is() -> None:
    mark = GoldMark(label_class="cell", bbox=[1.0, 2.0, 3.0, 4.0], clauses=["1.1"])
    body = json.loads(calls.sign_gold("p", "i", [mark], "sure", exposure_cap=4).body or b"")
    assert body == {
        "item_id": "i",
        "marks": [
            {"label_class": "cell", "shape": "bbox", "bbox": [1.0, 2.0, 3.0, 4.0], "clauses": ["1.1"], "geometry": None}
        ],
        "why": "sure",
        "exposure_cap": 4,
    }


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.InvalidInputError),
        (401, errors.NotSignedInError),
        (403, errors.NotAllowedError),
        (404, errors.NotFoundError),
        (409, errors.ConflictError),
        (413, errors.InvalidInputError),
        (422, errors.InvalidInputError),
        (429, errors.LimitError),
        (500, errors.CorruptError),
        (502, errors.CorruptError),
        (503, errors.UnavailableError),
    ],
)
def test_a_refusal_is_the_same_kind_of_error_with_the_servers_words(status: int, kind: type[errors.AssayError]) -> None:
    body = {"error": {"code": "queue.thing", "message": "No.", "hint": "Do.", "details": {"revision": 3}}}
    error = error_from(status, json.dumps(body).encode())
    assert isinstance(error, kind)
    assert (error.code, error.message, error.hint) == ("queue.thing", "No.", "Do.")
    assert error.details == {"revision": 3}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "body", [b"", b"<html>Bad gateway</html>", b"[]", b'{"error": "text"}', b'{"error": null}', b"\xff"]
)
def test_an_answer_that_is_not_ours_still_is_an_error_with_its_status(body: bytes) -> None:
    error = error_from(502, body)
    assert isinstance(error, errors.CorruptError)
    assert "502" in error.message


def test_a_session_sends_its_token_with_changes_only_and_bytes_travel_as_bytes() -> None:
    assert request_of(calls.health(), "token")["headers"] == {}
    assert request_of(calls.claim("p"), "token")["headers"]["x-csrf-token"] == "token"
    sent = request_of(calls.upload("p", "i", "a b.png", b"\x89PNG"), "")
    assert (sent["headers"]["content-type"], sent["content"]) == ("application/octet-stream", b"\x89PNG")
    assert sent["params"] == {"name": "a b.png"}
    assert options("http://x/", "assay_k")["headers"] == {"authorization": "Bearer assay_k"}
    assert options("http://x/", "")["headers"] == {}
    assert options("http://x/", "")["trust_env"] is False, "no proxy of the environment sees the key"


class Server:
    """Answers of a server that is not there."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def send(server: Server, call: Call[Any], *, is_async: bool) -> Any:
    transport = httpx.MockTransport(server)
    if is_async:

        async def run() -> Any:
            client = AsyncClient("http://server")
            client._http = httpx.AsyncClient(transport=transport, base_url="http://server")
            async with client:
                return await client.send(call)

        return asyncio.run(run())
    plain = Client("http://server")
    plain._http = httpx.Client(transport=transport, base_url="http://server")
    with plain:
        return plain.send(call)


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def is_async(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Each of the two transports, without waiting between tries."""
    monkeypatch.setattr("assay.client.synchronous.pause_before", lambda _: 0.0)
    monkeypatch.setattr("assay.client.asynchronous.pause_before", lambda _: 0.0)
    return bool(request.param)


def broken() -> httpx.ConnectError:
    return httpx.ConnectError("refused")


def test_a_broken_connection_and_a_server_away_are_tried_again(is_async: bool) -> None:  # noqa: FBT001
    server = Server(broken(), httpx.Response(503, json={}), httpx.Response(200, json=HEALTH))
    assert send(server, calls.health(), is_async=is_async).status == "ok"
    assert len(server.seen) == 3


def test_after_the_last_try_the_servers_own_error_or_its_absence_is_told(is_async: bool) -> None:  # noqa: FBT001
    away = Server(*[broken() for _ in range(TRIES)])
    with pytest.raises(ServerAwayError, match="http://server"):
        send(away, calls.health(), is_async=is_async)
    busy = Server(*[httpx.Response(503, json={"error": {"code": "storage.away", "message": "m", "hint": ""}})] * TRIES)
    with pytest.raises(errors.UnavailableError) as caught:
        send(busy, calls.health(), is_async=is_async)
    assert caught.value.code == "storage.away"
    assert len(busy.seen) == TRIES


def test_what_may_count_twice_is_never_tried_again(is_async: bool) -> None:  # noqa: FBT001
    server = Server(broken())
    with pytest.raises(ServerAwayError):
        send(server, calls.create_release("p"), is_async=is_async)
    assert len(server.seen) == 1


def test_a_refusal_is_not_tried_again(is_async: bool) -> None:  # noqa: FBT001
    server = Server(httpx.Response(409, json={"error": {"code": "queue.lease_lapsed", "message": "m", "hint": "h"}}))
    with pytest.raises(errors.ConflictError):
        send(server, calls.claim("p"), is_async=is_async)
    assert len(server.seen) == 1


def test_pauses_double() -> None:
    assert [pause_before(n) for n in range(3)] == pytest.approx([0.2, 0.4, 0.8])
