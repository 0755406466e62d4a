"""The HTTP parser with bounds: a client that sends endless or endlessly slow headers is let go."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from assay.api.errors import HeadTooLargeError

MAX_HEAD_BYTES = 64 * 1024
"""Request line and headers together."""
HEAD_TIME_S = 20.0
"""From the first byte of a request to the end of its headers."""


def _too_large() -> bytes:
    error = HeadTooLargeError()
    body = orjson.dumps({"error": {"code": error.code, "message": error.message, "hint": error.hint}})
    head = "HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/json\r\nconnection: close\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's own protocol; it waits for headers without end and keeps whatever comes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **kwargs)
        self._in_head = True
        self._n_waiting = 0  # bytes of a head whose end has not come
        self._n_fields = 0  # bytes of the fields parsed so far
        self._too_large = False
        self._late: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless the head of a request has grown beyond its bounds."""
        if self._in_head:
            self._n_waiting += len(data)
            if self._late is None:
                self._late = self.loop.call_later(HEAD_TIME_S, self._let_go)
        super().data_received(data)
        if self._in_head and self._n_waiting > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._too_large = True
            self.send_400_response("")

    def on_url(self, url: bytes) -> None:
        """Part of the address."""
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One whole field."""
        self._count(name, value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head of a request is there."""
        self._in_head = False
        self._n_waiting = self._n_fields = 0
        self._stop_clock()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next byte begins another request."""
        self._in_head = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be parsed, or is too large, and end the connection."""
        if self._too_large:
            self.transport.write(_too_large())
            self.transport.close()
        else:
            super().send_400_response(msg)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more will come."""
        self._stop_clock()
        super().connection_lost(exc)

    def _count(self, *parts: bytes) -> None:
        self._n_fields += sum(len(part) + 2 for part in parts)
        if self._n_fields > MAX_HEAD_BYTES:
            self._too_large = True
            raise HeadTooLargeError  # the parser stops and asks for `send_400_response`

    def _stop_clock(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _let_go(self) -> None:
        if self._in_head and not self.transport.is_closing():
            self.transport.close()
