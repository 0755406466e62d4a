"""Talks to a running server for commands that were given `--server`; its errors come back as the same kinds."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from assay.cli.errors import UsageError
from assay.kernel.errors import (
    AssayError,
    ConflictError,
    CorruptError,
    InvalidInputError,
    LimitError,
    NotAllowedError,
    NotFoundError,
    NotSignedInError,
    UnavailableError,
)

ServerUrl = Annotated[
    str, typer.Option("--server", envvar="ASSAY_SERVER", help="Address of a running server to talk to.")
]
ServerKey = Annotated[str, typer.Option("--key", envvar="ASSAY_KEY", help="API key for that server.")]

_KINDS: dict[int, type[AssayError]] = {
    401: NotSignedInError,
    403: NotAllowedError,
    404: NotFoundError,
    409: ConflictError,
    429: LimitError,
    503: UnavailableError,
}


class ServerAwayError(UnavailableError):
    """No answer from the server."""

    code = "cli.server_away"

    def __init__(self, server: str) -> None:
        super().__init__(f"No server answers at {server}.", hint="Check the address, and that `assay serve` runs.")


class Remote:
    """A session with a server: by key, or by login and password."""

    def __init__(self, server: str, key: str = "") -> None:
        if not server.startswith(("http://", "https://")):
            raise UsageError(f"{server!r} is no address.", hint="It looks like https://assay.example.")
        self._server = server.rstrip("/")
        self._headers = {"authorization": f"Bearer {key}"} if key else {}

    def sign_in(self, login: str, password: str) -> None:
        """Begin a session."""
        session = self.call("POST", "/v1/session", {"login": login, "password": password})
        self._headers["x-csrf-token"] = session["csrf_token"]

    def call(self, method: str, path: str, body: Any = None) -> Any:  # noqa: ANN401 - any JSON value
        """One call; the answer's JSON.

        Raises:
            AssayError: of the kind the server answered, with its code and words.
            ServerAwayError: nothing answered.
        """
        import httpx

        try:
            with httpx.Client(base_url=self._server, headers=self._headers, timeout=60) as client:
                answer = client.request(method, path, json=body)
        except httpx.TransportError as error:
            raise ServerAwayError(self._server) from error
        if cookie := answer.headers.get("set-cookie"):
            self._headers["cookie"] = cookie.partition(";")[0]
        if answer.is_success:
            return answer.json() if answer.content else None
        raise _error(answer.status_code, answer.text, answer.headers.get("content-type", ""))


def _error(status: int, text: str, kind: str) -> AssayError:
    import json

    known: dict[str, str] = json.loads(text)["error"] if kind == "application/json" else {}
    base = _KINDS.get(status) or (CorruptError if status >= 500 else InvalidInputError)  # noqa: PLR2004 - the server's fault from here on
    told: type[AssayError] = type(base.__name__, (base,), {"code": known.get("code", base.code)})
    return told(known.get("message", f"The server answered {status}."), hint=known.get("hint", ""))
