"""The web app's files: read whole into memory, found by name only, so that no path can lead elsewhere."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path, PurePosixPath

from starlette.responses import Response

from assay.api.errors import MethodError, NoRouteError, error_reply

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
IMMUTABLE = "public, max-age=31536000, immutable"
NOT_BUILT = """Assay's server is running, but its web pages were not built.

Build them once with:  make web
The API answers under /v1; its description is at /v1/openapi.json.
"""


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    headers: dict[str, str]


class Pages:
    """The built web app.

    Args:
        folder: where it was built to; the package's own `_ui` unless a test brings another.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(str(files("assay"))) / "_ui"
        self._stamp = 0
        self._files: dict[str, _File] = {}

    @property
    def built(self) -> bool:
        """Whether there is a web app to hand out."""
        return (self._folder / "index.html").exists()

    def answer(self, method: str, path: str) -> Response:
        """The file at `path`; a path that names no file is a page of the app and gets `index.html`."""
        if method not in {"GET", "HEAD"}:
            return error_reply(MethodError(method, path))
        self._load()
        name = path.removeprefix("/")
        page = self._files.get("index.html")
        file = self._files.get(name) or (None if _names_a_file(name) else page)
        if file is None and page is not None:
            return error_reply(NoRouteError(path))
        if file is None:
            return Response(NOT_BUILT, 503, {"cache-control": "no-store"}, "text/plain; charset=utf-8")
        return Response(b"" if method == "HEAD" else file.body, 200, file.headers)

    def _load(self) -> None:
        """Read the files when they were built since the last look."""
        index = self._folder / "index.html"
        try:
            stamp = index.stat().st_mtime_ns
        except FileNotFoundError:
            return
        if stamp == self._stamp:
            return
        found = [p for p in self._folder.rglob("*") if p.is_file() and p.suffix in TYPES]
        self._files = {p.relative_to(self._folder).as_posix(): _read(p, self._folder) for p in found}
        self._stamp = stamp


def _names_a_file(name: str) -> bool:
    """Whether an address means a file, so that a stale page asking for an old script gets no page instead."""
    return name.startswith("assets/") or PurePosixPath(name).suffix in TYPES


def _read(path: Path, folder: Path) -> _File:
    body = path.read_bytes()
    name = path.relative_to(folder).as_posix()
    headers = {
        "content-type": TYPES[path.suffix],
        "cache-control": IMMUTABLE if name.startswith("assets/") else "no-cache",
        "etag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
    }
    return _File(body, headers)
