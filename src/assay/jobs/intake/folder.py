"""Reads a folder, or one file, without ever leaving it: links out, devices and races are refused, not followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from assay.jobs.intake.archive import name_refusal, open_archive, too_large
from assay.jobs.intake.errors import (
    BadNameError,
    DuplicateNameError,
    SourceNotFoundError,
    SpecialFileError,
    UnreadableFileError,
    UnsafeLinkError,
)
from assay.jobs.intake.limits import Limits
from assay.jobs.intake.names import is_hidden, shown, tidy
from assay.jobs.intake.outcome import Refusal, refusal
from assay.jobs.intake.sniff import HEAD_BYTES, sniff
from assay.jobs.intake.source import Entry, Skip, Source

_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_FOLDER = _READ | os.O_DIRECTORY
_CHUNK = 1 << 20
_UNPACKED = ("ZIP archive", "gzip file", "tar archive")


def open_path(path: Path, limits: Limits) -> Source:
    """Open what lies at a path of this machine: a folder, an archive, or one file.

    Only for paths that the caller may name (command line, server settings), never for a path out of a request.

    Raises:
        SourceNotFoundError: there is nothing, or no plain file or folder.
        ArchiveError: it is an archive and is refused.
    """
    if path.is_dir():
        return FolderSource(path, limits)
    if not path.is_file():
        raise SourceNotFoundError("no such file or folder", name=shown(path.name or str(path)))
    try:
        file = path.open("rb")
    except OSError as error:
        raise SourceNotFoundError(_why(error), name=shown(path.name)) from None
    head = file.read(HEAD_BYTES)
    if sniff(head).name in _UNPACKED or path.suffix.lower() in (".zip", ".tar", ".gz", ".tgz", ".npz"):
        return open_archive(file, path.name, limits)
    file.close()
    return FileSource(path)


def _why(error: OSError) -> str:
    return (error.strerror or "cannot be read").lower()


class FileSource(Source):
    """One picture."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.name, 1)
        self._path = path

    def entries(self, skip: Skip) -> Iterator[Entry | Refusal]:
        """Yield the one file."""
        name = tidy(self.name)
        if not skip(name):
            yield Entry(name, self._read, is_asked_for=True)

    def _read(self, limit: int) -> bytes:
        try:
            return read_descriptor(os.open(self._path, _READ & ~os.O_NOFOLLOW), limit)
        except OSError as error:
            raise UnreadableFileError(_why(error)) from None


class FolderSource(Source):
    """A folder and all below it, in the order of names: the files of a folder first, then its folders."""

    def __init__(self, root: Path, limits: Limits, ref: str | None = None) -> None:
        """Open the folder; `ref` is its address when its files are kept by reference."""
        super().__init__(root.name)
        self._ref = ref
        self._limits = limits
        try:
            self._root = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise SourceNotFoundError(_why(error), name=shown(root.name)) from None
        self._real = os.path.realpath(root)

    def close(self) -> None:
        """Close the folder."""
        os.close(self._root)

    def entries(self, skip: Skip) -> Iterator[Entry | Refusal]:
        """Yield plain files; links that leave the folder, devices and odd names as refusals."""
        self.n_hidden = 0
        yield from self._walk((), skip)

    def _walk(self, parts: tuple[str, ...], skip: Skip) -> Iterator[Entry | Refusal]:
        try:
            folder = open_inside(self._root, parts, _FOLDER)
        except OSError as error:
            yield refusal("/".join(parts), UnreadableFileError(f"the folder: {_why(error)}"))
            return
        try:
            found = sorted(((e.name, e.is_dir(follow_symlinks=False)) for e in os.scandir(folder)), key=lambda e: e[0])
        finally:
            os.close(folder)
        spellings: set[str] = set()
        for name, is_folder in found:
            if not is_folder:
                yield from self._file((*parts, name), spellings, skip)
        for name, is_folder in found:
            if is_folder and not is_hidden(f"{name}/x"):
                yield from self._walk((*parts, name), skip)

    def _file(self, parts: tuple[str, ...], spellings: set[str], skip: Skip) -> Iterator[Entry | Refusal]:
        raw, name = "/".join(parts), tidy("/".join(parts))
        if is_hidden(parts[-1]):
            self.n_hidden += 1
        elif (refused := self._judge(raw, name, spellings)) is not None:
            yield refused
        elif not skip(name):
            ref = f"{self._ref}/{quote(raw)}" if self._ref is not None else None
            yield Entry(name, lambda limit: self._read(parts, limit), ref=ref)

    def _judge(self, raw: str, name: str, spellings: set[str]) -> Refusal | None:
        try:
            raw.encode()
        except UnicodeEncodeError:
            return refusal(raw, BadNameError("its name is not UTF-8"))
        if name in spellings:
            return refusal(name, DuplicateNameError("another file has this name in another spelling"))
        spellings.add(name)
        return name_refusal(name, self._limits)

    def _read(self, parts: tuple[str, ...], limit: int) -> bytes:
        try:
            return read_descriptor(open_inside(self._root, self._resolved(parts), _READ), limit)
        except OSError as error:
            raise UnreadableFileError(_why(error)) from None

    def _resolved(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """Give the parts of the file itself: a link is followed only to a place inside the folder."""
        path = os.path.join(self._real, *parts)  # noqa: PTH118 - joined to be resolved, and opened part by part after it
        if not os.path.islink(path):  # noqa: PTH114 - plain text paths throughout, see above
            return parts
        inside = Path(os.path.relpath(os.path.realpath(path), self._real)).parts
        if inside[:1] == (os.pardir,):
            raise UnsafeLinkError("it is a link that leaves the folder")
        return inside


def open_inside(root: int, parts: tuple[str, ...], flags: int) -> int:
    """Open a path part by part below an open folder, following no link at any step.

    Raises:
        OSError: a part is missing, is a link, or may not be read.
    """
    at = os.dup(root)
    for i, part in enumerate(parts):
        try:
            deeper = os.open(part, flags if i == len(parts) - 1 else _FOLDER, dir_fd=at)
        finally:
            os.close(at)
        at = deeper
    return at


def read_descriptor(descriptor: int, limit: int) -> bytes:
    """Read a plain file up to `limit` bytes and close it.

    Raises:
        PictureError: it is no plain file, or has more bytes.
    """
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise SpecialFileError("it is a device, pipe or folder, not a plain file")
        if status.st_size > limit:
            raise too_large(status.st_size, limit)
        return _read_up_to(descriptor, limit)
    finally:
        os.close(descriptor)


def _read_up_to(descriptor: int, limit: int) -> bytes:
    parts, count = [], 0
    while piece := os.read(descriptor, _CHUNK):
        count += len(piece)
        if count > limit:
            raise too_large(count, limit)
        parts.append(piece)
    return b"".join(parts)
