"""Reads tar archives as a stream, strictly: plain files and folders only, every header checked, names judged.

The standard library's reader takes what extended headers say at any length, into memory, and follows names that swap
the one in the header; here those headers are capped and both names are judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from assay.jobs.intake.errors import ArchiveTooLargeError, CorruptArchiveError, UnsafeArchiveError
from assay.jobs.intake.limits import Limits
from assay.jobs.intake.names import leaves_folder, shown

BLOCK = 512
_MAX_EXTENDED_BYTES = 1 << 16
_CHUNK = 1 << 16
_FILES, _FOLDER = b"0\x007", b"5"
_PAX, _PAX_GLOBAL, _LONG_NAME, _LONG_LINK = b"x", b"g", b"L", b"K"
_KINDS = {b"1": "a hard link", b"2": "a link", b"3": "a device", b"4": "a device", b"6": "a pipe", b"S": "sparse"}

Read = Callable[[int], bytes]


@dataclass(slots=True)
class TarMember:
    """One plain file or folder.

    Attributes:
        name: as decoded; not yet normalised.
        is_folder: an entry without content.
        n_bytes: size of the content.
        pieces: the content in order; what is left of it when the next member is asked for is passed over.
    """

    name: str
    is_folder: bool
    n_bytes: int
    pieces: Iterator[bytes]


@dataclass(slots=True)
class _Extended:
    """What extended headers said about the member that follows."""

    path: str | None = None
    size: int | None = None


@dataclass(slots=True)
class _Stream:
    """The archive as a stream that knows how much of the current member is still to come."""

    read: Read
    left: int = 0
    padding: int = 0
    started: bool = field(default=False)

    def block(self) -> bytes:
        """Read one block, or nothing at the very end."""
        data = self.read(BLOCK)
        if data and len(data) < BLOCK:
            raise CorruptArchiveError("it is cut")
        return data

    def content(self, n_bytes: int) -> Iterator[bytes]:
        """Yield the content of the current member."""
        self.left, self.padding = n_bytes, -n_bytes % BLOCK
        while self.left:
            piece = self.read(min(_CHUNK, self.left))
            if not piece:
                raise CorruptArchiveError("it is cut")
            self.left -= len(piece)
            yield piece
        if len(self.read(self.padding)) < self.padding:
            raise CorruptArchiveError("it is cut")
        self.padding = 0


def tar_members(read: Read, limits: Limits) -> Iterator[TarMember]:
    """Yield the members of a tar stream in order.

    Args:
        read: gives up to so many bytes, fewer only at the end of the stream.
        limits: bounds on members and sizes; sizes are what headers claim, which is also what is read.

    Raises:
        ArchiveError: one of its kinds, when the first broken rule is met.
    """
    stream, extended = _Stream(read), _Extended()
    n_members = total = 0
    while header := _next_header(stream):
        kind, size = header[156:157], _size(header)
        if kind in (_PAX, _PAX_GLOBAL, _LONG_NAME, _LONG_LINK):
            _extend(extended, kind, _extended_bytes(stream, size))
            continue
        size = size if extended.size is None else extended.size
        n_members, total = n_members + 1, total + size
        if n_members > limits.max_members or total > limits.max_archive_bytes:
            raise ArchiveTooLargeError(f"over {limits.max_members} members or {limits.max_archive_bytes} bytes")
        member = _member(header, extended, kind, 0 if kind == _FOLDER else size, stream)
        yield member
        for _ in member.pieces:  # whatever the caller left unread
            pass
        extended = _Extended()
    if extended != _Extended():
        raise CorruptArchiveError("it ends after the header of a member")


def _next_header(stream: _Stream) -> bytes:
    header = stream.block()
    if not header or not header.strip(b"\x00"):
        if not header and not stream.started:
            raise CorruptArchiveError("it is empty")
        _check_end(stream, header)
        return b""
    stream.started = True
    _check_sum(header)
    return header


def _check_end(stream: _Stream, header: bytes) -> None:
    """After the first block of zeros there is nothing but zeros; without any such block the archive was cut."""
    if not header:
        raise CorruptArchiveError("its end mark is missing: it is cut")
    while data := stream.read(_CHUNK):
        if data.strip(b"\x00"):
            raise UnsafeArchiveError("it goes on behind its end mark, so programs disagree about what is in it")


def _check_sum(header: bytes) -> None:
    told = _octal(header[148:156])
    counted = sum(header[:148]) + sum(header[156:]) + 8 * 0x20
    signed = counted - 256 * sum(byte > 127 for i, byte in enumerate(header) if not 148 <= i < 156)
    if told not in (counted, signed):
        raise CorruptArchiveError("the checksum of a header is wrong")


def _octal(text: bytes) -> int:
    if text[:1] == b"\x80":
        return int.from_bytes(text[1:], "big")
    digits = text.strip(b" \x00")
    if not digits:
        return 0
    if digits.strip(b"01234567"):
        raise CorruptArchiveError("a number in a header is none")
    return int(digits, 8)


def _size(header: bytes) -> int:
    return _octal(header[124:136])


def _extended_bytes(stream: _Stream, size: int) -> bytes:
    if size > _MAX_EXTENDED_BYTES:
        raise ArchiveTooLargeError(f"an extended header of {size} bytes")
    return b"".join(stream.content(size))


def _extend(extended: _Extended, kind: bytes, data: bytes) -> None:
    if kind == _LONG_NAME:
        extended.path = _text(data.split(b"\x00", 1)[0])
    elif kind == _LONG_LINK:
        raise UnsafeArchiveError("it holds a link")
    else:
        records = _pax_records(data)
        if kind == _PAX_GLOBAL and records.keys() & {"path", "size", "linkpath"}:
            raise UnsafeArchiveError("a global header renames or resizes every member")
        if any(key.startswith("GNU.sparse") for key in records):
            raise UnsafeArchiveError("it holds a sparse file")
        if "path" in records:
            extended.path = records["path"]
        if "size" in records:
            extended.size = _decimal(records["size"])


def _pax_records(data: bytes) -> dict[str, str]:
    """Parse records of the form length, space, key, equals sign, value, line feed."""
    records: dict[str, str] = {}
    while data:
        digits, _, _ = data.partition(b" ")
        length = _decimal(digits.decode("latin-1"))
        record = data[len(digits) + 1 : length]
        if not len(digits) < length <= len(data) or not record.endswith(b"\n") or b"=" not in record:
            raise CorruptArchiveError("an extended header is damaged")
        key, _, value = record[:-1].partition(b"=")
        records[_text(key)] = _text(value)
        data = data[length:]
    return records


def _decimal(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise CorruptArchiveError("a number in an extended header is none")
    return int(text)


def _text(data: bytes, errors: str = "strict") -> str:
    try:
        return data.decode("utf-8", errors)
    except UnicodeDecodeError:
        raise UnsafeArchiveError("a name in it is not UTF-8") from None


def _member(header: bytes, extended: _Extended, kind: bytes, size: int, stream: _Stream) -> TarMember:
    plain = _header_name(header, "strict" if extended.path is None else "replace")
    name = plain if extended.path is None else extended.path
    for reading in (name, plain):
        if leaves_folder(reading):
            raise UnsafeArchiveError(f"member {shown(reading)!r} leads out of the folder")
    if kind != _FOLDER and kind not in (_FILES[i : i + 1] for i in range(len(_FILES))):
        raise UnsafeArchiveError(f"member {shown(name)!r} is {_KINDS.get(kind, 'of an unknown kind')}")
    if not name:
        raise UnsafeArchiveError("a member has no name")
    return TarMember(name, kind == _FOLDER or name.endswith("/"), size, stream.content(size))


def _header_name(header: bytes, errors: str) -> str:
    """Give the name in the header itself, which a longer one may have cut in the middle of a letter."""
    name = _text(header[:100].split(b"\x00", 1)[0], errors)
    prefix = _text(header[345:500].split(b"\x00", 1)[0], errors) if header[257:263] == b"ustar\x00" else ""
    return f"{prefix}/{name}" if prefix else name
