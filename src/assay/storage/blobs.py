"""Content-addressed bytes: named by their SHA-256, in a local folder or an object store, never overwritten."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import BaseError
from obstore.exceptions import NotFoundError as _StoreNotFound

from assay.storage.errors import BlobDamagedError, BlobMissingError, BlobsAwayError, DiskFullError

_SHA256 = re.compile(r"[0-9a-f]{64}")
INCOMING = "incoming"
LEFT_OVER_S = 86_400.0
"""Age at which a half-written file of a killed process is swept away."""


class Blobs:
    """A store of blobs.

    Args:
        url: `file:///folder`, `s3://bucket/prefix`, `gs://...`, `az://...` or `memory:///`.
        options: settings for the object store, from the server's own configuration only.
    """

    def __init__(self, url: str, options: dict[str, Any] | None = None) -> None:
        self._folder: _Folder | None = None
        self._store: Any = None
        if url.startswith("file://"):
            self._folder = _Folder(Path(url.removeprefix("file://")))
        else:
            self._store = obstore.store.from_url(url, **(options or {}))

    @property
    def folder(self) -> Path | None:
        """The local folder, when there is one."""
        return self._folder.path if self._folder else None

    def put(self, data: bytes) -> str:
        """Keep `data`, durably; returns its SHA-256 as hex. Keeping the same bytes twice costs one look."""
        sha256 = hashlib.sha256(data).hexdigest()
        if self._folder is not None:
            self._folder.put(sha256, data)
        elif not self.has(sha256):
            with _reachable():
                obstore.put(self._store, path_of(sha256), data)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes, checked against their hash.

        Raises:
            BlobMissingError: nothing has this hash.
            BlobDamagedError: the stored bytes have another hash.
        """
        try:
            if self._folder is not None:
                data = self._folder.file(sha256).read_bytes()
            else:
                with _reachable():
                    data = bytes(obstore.get(self._store, path_of(sha256)).bytes())
        except (FileNotFoundError, _StoreNotFound):
            raise BlobMissingError(sha256) from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise BlobDamagedError(sha256)
        return data

    def has(self, sha256: str) -> bool:
        """Whether there is such a blob."""
        if self._folder is not None:
            return self._folder.file(sha256).is_file()
        try:
            with _reachable():
                obstore.head(self._store, path_of(sha256))
        except (FileNotFoundError, _StoreNotFound):
            return False
        return True

    def drop(self, sha256: str) -> None:
        """Remove a blob that nothing refers to; a blob that is not there is no error."""
        if self._folder is not None:
            self._folder.file(sha256).unlink(missing_ok=True)
            return
        try:
            with _reachable():
                obstore.delete(self._store, path_of(sha256))
        except (FileNotFoundError, _StoreNotFound):
            return

    def hashes(self) -> Iterator[str]:
        """Every blob's hash, in no particular order."""
        if self._folder is not None:
            yield from self._folder.hashes()
            return
        with _reachable():
            for page in obstore.list(self._store):
                for meta in page:
                    name = str(meta["path"]).rsplit("/", 1)[-1]
                    if _SHA256.fullmatch(name):
                        yield name


class _Folder:
    """Blobs as files. A file gets its name only after its bytes are on the disk, so a named file is a whole one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._incoming = path / INCOMING
        self._incoming.mkdir(parents=True, exist_ok=True)
        for left_over in self._incoming.iterdir():
            if time.time() - left_over.stat().st_mtime > LEFT_OVER_S:
                left_over.unlink(missing_ok=True)

    def file(self, sha256: str) -> Path:
        return self.path / path_of(sha256)

    def put(self, sha256: str, data: bytes) -> None:
        file = self.file(sha256)
        try:
            if not self._is_whole(file, len(data)):
                self._write(file, data)
            # Another thread, or a process killed here, may have named the file without making the name durable.
            for folder in (file.parent, file.parent.parent, self.path):
                sync_folder(folder)
        except OSError as error:
            raise _fault(error) from error

    def _is_whole(self, file: Path, size: int) -> bool:
        return file.is_file() and file.stat().st_size == size

    def _write(self, file: Path, data: bytes) -> None:
        draft = self._incoming / secrets.token_hex(16)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            file.parent.mkdir(parents=True, exist_ok=True)
            draft.replace(file)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise

    def hashes(self) -> Iterator[str]:
        for first in sorted(self.path.iterdir()):
            if first.name != INCOMING and first.is_dir():
                yield from (p.name for p in sorted(first.glob("*/*")) if _SHA256.fullmatch(p.name))


class _reachable:  # noqa: N801 - reads as a word in a with statement
    """Turns an object store's own failures into ours; "not there" passes."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, BaseError) and not isinstance(error, (FileNotFoundError, _StoreNotFound)):
            raise BlobsAwayError(type(error).__name__) from error


def _fault(error: OSError) -> Exception:
    return (
        DiskFullError()
        if error.errno in {errno.ENOSPC, errno.EDQUOT}
        else BlobsAwayError(error.strerror or "I/O error")
    )


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def path_of(sha256: str) -> str:
    """Where a blob lies below its store.

    Raises:
        BlobMissingError: the name is no SHA-256, so nothing can lie there.
    """
    if not _SHA256.fullmatch(sha256):
        raise BlobMissingError(sha256)
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
