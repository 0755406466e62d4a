"""A thin caller of the public HTTP API, one for each simulated person, with that person's own credentials."""

from __future__ import annotations

from collections.abc import Iterator
from time import sleep
from typing import Any, Self

import httpx

from assay.demo.errors import DemoCallError, DemoServerError

_RETRIES = 4
_BUSY = {429, 503}


class Api:
    """The API as one person calls it.

    Args:
        address: where the server answers.
        project: short name of the project.
        key: API key of the person; None before signing in.
    """

    def __init__(self, address: str, project: str, key: str | None = None) -> None:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=address, headers=headers, timeout=60)
        self._project = f"/v1/projects/{project}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **query: str | int) -> Any:  # noqa: ANN401 - any JSON
        """Read something of the project; `path` from `/v1` on means the whole server."""
        return self._call("GET", path, params=query).json()

    def image(self, path: str) -> bytes:
        """Fetch a picture."""
        return self._call("GET", path).content

    def post(self, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        """Do something."""
        return self._call("POST", path, json=body).json()

    def put(self, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        """Replace something."""
        return self._call("PUT", path, json=body).json()

    def patch(self, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        """Change something."""
        return self._call("PATCH", path, json=body).json()

    def upload(self, path: str, data: bytes, **query: str) -> Any:  # noqa: ANN401 - any JSON
        """Send raw bytes."""
        octets = {"content-type": "application/octet-stream"}
        return self._call("PUT", path, content=data, params=query, headers=octets).json()

    def rows(self, path: str, **query: str | int) -> Iterator[dict[str, Any]]:
        """All rows of a table, page by page."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.get(path, **query, limit=200, **({"cursor": cursor} if cursor else {}))
            yield from page["rows"]
            cursor = page.get("next")

    def sign_in_by_link(self, token: str, password: str) -> None:
        """Use a single-use link; afterwards calls carry the session's cookie and token."""
        session = self._call("POST", "/v1/links/redeem", json={"token": token, "password": password}).json()
        self._http.headers["x-csrf-token"] = session["csrf_token"]

    def _call(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        url = path if path.startswith("/v1") else f"{self._project}{path}"
        for attempt in range(_RETRIES):
            try:
                reply = self._http.request(method, url, **options)
            except httpx.TransportError as error:
                if attempt == _RETRIES - 1:
                    raise DemoServerError(f"The server at {self._http.base_url} does not answer: {error}") from error
                sleep(0.2 * 2**attempt)
                continue
            if reply.status_code not in _BUSY or attempt == _RETRIES - 1:
                break
            sleep(float(reply.headers.get("retry-after", "1")))
        if reply.is_success:
            return reply
        raise DemoCallError(method, url, reply.status_code, _refusal(reply))


def _refusal(reply: httpx.Response) -> str:
    try:
        error = reply.json()["error"]
        return f"{error['code']}: {error['message']}"
    except (ValueError, KeyError, TypeError):
        return reply.text[:200]
