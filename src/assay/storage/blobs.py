"""Content-addressed bytes: named by their SHA-256, in a local folder or an object store, never overwritten."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import NotFoundError as _StoreNotFound

from assay.storage.errors import BlobDamagedError, BlobMissingError


class Blobs:
    """A store of blobs.

    Args:
        url: `file:///folder`, `s3://bucket/prefix`, `gs://...`, `az://...` or `memory:///`.
        options: settings for the object store, from the server's own configuration only.
    """

    def __init__(self, url: str, options: dict[str, Any] | None = None) -> None:
        self._folder: Path | None = None
        if url.startswith("file://"):
            self._folder = Path(url.removeprefix("file://"))
            self._folder.mkdir(parents=True, exist_ok=True)
            self._store: Any = obstore.store.LocalStore(self._folder)
        else:
            self._store = obstore.store.from_url(url, **(options or {}))

    @property
    def folder(self) -> Path | None:
        """The local folder, when there is one."""
        return self._folder

    def put(self, data: bytes) -> str:
        """Keep `data`, durably; returns its SHA-256 as hex. Keeping the same bytes twice costs one look."""
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.has(sha256):
            obstore.put(self._store, _path(sha256), data)
            self._sync(sha256)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes, checked against their hash.

        Raises:
            BlobMissingError: nothing has this hash.
            BlobDamagedError: the stored bytes have another hash.
        """
        try:
            data = bytes(obstore.get(self._store, _path(sha256)).bytes())
        except (FileNotFoundError, _StoreNotFound):
            raise BlobMissingError(sha256) from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise BlobDamagedError(sha256)
        return data

    def has(self, sha256: str) -> bool:
        """Whether there is such a blob."""
        try:
            obstore.head(self._store, _path(sha256))
        except (FileNotFoundError, _StoreNotFound):
            return False
        return True

    def drop(self, sha256: str) -> None:
        """Remove a blob that nothing refers to."""
        obstore.delete(self._store, _path(sha256))

    def hashes(self) -> Iterator[str]:
        """Every blob's hash, in no particular order."""
        for page in obstore.list(self._store):
            for meta in page:
                name = str(meta["path"]).rsplit("/", 1)[-1]
                if len(name) == 64:  # noqa: PLR2004 - a SHA-256 as hex
                    yield name

    def _sync(self, sha256: str) -> None:
        """The local store writes and renames but does not synchronise; an acknowledged blob must survive power loss."""
        if self._folder is None:
            return
        file = self._folder / _path(sha256)
        for path in (file, file.parent, file.parent.parent):
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def _path(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
