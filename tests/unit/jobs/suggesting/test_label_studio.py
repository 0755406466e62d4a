"""Model servers by the Label Studio protocol: what is asked, what is taken, what is refused."""

from __future__ import annotations

import base64
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from assay.jobs.suggesting import (
    ModelSettingError,
    Picture,
    ServerNotAllowedError,
    Servers,
    SuggesterAwayError,
    SuggesterOverflowError,
    SuggesterSlowError,
    SuggesterWrongError,
    make_suggester,
)
from assay.jobs.suggesting.label_studio import LabelStudioServer
from assay.models import NewVersion, Runner, Task

PICTURE = Picture("item-1", np.random.default_rng(0).integers(0, 255, (50, 100, 3)).astype(np.uint8))
BASE: dict[str, Any] = {"address": "http://models:9090", "classes": ["cell", "dust"], "names": {"Cell": "cell"}}


def _server(reply: Any, task: Task = Task.BOXES, status: int = 200, seen: list[Any] | None = None) -> LabelStudioServer:
    def answer(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append((request.url, json.loads(request.content)))
        body = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        return httpx.Response(status, content=body)

    return LabelStudioServer(BASE, task, title="cells@1", transport=httpx.MockTransport(answer))


def _region(x: float = 10, name: str = "Cell", **more: Any) -> dict[str, Any]:
    value = {"x": x, "y": 20, "width": 30, "height": 40, "rotation": 0, "rectanglelabels": [name]}
    return {"from_name": "label", "to_name": "image", "type": "rectanglelabels", "value": value, "score": 0.8, **more}


def _of(*regions: Any) -> dict[str, Any]:
    return {"results": [{"result": list(regions), "score": 0.8, "model_version": "7"}]}


def test_the_request_is_the_protocols_and_holds_the_picture_itself() -> None:
    seen: list[Any] = []
    _server(_of(_region()), seen=seen).answer([PICTURE])
    url, body = seen[0]
    assert str(url) == "http://models:9090/predict"
    image = body["tasks"][0]["data"]["image"]
    with Image.open(io.BytesIO(base64.b64decode(image.removeprefix("data:image/png;base64,")))) as sent:
        assert np.array_equal(np.asarray(sent), PICTURE.rgb)
    assert '<RectangleLabels name="label" toName="image">' in body["label_config"]


def test_percentages_become_pixels_and_names_become_classes() -> None:
    (answer,) = _server(_of(_region(), _region(50, "dust", score=0.3))).answer([PICTURE])
    assert [m.mark.label_class for m in answer.marks] == ["cell", "dust"]
    assert answer.marks[0].mark.bbox == pytest.approx((10, 10, 40, 30))
    assert answer.confidence == pytest.approx(0.3)


def test_nothing_found_is_an_answer() -> None:
    assert _server({"results": []}).answer([PICTURE])[0].marks == ()
    assert _server(_of()).answer([PICTURE])[0].marks == ()


def test_choices_become_a_tag() -> None:
    region = {"type": "choices", "value": {"choices": ["dust"]}, "score": 0.9}
    (answer,) = _server(_of(region), Task.TAGS).answer([PICTURE])
    assert answer.marks[0].mark.label_class == "dust"
    assert answer.scores == {"cell": 0.0, "dust": 0.9}


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (b"<html>", "no JSON"),
        (b"[1]", "no JSON object"),
        ({}, "without results"),
        ({"results": [{"result": "x"}]}, "without results"),
        (_of("x"), "without a value"),
        (_of(_region(name="spaceship")), "the class 'spaceship'"),
        (_of(_region(x="a")), "x = 'a', which is no number"),
        (_of(_region(score=float("nan"))), "no number"),
        (_of(_region(score=7)), "outside 0 to 1"),
        (_of({**_region(), "value": {**_region()["value"], "rotation": 30}}), "rotated"),
        (_of({**_region(), "value": {**_region()["value"], "rectanglelabels": ["Cell", "dust"]}}), "exactly one class"),
    ],
)
def test_an_answer_that_makes_no_sense_is_named(reply: Any, words: str) -> None:
    with pytest.raises(SuggesterWrongError, match=words):
        _server(reply).answer([PICTURE])


def test_a_hundred_thousand_boxes_are_refused_before_they_are_built() -> None:
    with pytest.raises(SuggesterOverflowError):
        _server(_of(*[_region()] * 100_000)).answer([PICTURE])
    with pytest.raises(SuggesterOverflowError, match="2,001 marks"):
        _server(_of(*[{"value": {"choices": ["cell"]}}] * 2001)).answer([PICTURE])


def test_a_server_that_fails_or_sends_elsewhere_is_away() -> None:
    with pytest.raises(SuggesterAwayError, match="status 500"):
        _server({}, status=500).answer([PICTURE])
    with pytest.raises(SuggesterAwayError, match="status 302"):
        _server(b"", status=302).answer([PICTURE])


@pytest.fixture
def slow() -> Iterator[Callable[[bytes, float], str]]:
    """A server that sends a byte, then waits."""
    servers: list[ThreadingHTTPServer] = []

    def begin(piece: bytes, every_s: float) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.send_response(200)
                self.end_headers()
                for _ in range(100):
                    try:
                        self.wfile.write(piece)
                        self.wfile.flush()
                    except OSError:
                        return
                    time.sleep(every_s)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        servers[-1].daemon_threads = True
        threading.Thread(target=servers[-1].serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_address[1]}"

    yield begin
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_server_that_drips_is_given_up_after_its_time(slow: Callable[[bytes, float], str]) -> None:
    config = {**BASE, "address": slow(b" ", 0.05), "timeout_s": 0.3}
    began = time.monotonic()
    with pytest.raises(SuggesterSlowError, match=r"no answer within 0.3 s"):
        LabelStudioServer(config, Task.BOXES, title="cells@1").answer([PICTURE])
    assert time.monotonic() - began < 3


def test_a_server_that_is_not_there_is_away() -> None:
    config = {**BASE, "address": "http://127.0.0.1:9"}
    with pytest.raises(SuggesterAwayError):
        LabelStudioServer(config, Task.BOXES, title="cells@1").answer([PICTURE])


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://a:b@c", "models:9090", 7, "http://m/?x=1"])
def test_an_address_that_is_none_is_refused(address: object) -> None:
    with pytest.raises(ModelSettingError):
        LabelStudioServer({**BASE, "address": address}, Task.BOXES, title="cells@1")


@pytest.mark.parametrize(
    ("address", "allowed"),
    [("http://models:9090", True), ("http://models:9090/v1", True), ("http://models:90900", False)],
)
def test_only_servers_that_the_administrator_allowed_are_asked(address: str, *, allowed: bool) -> None:
    new = NewVersion("m", Task.BOXES, Runner.HTTP, "any", None, 0, 1, "", config={**BASE, "address": address})
    servers = Servers(("http://models:9090",))
    if allowed:
        make_suggester(new, None, servers, title="m@1")
        return
    with pytest.raises(ServerNotAllowedError):
        make_suggester(new, None, servers, title="m@1")
