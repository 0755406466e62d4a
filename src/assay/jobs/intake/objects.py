"""Reads a prefix of an object store by reference: lists and reads, never copies, and only on hosts that are allowed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError, PermissionDeniedError, UnauthenticatedError
from obstore.store import ObjectStore, from_url

from assay.jobs.intake.archive import name_refusal, too_large
from assay.jobs.intake.errors import (
    BadNameError,
    DuplicateNameError,
    HostNotAllowedError,
    SourceNotFoundError,
    StoreUnavailableError,
    UnreadableFileError,
)
from assay.jobs.intake.folder import FolderSource
from assay.jobs.intake.limits import Limits
from assay.jobs.intake.names import is_hidden, leaves_folder, shown, tidy
from assay.jobs.intake.outcome import Refusal, refusal
from assay.jobs.intake.source import Entry, Skip, Source

CheckHost = Callable[[str], bool]
"""Tells whether the server may speak to a host; gets `host` or `host:port` in lower case."""

_DEFAULT_HOSTS = {
    "s3": "s3.amazonaws.com",
    "s3a": "s3.amazonaws.com",
    "gs": "storage.googleapis.com",
    "az": "blob.core.windows.net",
    "adl": "blob.core.windows.net",
    "azure": "blob.core.windows.net",
    "abfs": "dfs.core.windows.net",
    "abfss": "dfs.core.windows.net",
}
_ENDPOINT_VARIABLES = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT", "AZURE_ENDPOINT", "GOOGLE_BASE_URL")
_SORTED_BY_THE_STORE = ("s3", "s3a", "gs", "az", "adl", "azure", "abfs", "abfss")
_CHUNK = 1 << 20
_PAGE = 1000
_PATIENCE = {"max_retries": 4, "retry_timeout": timedelta(seconds=60)}


def no_host(host: str) -> bool:
    """Allow no host at all, which is the default: an administrator names those that are."""
    del host
    return False


def open_prefix(
    url: str,
    limits: Limits,
    *,
    options: Mapping[str, Any] | None = None,
    check_host: CheckHost = no_host,
) -> Source:
    """Open a prefix of an object store.

    Args:
        url: `s3://bucket/prefix`, `gs://`, `az://`, `https://` or `file:///folder`; from the server's settings with at
            most a longer prefix from a person, never a URL out of a request.
        limits: bounds on each object.
        options: credentials, region and endpoint as `obstore.store.from_url` takes them, from the server's settings.
        check_host: the allow-list; asked for every host that the URL, the options or the environment name.

    Raises:
        HostNotAllowedError: a host is not on the list.
        SourceNotFoundError: the address cannot be read as one.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderSource(Path(unquote(parts.path)), limits, ref=url.rstrip("/"))
    given = dict(options or {})
    for host in _hosts(url, given):
        if not check_host(host):
            raise HostNotAllowedError(f"host {shown(host)!r} is not on the list of allowed stores")
    try:
        store: ObjectStore = from_url(url, **{"retry_config": _PATIENCE, **given})
    except (BaseError, ValueError):
        raise SourceNotFoundError(
            f"{shown(public_address(url))!r} is no address of a store that is known here"
        ) from None
    return ObjectSource(store, url, limits, is_sorted=parts.scheme in _SORTED_BY_THE_STORE)


def public_address(url: str) -> str:
    """Drop user, password, query and fragment of a URL."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}{parts.path}".rstrip("/")


def _hosts(url: str, options: Mapping[str, Any]) -> set[str]:
    """Every host that the store would speak to: the URL's own, those in options, those in the environment."""
    scheme = urlsplit(url).scheme
    if scheme in ("http", "https"):
        return {_host(url)}
    named = {_host(value) for value in _texts(options) if "://" in value}
    if scheme in _DEFAULT_HOSTS:
        named |= {_host(os.environ[name]) for name in _ENDPOINT_VARIABLES if os.environ.get(name)}
    return named or ({_DEFAULT_HOSTS[scheme]} if scheme in _DEFAULT_HOSTS else set())


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2].lower()


class ObjectSource(Source):
    """The objects below a prefix; those of stores that list in order as they come, others sorted."""

    def __init__(self, store: ObjectStore, url: str, limits: Limits, *, is_sorted: bool) -> None:
        super().__init__(public_address(url))
        self._store = store
        self._limits = limits
        self._is_sorted = is_sorted

    def entries(self, skip: Skip) -> Iterator[Entry | Refusal]:
        """Yield the objects; their names are a stranger's and are judged like those in an archive."""
        self.n_hidden = 0
        spellings: set[str] = set()
        for path, n_bytes in self._listed():
            name = tidy(path)
            if not name or path.endswith("/"):
                continue
            if is_hidden(name):
                self.n_hidden += 1
            elif (refused := self._judge(path, name, spellings)) is not None:
                yield refused
            elif not skip(name):
                yield Entry(name, self._reader(path, n_bytes), n_bytes, f"{self.name}/{quote(path)}")

    def _judge(self, path: str, name: str, spellings: set[str]) -> Refusal | None:
        if leaves_folder(path):
            return refusal(name, BadNameError("its name leads out of the prefix"))
        if name in spellings:
            return refusal(name, DuplicateNameError("another object has this name in another spelling"))
        spellings.add(name)
        return name_refusal(name, self._limits)

    def _listed(self) -> Iterator[tuple[str, int]]:
        pages = self._pages()
        return pages if self._is_sorted else iter(sorted(pages))

    def _pages(self) -> Iterator[tuple[str, int]]:
        try:
            for page in obstore.list(self._store, chunk_size=_PAGE):
                yield from ((str(meta["path"]), int(meta["size"])) for meta in page)
        except NotFoundError:
            raise SourceNotFoundError("no such bucket or prefix", name=self.name) from None
        except BaseError as error:
            raise StoreUnavailableError(_why(error), name=self.name) from None

    def _reader(self, path: str, n_bytes: int) -> Callable[[int], bytes]:
        def read(limit: int) -> bytes:
            if n_bytes > limit:
                raise too_large(n_bytes, limit)
            try:
                return self._read(path, limit)
            except NotFoundError:
                raise UnreadableFileError("it was listed and is gone") from None
            except BaseError as error:
                raise StoreUnavailableError(_why(error), name=self.name) from None

        return read

    def _read(self, path: str, limit: int) -> bytes:
        pieces, count = [], 0
        for piece in obstore.get(self._store, path).stream(min_chunk_size=_CHUNK):
            count += len(piece)
            if count > limit:
                raise too_large(count, limit)
            pieces.append(bytes(piece))
        return b"".join(pieces)


def _why(error: BaseError) -> str:
    """Say what happened without the store's own words, which may hold addresses, keys or another host's answer."""
    if isinstance(error, (PermissionDeniedError, UnauthenticatedError)):
        return "the store refuses the server's credentials"
    return "the store does not answer as it should"
