"""Opens zip, tar, tar.gz and gz: judges the whole archive first, then hands out its members one by one.

Two passes, so that an archive with a fault in its last member leaves nothing behind. Nothing is ever written to disk,
no name is ever used as a path, and an archive inside an archive is not opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from assay.jobs.intake.errors import (
    ArchiveError,
    ArchiveFormatError,
    BadNameError,
    CorruptArchiveError,
    EmptyArchiveError,
    FileTooLargeError,
    NestedArchiveError,
    UnsafeArchiveError,
)
from assay.jobs.intake.limits import Limits
from assay.jobs.intake.names import claims_picture, collision_key, is_hidden, parts_of, shown, tidy
from assay.jobs.intake.outcome import Refusal, refusal
from assay.jobs.intake.packed import GzipReader, view_of
from assay.jobs.intake.sniff import HEAD_BYTES, sniff
from assay.jobs.intake.source import Entry, Skip, Source
from assay.jobs.intake.tarread import BLOCK, Read, tar_members
from assay.jobs.intake.zipread import ZipMember, members_of, unpack

_ARCHIVE_ENDINGS = (
    ".zip",
    ".tar",
    ".tgz",
    ".gz",
    ".7z",
    ".rar",
    ".xz",
    ".bz2",
    ".zst",
    ".lz4",
    ".cab",
    ".tbz2",
    ".txz",
)
_ZIP_BASED = {
    "[content_types].xml": "an Office document",
    "meta-inf/manifest.mf": "a Java program",
    "androidmanifest.xml": "an Android program",
    "mimetype": "an OpenDocument or EPUB file",
}


class NameBook:
    """Remembers the names of an archive and refuses it when two of them would fall together on some system."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def add(self, name: str, *, is_folder: bool) -> None:
        """Note a member.

        Raises:
            UnsafeArchiveError: its name collides with an earlier one, as a file or as a folder.
        """
        parts = collision_key(name).split("/")
        key = "/".join(parts)
        parents = {"/".join(parts[:n]) for n in range(1, len(parts) + is_folder)}
        if not is_folder and key in self._files:
            raise UnsafeArchiveError(f"two members are called {shown(name)!r}, or only differ in case or spelling")
        if (not is_folder and key in self._folders) or parents & self._files:
            raise UnsafeArchiveError(f"{shown(name)!r} is a file and a folder at once")
        self._folders |= parents
        if not is_folder:
            self._files.add(key)


def open_archive(file: BinaryIO, name: str, limits: Limits) -> ArchiveSource:
    """Judge an archive and make it ready to be read.

    Args:
        file: a real file opened for reading, not changed by anyone until closed; the source closes it.
        name: how the sender called it.
        limits: bounds on members, sizes and ratio.

    Raises:
        ArchiveError: one of its kinds; the archive is refused whole.
    """
    try:
        return _open(file, name, limits)
    except ArchiveError as error:
        file.close()
        raise type(error)(error.reason, name=shown(name), hint=error.hint) from None
    except BaseException:
        file.close()
        raise


def _open(file: BinaryIO, name: str, limits: Limits) -> ArchiveSource:
    file.seek(0)
    head = file.read(HEAD_BYTES)
    found = sniff(head)
    if found.name == "ZIP archive":
        return ZipSource(file, name, limits)
    if found.name == "gzip file":
        reader = GzipReader(view_of(file), limits)
        if looks_like_tar(reader.read(BLOCK)):
            return TarSource(file, name, limits, packed=True)
        return GzipSource(file, name, limits)
    if looks_like_tar(head):
        return TarSource(file, name, limits, packed=False)
    if not head:
        raise CorruptArchiveError("it is empty")
    raise ArchiveFormatError(f"it is {found.name or 'no archive that is known here'}")


def looks_like_tar(head: bytes) -> bool:
    """Whether the first block is a tar header: its mark, or a checksum that fits."""
    if len(head) < BLOCK:
        return False
    if head[257:262] == b"ustar":
        return True
    told = head[148:156].strip(b" \x00")
    if not told or told.strip(b"01234567"):
        return False
    return int(told, 8) == sum(head[:148]) + sum(head[156:BLOCK]) + 8 * 0x20


class ArchiveSource(Source):
    """What the kinds of archive share: a judged file, its name, how many files and hidden files it has."""

    def __init__(self, file: BinaryIO, name: str, limits: Limits) -> None:
        super().__init__(name)
        self._file = file
        self._limits = limits

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _judge(self, members: Iterator[tuple[str, bool, Iterator[bytes]]]) -> None:
        book, n_files = NameBook(), 0
        for raw_name, is_folder, pieces in members:
            name = tidy(raw_name)
            if name:
                book.add(name, is_folder=is_folder)
            _judge_content(raw_name, pieces)
            if not is_folder:
                n_files += 1
                self.n_hidden += is_hidden(name)
        if not n_files:
            raise EmptyArchiveError("there is no file in it")
        self.n_entries = n_files - self.n_hidden

    def _wanted(self, raw_name: str, skip: Skip) -> tuple[str, Refusal | None]:
        """Give the tidy name, empty when the member is passed over; or the refusal of a name too long."""
        name = tidy(raw_name)
        if is_hidden(name) or skip(name):
            return "", None
        return name, name_refusal(name, self._limits)


def name_refusal(name: str, limits: Limits) -> Refusal | None:
    """Refuse a name that is too long or too deep to be listed; it says nothing about the other files."""
    parts = parts_of(name)
    longest = max((len(part.encode()) for part in parts), default=0)
    if longest > limits.max_name_bytes:
        return refusal(
            name, BadNameError(f"a part of its name has {longest} bytes, {limits.max_name_bytes} are allowed")
        )
    if len(parts) > limits.max_depth:
        return refusal(name, BadNameError(f"it lies {len(parts)} folders deep, {limits.max_depth} are allowed"))
    return None


def _judge_content(name: str, pieces: Iterator[bytes]) -> None:
    """Read a member to its end, so that size and checksum are proven, and refuse an archive inside."""
    head = b""
    for piece in pieces:
        if len(head) < HEAD_BYTES:
            head += piece[:HEAD_BYTES]
    found = sniff(head[:HEAD_BYTES])
    if found.archive and (claims_picture(name) or name.lower().endswith(_ARCHIVE_ENDINGS)):
        raise NestedArchiveError(f"member {shown(name)!r} is a {found.name}")


class ZipSource(ArchiveSource):
    """A zip archive; its members can be read side by side."""

    def __init__(self, file: BinaryIO, name: str, limits: Limits) -> None:
        super().__init__(file, name, limits)
        self._members = members_of(file, limits)
        _refuse_zip_based({m.name.lower() for m in self._members})
        self._judge((m.name, m.is_folder, unpack(file, m, limits)) for m in self._members)

    def entries(self, skip: Skip) -> Iterator[Entry | Refusal]:
        """Yield the members in the order of the directory."""
        for member in self._members:
            name, refused = self._wanted(member.name, skip)
            if refused is not None:
                yield refused
            elif name and not member.is_folder:
                yield Entry(name, self._reader(member), n_bytes=member.n_bytes)

    def _reader(self, member: ZipMember) -> Callable[[int], bytes]:
        def read(limit: int) -> bytes:
            if member.n_bytes > limit:
                raise too_large(member.n_bytes, limit)
            return b"".join(unpack(view_of(self._file), member, self._limits))

        return read


def _refuse_zip_based(names: set[str]) -> None:
    if names and all(name.endswith(".npy") for name in names):
        raise ArchiveFormatError("it is a NumPy file, not an archive of pictures")
    for mark, what in _ZIP_BASED.items():
        if mark in names:
            raise ArchiveFormatError(f"it is {what}, not an archive of pictures")


class TarSource(ArchiveSource):
    """A tar archive, plain or through gzip; read in order, one member held at a time."""

    def __init__(self, file: BinaryIO, name: str, limits: Limits, *, packed: bool) -> None:
        super().__init__(file, name, limits)
        self._packed = packed
        self._judge((m.name, m.is_folder, m.pieces) for m in tar_members(self._stream(), limits))

    def _stream(self) -> Read:
        view = view_of(self._file)
        return GzipReader(view, self._limits).read if self._packed else view.read

    def entries(self, skip: Skip) -> Iterator[Entry | Refusal]:
        """Yield the members in order; each is read before it is yielded, as a stream cannot go back."""
        for member in tar_members(self._stream(), self._limits):
            name, refused = self._wanted(member.name, skip)
            if refused is not None:
                yield refused
            elif name and not member.is_folder:
                yield held(name, member.pieces, member.n_bytes, self._limits)


class GzipSource(ArchiveSource):
    """One file packed by gzip; its name is that of the archive without its ending."""

    def __init__(self, file: BinaryIO, name: str, limits: Limits) -> None:
        super().__init__(file, name, limits)
        inner = parts_of(name)[-1:] or ["picture"]
        self._inner = inner[0][:-3] if inner[0].lower().endswith(".gz") and len(inner[0]) > len(".gz") else inner[0]
        reader = GzipReader(view_of(file), limits)
        self._judge(iter([(self._inner, False, iter(lambda: reader.read(1 << 16), b""))]))

    def entries(self, skip: Skip) -> Iterator[Entry | Refusal]:
        """Yield the one file."""
        name, refused = self._wanted(self._inner, skip)
        if refused is not None:
            yield refused
        elif name:
            reader = GzipReader(view_of(self._file), self._limits)
            yield held(name, iter(lambda: reader.read(1 << 16), b""), None, self._limits)


def held(name: str, pieces: Iterator[bytes], n_bytes: int | None, limits: Limits) -> Entry | Refusal:
    """Read a member of a stream now, up to the limit of one file; beyond it the member is refused."""
    parts: list[bytes] = []
    count = 0
    for piece in pieces:
        count += len(piece)
        if count > limits.max_file_bytes:
            parts.clear()
        else:
            parts.append(piece)
    if count > limits.max_file_bytes:
        return refusal(name, too_large(n_bytes or count, limits.max_file_bytes))
    data = b"".join(parts)

    def read(limit: int) -> bytes:
        if len(data) > limit:
            raise too_large(len(data), limit)
        return data

    return Entry(name, read, n_bytes=len(data))


def too_large(n_bytes: int, limit: int) -> FileTooLargeError:
    """Say that a file has more bytes than a picture may have."""
    return FileTooLargeError(f"{n_bytes} bytes, {limit} are allowed")
