"""Reads zip archives strictly: one end record, one reading of every name, no overlap, nothing taken on trust.

The standard library's reader follows the central directory alone and accepts what other programs read differently.
Here the local headers must say the same, every member has bytes of its own, and sizes are counted, not believed.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from assay.jobs.intake.errors import (
    ArchiveTooLargeError,
    CorruptArchiveError,
    EncryptedArchiveError,
    UnsafeArchiveError,
    UnsupportedCompressionError,
)
from assay.jobs.intake.limits import Limits
from assay.jobs.intake.names import leaves_folder, readings_of, shown

_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_MARK = 0xFFFFFFFF
_MARK16 = 0xFFFF
_UTF8, _ENCRYPTED, _DESCRIPTOR = 0x800, 0x2041, 0x8
_STORED, _DEFLATED = 0, 8
_LINK, _TYPE_BITS, _FILE, _FOLDER = 0o120000, 0o170000, 0o100000, 0o040000
_DOS_FOLDER = 0x10
_UNIX = 3
_CENTRAL_BYTES_A_MEMBER = 1024
_CHUNK = 1 << 16
_UNICODE_PATH, _ZIP64 = 0x7075, 0x0001


@dataclass(frozen=True, slots=True)
class ZipMember:
    """One entry of the central directory that agreed with its local header.

    Attributes:
        name: as decoded; not yet normalised.
        is_folder: an entry without content.
        method: 0 stored, 8 deflated.
        crc: of the unpacked bytes.
        n_packed: bytes in the archive.
        n_bytes: bytes it claims to unpack to; counted again while reading.
        start: where its packed bytes begin.
    """

    name: str
    is_folder: bool
    method: int
    crc: int
    n_packed: int
    n_bytes: int
    start: int


def members_of(file: BinaryIO, limits: Limits) -> list[ZipMember]:
    """Read and judge the whole directory before any member is unpacked.

    Raises:
        ArchiveError: one of its kinds, for the first rule that is broken; the archive is then refused whole.
    """
    size = file.seek(0, 2)
    offset, n_bytes, n_members = _end_record(file, size)
    if n_members > limits.max_members:
        raise ArchiveTooLargeError(f"{n_members} members, {limits.max_members} are allowed")
    if n_bytes > (n_members + 1) * _CENTRAL_BYTES_A_MEMBER * 64 or offset + n_bytes > size:
        raise CorruptArchiveError("its directory does not fit into the file")
    file.seek(offset)
    directory = file.read(n_bytes)
    members: list[ZipMember] = []
    spans: list[tuple[int, int]] = []
    at = 0
    for _ in range(n_members):
        member, header_start, at = _central_entry(file, directory, at)
        members.append(member)
        spans.append((header_start, member.start + member.n_packed))
    if at != len(directory):
        raise UnsafeArchiveError(f"its directory holds more than the {n_members} members that it counts")
    _check_spans(spans, offset)
    _check_sizes(members, limits)
    return members


def _end_record(file: BinaryIO, size: int) -> tuple[int, int, int]:
    tail_bytes = min(size, _END.size + _MARK16)
    file.seek(size - tail_bytes)
    tail = file.read(tail_bytes)
    fits = [at for at in _places(tail, b"PK\x05\x06") if _ends_here(tail, at)]
    if not fits:
        raise CorruptArchiveError("it has no end record: it is cut or damaged")
    if len(fits) > 1:
        raise UnsafeArchiveError("it has two end records, so programs disagree about what is in it")
    if fits[0] + _END.size != len(tail) and b"PK\x01\x02" in tail[fits[0] + _END.size :]:
        raise UnsafeArchiveError("its comment holds a second directory")
    _, disk, first_disk, n_here, n_members, n_bytes, offset, _ = _END.unpack_from(tail, fits[0])
    end_at = size - tail_bytes + fits[0]
    if _MARK in (n_bytes, offset) or _MARK16 in (n_members, n_here):
        return _end64_record(file, end_at)
    if disk or first_disk or n_here != n_members:
        raise UnsafeArchiveError("it is one volume of several, or miscounts its members")
    if offset + n_bytes != end_at:
        raise UnsafeArchiveError("there are bytes between its directory and its end record, or before its first byte")
    return offset, n_bytes, n_members


def _places(text: bytes, mark: bytes) -> Iterator[int]:
    at = text.find(mark)
    while at >= 0:
        yield at
        at = text.find(mark, at + 1)


def _ends_here(tail: bytes, at: int) -> bool:
    """Whether an end record at `at` could be one: any whose comment stays inside the file."""
    return at + _END.size <= len(tail) and at + _END.size + _END.unpack_from(tail, at)[7] <= len(tail)


def _end64_record(file: BinaryIO, end_at: int) -> tuple[int, int, int]:
    at = end_at - _END64_LOCATOR.size
    if at < 0:
        raise CorruptArchiveError("its 64-bit end record is missing")
    file.seek(at)
    mark, _, where, n_disks = _END64_LOCATOR.unpack(file.read(_END64_LOCATOR.size))
    if mark != b"PK\x06\x07" or n_disks > 1 or where + _END64.size > at:
        raise CorruptArchiveError("its 64-bit end record is missing")
    file.seek(where)
    mark, length, *_, n_here, n_members, n_bytes, offset = _END64.unpack(file.read(_END64.size))
    if mark != b"PK\x06\x06" or n_here != n_members or where + 12 + length != at or offset + n_bytes != where:
        raise UnsafeArchiveError("its 64-bit end record contradicts itself")
    return offset, n_bytes, n_members


def _central_entry(file: BinaryIO, directory: bytes, at: int) -> tuple[ZipMember, int, int]:
    if at + _CENTRAL.size > len(directory):
        raise CorruptArchiveError("its directory is cut")
    fields = _CENTRAL.unpack_from(directory, at)
    mark, made_by, _, flags, method, _, _, crc, n_packed, n_bytes, n_name, n_extra, n_comment, *_ = fields
    disk, external, offset = fields[13], fields[15], fields[16]
    name_at = at + _CENTRAL.size
    after = name_at + n_name + n_extra + n_comment
    if mark != b"PK\x01\x02" or after > len(directory):
        raise CorruptArchiveError("its directory is damaged")
    raw = directory[name_at : name_at + n_name]
    extra = _extra_fields(directory[name_at + n_name : name_at + n_name + n_extra])
    n_bytes, n_packed, offset = _widen(extra.get(_ZIP64, b""), n_bytes, n_packed, offset)
    name = _name(raw, extra, utf8=bool(flags & _UTF8))
    _check_entry(name, flags, method, disk)
    is_folder = _folder(name, external, made_by >> 8)
    start = _local_start(file, offset, raw, (flags, method, crc, n_packed, n_bytes), name)
    if is_folder and n_bytes:
        raise UnsafeArchiveError(f"member {shown(name)!r} is a folder with content")
    return ZipMember(name, is_folder, method, crc, n_packed, n_bytes, start), offset, after


def _extra_fields(data: bytes) -> dict[int, bytes]:
    fields: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<2H", data, at)
        fields.setdefault(kind, data[at + 4 : at + 4 + length])
        at += 4 + length
    return fields


def _widen(extra: bytes, n_bytes: int, n_packed: int, offset: int) -> tuple[int, int, int]:
    wide, at = [], 0
    for value in (n_bytes, n_packed, offset):
        if value != _MARK:
            wide.append(value)
            continue
        if at + 8 > len(extra):
            raise CorruptArchiveError("a member lacks its 64-bit size")
        wide.append(int.from_bytes(extra[at : at + 8], "little"))
        at += 8
    return wide[0], wide[1], wide[2]


def _name(raw: bytes, extra: dict[int, bytes], *, utf8: bool) -> str:
    name, readings = readings_of(raw, utf8=utf8)
    field = extra.get(_UNICODE_PATH, b"")
    if len(field) > 5 and int.from_bytes(field[1:5], "little") == zlib.crc32(raw):
        name = field[5:].decode("utf-8", errors="replace")
        readings.append(name)
    climbing = next((reading for reading in readings if leaves_folder(reading)), None)
    if climbing is not None:
        raise UnsafeArchiveError(f"member {shown(climbing)!r} leads out of the folder")
    if not name:
        raise UnsafeArchiveError("a member has no name, or one that is not text")
    return name


def _check_entry(name: str, flags: int, method: int, disk: int) -> None:
    if flags & _ENCRYPTED:
        raise EncryptedArchiveError(f"member {shown(name)!r} is encrypted")
    if method not in (_STORED, _DEFLATED):
        raise UnsupportedCompressionError(f"member {shown(name)!r} is packed by method {method}")
    if disk not in (0, _MARK16):
        raise UnsafeArchiveError(f"member {shown(name)!r} lies on another volume")


def _folder(name: str, external: int, system: int) -> bool:
    kind = (external >> 16) & _TYPE_BITS
    if kind == _LINK:
        raise UnsafeArchiveError(f"member {shown(name)!r} is a link")
    if kind not in (0, _FILE, _FOLDER) and system == _UNIX:
        raise UnsafeArchiveError(f"member {shown(name)!r} is a device, pipe or socket")
    slashed = name.endswith(("/", "\\"))
    return slashed or kind == _FOLDER or bool(external & _DOS_FOLDER)


def _local_start(file: BinaryIO, offset: int, raw: bytes, central: tuple[int, int, int, int, int], name: str) -> int:
    """Find where the packed bytes begin, and refuse when the local header tells another story."""
    file.seek(offset)
    header = file.read(_LOCAL.size + len(raw))
    if len(header) < _LOCAL.size + len(raw) or header[:4] != b"PK\x03\x04":
        raise CorruptArchiveError(f"member {shown(name)!r} has no header of its own")
    _, _, flags, method, _, _, crc, n_packed, n_bytes, n_name, n_extra = _LOCAL.unpack_from(header)
    if n_name != len(raw) or header[_LOCAL.size :] != raw:
        raise UnsafeArchiveError(f"member {shown(name)!r} has another name in its own header")
    extra = _extra_fields(file.read(n_extra))
    if _MARK in (n_bytes, n_packed):
        n_bytes, n_packed, _ = _widen(extra.get(_ZIP64, b""), n_bytes, n_packed, 0)
    told = (crc, n_packed, n_bytes)
    later = bool(flags & _DESCRIPTOR) and told[0] in (0, central[2])
    same = told == central[2:] or (later and all(a in (0, b) for a, b in zip(told, central[2:], strict=True)))
    if method != central[1] or (flags & _ENCRYPTED) != (central[0] & _ENCRYPTED) or not same:
        raise UnsafeArchiveError(f"member {shown(name)!r} contradicts itself: its two headers differ")
    return offset + _LOCAL.size + len(raw) + int(n_extra)


def _check_spans(spans: list[tuple[int, int]], directory_at: int) -> None:
    end = 0
    for start, stop in sorted(spans):
        if start < end:
            raise ArchiveTooLargeError("members share bytes: it would unpack to far more than it holds")
        if stop > directory_at:
            raise CorruptArchiveError("a member runs into the directory")
        end = stop


def _check_sizes(members: list[ZipMember], limits: Limits) -> None:
    total, packed = sum(m.n_bytes for m in members), sum(m.n_packed for m in members)
    if total > limits.max_archive_bytes:
        raise ArchiveTooLargeError(f"unpacks to {total} bytes, {limits.max_archive_bytes} are allowed")
    for n_bytes, n_packed, what in (
        *((m.n_bytes, m.n_packed, f"member {shown(m.name)!r}") for m in members),
        (total, packed, "it"),
    ):
        if n_bytes > limits.ratio_free_bytes and n_bytes > limits.max_ratio * n_packed:
            raise ArchiveTooLargeError(f"{what} unpacks to more than {limits.max_ratio} times its size")


def unpack(file: BinaryIO, member: ZipMember, limits: Limits) -> Iterator[bytes]:
    """Yield the bytes of a member in pieces, counting them; the last piece has been checked against its checksum.

    The caller must not keep what it got before the iterator ends by itself.
    """
    file.seek(member.start)
    inflater = zlib.decompressobj(-15) if member.method == _DEFLATED else None
    left, count, crc = member.n_packed, 0, 0
    while not (inflater is not None and inflater.eof):
        packed = inflater.unconsumed_tail if inflater is not None else b""
        if not packed:
            packed = file.read(min(_CHUNK, left))
            left -= len(packed)
        # Without input left the inflater may still hold bytes back that did not fit the last piece.
        piece = _inflate(inflater, packed, member) if inflater is not None else packed
        if not piece and not packed:
            break
        count += len(piece)
        crc = zlib.crc32(piece, crc)
        _check_count(count, member, limits)
        if piece:
            yield piece
    _check_end(inflater, left, count, crc, member)


def _inflate(inflater: zlib._Decompress, packed: bytes, member: ZipMember) -> bytes:
    try:
        return inflater.decompress(packed, _CHUNK * 4)
    except zlib.error:
        raise CorruptArchiveError(f"member {shown(member.name)!r} is damaged") from None


def _check_count(count: int, member: ZipMember, limits: Limits) -> None:
    if count > member.n_bytes:
        raise ArchiveTooLargeError(
            f"member {shown(member.name)!r} says {member.n_bytes} bytes and unpacks to more", hint=""
        )
    if count > limits.ratio_free_bytes and count > limits.max_ratio * member.n_packed:
        raise ArchiveTooLargeError(f"member {shown(member.name)!r} unpacks to over {limits.max_ratio} times its size")


def _check_end(inflater: zlib._Decompress | None, left: int, count: int, crc: int, member: ZipMember) -> None:
    incomplete = inflater is not None and (not inflater.eof or left or inflater.unused_data)
    if incomplete or count != member.n_bytes or crc != member.crc:
        raise CorruptArchiveError(f"member {shown(member.name)!r} is damaged: its checksum or size is wrong")
