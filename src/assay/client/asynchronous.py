"""The asynchronous client."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

import httpx

from assay.client import calls
from assay.client.errors import ServerAwayError
from assay.client.request import Call, T
from assay.client.transport import TRIES, UNAVAILABLE, answer_of, options, pause_before, request_of
from assay.wire.session import Session


class AsyncClient:
    """A connection to a server: by API key, or by login and password.

    Every call of `assay.client.calls` goes through `send`; a call that may be repeated is tried again when the
    connection breaks or the server is away for a moment.

    Args:
        server: address, such as `http://127.0.0.1:8000`.
        key: API key; without one, `sign_in`.
    """

    def __init__(self, server: str, key: str = "") -> None:
        self.server = server
        self.user_id = ""
        self._csrf_token = ""
        self._http = httpx.AsyncClient(**options(server, key))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def send(self, call: Call[T]) -> T:
        """Make a call.

        Raises:
            AssayError: of the kind the server answered, with its code and words.
            ServerAwayError: nothing answered.
        """
        for attempt in range(TRIES):
            last = attempt + 1 == TRIES or not call.repeatable
            try:
                answer = await self._http.request(**request_of(call, self._csrf_token))
            except httpx.TransportError as error:
                if last:
                    raise ServerAwayError(self.server) from error
            else:
                if last or answer.status_code != UNAVAILABLE:
                    return answer_of(call, answer)
            await asyncio.sleep(pause_before(attempt))
        raise AssertionError("the last attempt answers or raises")

    async def sign_in(self, login: str, password: str) -> Session:
        """Begin a session with a password."""
        return self._opened(await self.send(calls.sign_in(login, password)))

    async def redeem_link(self, token: str, password: str) -> Session:
        """Use a single-use link (its part after `#`): sets a password and begins a session."""
        return self._opened(await self.send(calls.redeem_link(token, password)))

    def _opened(self, session: Session) -> Session:
        self._csrf_token = session.csrf_token
        self.user_id = session.user.id
        return session
