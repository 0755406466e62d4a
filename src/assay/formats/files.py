"""Where labels are read from and written to: a folder on disk or a dictionary in memory, behind one face."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from assay.formats.errors import FolderExistsError, TooLargeError, UnknownFormatError
from assay.formats.limits import MAX_FILES, MIB
from assay.formats.paths import join_inside

_JUNK = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})


class Files(Protocol):
    """Named byte strings to read from; names are relative, with /, and sorted."""

    def names(self) -> Sequence[str]:
        """All names, sorted; hidden files, links and special files are never among them."""
        ...

    def size_bytes(self, name: str) -> int:
        """Length of one file."""
        ...

    def read(self, name: str, *, cap_bytes: int) -> bytes:
        """The whole file; `TooLargeError` above the cap, before the memory is used."""
        ...

    def open(self, name: str) -> BinaryIO:
        """The file as a stream from its beginning; the caller closes it."""
        ...


class Sink(Protocol):
    """Named byte strings to write to; a name is written once."""

    def write(self, name: str, data: bytes) -> None:
        """Write a whole file."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Start a new file; the caller closes it."""
        ...


class DictFiles:
    """Files in memory, for tests and for small uploads."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = {name: contents[name] for name in sorted(contents)}
        self._names = tuple(self._contents)

    def names(self) -> Sequence[str]:
        """All names, sorted."""
        return self._names

    def size_bytes(self, name: str) -> int:
        """Length of one file."""
        return len(self._contents[name])

    def read(self, name: str, *, cap_bytes: int) -> bytes:
        """The whole file, or `TooLargeError`."""
        check_cap(name, len(self._contents[name]), cap_bytes)
        return self._contents[name]

    def open(self, name: str) -> BinaryIO:
        """The file as a stream."""
        return io.BytesIO(self._contents[name])


class FolderFiles:
    """Files below a folder. Links, special files, hidden files and the litter of desktops are passed over."""

    def __init__(self, root: Path, *, hidden: bool = False) -> None:
        if not root.is_dir():
            raise UnknownFormatError(f"{root.name} is not a folder.", hint="Give a folder or an archive of labels.")
        self._root = root
        self._sizes: dict[str, int] = {}
        self._list("", hidden=hidden)
        self._names = tuple(sorted(self._sizes))

    def _list(self, folder: str, *, hidden: bool) -> None:
        pending = [folder]
        while pending:
            here = pending.pop()
            with os.scandir(self._root / here) as entries:
                for entry in entries:
                    if entry.name in _JUNK or (entry.name.startswith(".") and not hidden) or not _is_text(entry.name):
                        continue
                    name = f"{here}/{entry.name}" if here else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(name)
                    elif entry.is_file(follow_symlinks=False):
                        self._sizes[name] = entry.stat(follow_symlinks=False).st_size
            if len(self._sizes) > MAX_FILES:
                raise TooLargeError("The number of files", limit=f"{MAX_FILES}")

    def names(self) -> Sequence[str]:
        """All names, sorted, as they stood when the folder was listed."""
        return self._names

    def size_bytes(self, name: str) -> int:
        """Length of one file when the folder was listed."""
        return self._sizes[name]

    def read(self, name: str, *, cap_bytes: int) -> bytes:
        """The whole file, or `TooLargeError`; counts what is read, not what was promised."""
        check_cap(name, self._sizes[name], cap_bytes)
        with self.open(name) as stream:
            data = stream.read(cap_bytes + 1)
        check_cap(name, len(data), cap_bytes)
        return data

    def open(self, name: str) -> BinaryIO:
        """The file as a stream; a link that took its place is refused."""
        if name not in self._sizes:
            raise KeyError(name)
        return os.fdopen(os.open(self._root / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")


class DictSink:
    """Collects what is written in memory; `files()` reads it back."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    def write(self, name: str, data: bytes) -> None:
        """Keep a whole file."""
        with self.open(name) as stream:
            stream.write(data)

    def open(self, name: str) -> BinaryIO:
        """Start a new file."""
        safe = join_inside("", name)
        if safe in self.contents:
            raise FolderExistsError(safe)
        self.contents[safe] = b""
        return _KeptBytes(self.contents, safe)

    def files(self) -> DictFiles:
        """What was written, to read from."""
        return DictFiles(self.contents)


class _KeptBytes(io.BytesIO):
    """A stream that leaves its bytes in a dictionary when closed."""

    def __init__(self, contents: dict[str, bytes], name: str) -> None:
        super().__init__()
        self._contents, self._file_name = contents, name

    def close(self) -> None:
        if not self.closed:
            self._contents[self._file_name] = self.getvalue()
        super().close()


class FolderSink:
    """Writes below a folder, which is made when missing; never over an existing file and never through a link."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, name: str, data: bytes) -> None:
        """Write a whole file."""
        with self.open(name) as stream:
            stream.write(data)

    def open(self, name: str) -> BinaryIO:
        """Start a new file."""
        path = self._root / join_inside("", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        except FileExistsError:
            raise FolderExistsError(name) from None
        return os.fdopen(descriptor, "wb")


def check_cap(name: str, size_bytes: int, cap_bytes: int) -> None:
    """Refuse a file above its cap."""
    if size_bytes > cap_bytes:
        raise TooLargeError(f"{name} ({size_bytes} bytes)", limit=f"{cap_bytes // MIB} MiB a file")


def head(files: Files, name: str, n_bytes: int = 65_536) -> bytes:
    """The first bytes of a file, to tell what it is."""
    with files.open(name) as stream:
        return stream.read(n_bytes)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
