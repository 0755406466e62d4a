"""Width and height of a picture from its header, turned upright; for formats whose labels are shares of the picture.

Nothing is decoded. A header that lies is found when the picture itself is imported; a header that makes no sense has
no size here.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

from assay.formats.files import Files
from assay.formats.limits import MAX_SIDE_PX

Size = tuple[int, int]

_TURNED = frozenset({5, 6, 7, 8})  # EXIF orientations that swap width and height
_MAX_SEGMENTS = 10_000
_MAX_TAGS = 1_000
_TIFF_WIDTH, _TIFF_HEIGHT, _TIFF_ORIENTATION = 0x100, 0x101, 0x112
_SHORT, _LONG = 3, 4
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length
_SCAN, _END, _EXIF = 0xDA, 0xD9, 0xE1


def upright_size(files: Files, name: str) -> Size | None:
    """Size in pixels after EXIF orientation, or None when the header does not tell."""
    with files.open(name) as stream:
        return size_of_stream(stream)


def size_of_stream(stream: BinaryIO) -> Size | None:
    """As `upright_size`, from a stream at its beginning that can seek."""
    start = stream.read(32)
    try:
        size = _by_kind(start, stream)
    except (struct.error, ValueError, OSError, IndexError):
        return None
    return size if size is not None and all(1 <= side <= MAX_SIDE_PX for side in size) else None


def _by_kind(start: bytes, stream: BinaryIO) -> Size | None:  # noqa: PLR0911 - one line a kind
    if start.startswith(b"\xff\xd8\xff"):
        return _jpeg(stream)
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(stream)
    if start[:6] in {b"GIF87a", b"GIF89a"}:
        return _two("<HH", start, 6)
    if start.startswith(b"BM"):
        return _bmp(start)
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return _webp(start, stream)
    if start[:4] in {b"II*\x00", b"MM\x00*"}:
        stream.seek(0)
        return _tiff(stream.read(1 << 20), with_size=True)[0]
    return None


def _two(form: str, data: bytes, at: int) -> Size:
    width, height = struct.unpack_from(form, data, at)
    return int(width), int(height)


def _turned(size: Size, orientation: int) -> Size:
    return (size[1], size[0]) if orientation in _TURNED else size


def _jpeg(stream: BinaryIO) -> Size | None:
    stream.seek(2)
    orientation = 1
    size: Size | None = None
    for _ in range(_MAX_SEGMENTS):
        marker = _next_marker(stream)
        if marker in _JPEG_BARE:
            continue
        if marker in {_SCAN, _END}:
            break
        (length,) = struct.unpack(">H", stream.read(2))
        if marker in _JPEG_FRAMES and size is None:
            height, width = _two(">HH", stream.read(5), 1)
            size = width, height
            stream.seek(length - 7, 1)
        elif marker == _EXIF:
            body = stream.read(length - 2)
            if body.startswith(b"Exif\x00\x00"):
                orientation = _orientation(body[6:])
        else:
            stream.seek(length - 2, 1)
    return None if size is None else _turned(size, orientation)


def _next_marker(stream: BinaryIO) -> int:
    """The next marker's code, over fill bytes and litter between segments; the end counts as one."""
    while True:
        byte = stream.read(1)
        if not byte:
            return _END
        if byte == b"\xff":
            while (code := stream.read(1)) == b"\xff":
                pass
            if not code:
                return _END
            if code != b"\x00":
                return code[0]


def _orientation(tiff: bytes) -> int:
    try:
        return _tiff(tiff, with_size=False)[1]
    except (struct.error, ValueError):
        return 1


def _tiff(data: bytes, *, with_size: bool) -> tuple[Size | None, int]:
    """Size and orientation of the first directory."""
    order = "<" if data[:2] == b"II" else ">"
    (at,) = struct.unpack_from(order + "I", data, 4)
    (n_tags,) = struct.unpack_from(order + "H", data, at)
    found: dict[int, int] = {}
    for i in range(min(n_tags, _MAX_TAGS)):
        tag, form, _count = struct.unpack_from(order + "HHI", data, at + 2 + 12 * i)
        if form in {_SHORT, _LONG} and tag not in found:
            (found[tag],) = struct.unpack_from(order + ("H" if form == _SHORT else "I"), data, at + 10 + 12 * i)
    orientation = found.get(_TIFF_ORIENTATION, 1)
    if not with_size:
        return None, orientation
    size = found.get(_TIFF_WIDTH, 0), found.get(_TIFF_HEIGHT, 0)
    return _turned(size, orientation), orientation


def _png(stream: BinaryIO) -> Size | None:
    stream.seek(8)
    size: Size | None = None
    orientation = 1
    for _ in range(_MAX_SEGMENTS):
        chunk = stream.read(8)
        if len(chunk) < 8 or chunk[4:] == b"IEND":  # noqa: PLR2004 - length and name
            break
        (length,) = struct.unpack_from(">I", chunk)
        if chunk[4:] == b"IHDR":
            size = _two(">II", stream.read(8), 0)
            stream.seek(length - 8 + 4, 1)
        elif chunk[4:] == b"eXIf":
            orientation = _orientation(stream.read(min(length, 1 << 16)))
            break
        else:
            stream.seek(length + 4, 1)
    return None if size is None else _turned(size, orientation)


def _bmp(start: bytes) -> Size | None:
    (header,) = struct.unpack_from("<I", start, 14)
    if header == 12:  # noqa: PLR2004 - the oldest header
        return _two("<HH", start, 18)
    width, height = struct.unpack_from("<ii", start, 18)
    return int(width), abs(int(height))


def _webp(start: bytes, stream: BinaryIO) -> Size | None:
    if start[12:16] == b"VP8 ":
        width, height = _two("<HH", start, 26)
        return width & 0x3FFF, height & 0x3FFF
    if start[12:16] == b"VP8L":
        (bits,) = struct.unpack_from("<I", start, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if start[12:16] == b"VP8X":
        size = int.from_bytes(start[24:27], "little") + 1, int.from_bytes(start[27:30], "little") + 1
        return _turned(size, _webp_orientation(stream))
    return None


def _webp_orientation(stream: BinaryIO) -> int:
    stream.seek(12)
    for _ in range(_MAX_SEGMENTS):
        chunk = stream.read(8)
        if len(chunk) < 8:  # noqa: PLR2004 - name and length
            break
        (length,) = struct.unpack_from("<I", chunk, 4)
        if chunk[:4] == b"EXIF":
            body = stream.read(min(length, 1 << 16))
            return _orientation(body.removeprefix(b"Exif\x00\x00"))
        stream.seek(length + (length & 1), 1)
    return 1
