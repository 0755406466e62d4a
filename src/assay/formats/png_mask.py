"""The one kind of PNG that label files hold inside: a small grey mask, one or eight bits a pixel, not interlaced."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from assay.formats.limits import MAX_MASK_PX
from assay.formats.values import RowError

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY = 0
_BITS = frozenset({1, 8})


def encode_mask(mask: NDArray[np.bool_]) -> bytes:
    """Write a (height, width) mask as an eight-bit grey PNG of 0 and 1, as LabelMe does."""
    height, width = mask.shape
    rows = np.zeros((height, width + 1), dtype=np.uint8)  # each row starts with filter 0
    rows[:, 1:] = mask
    header = struct.pack(">IIBBBBB", width, height, 8, _GREY, 0, 0, 0)
    body = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)) + _chunk(b"IEND", b"")
    return _SIGNATURE + body


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def decode_mask(data: bytes) -> NDArray[np.bool_]:
    """Read such a PNG; every value but 0 belongs to the mask. `RowError` for any other picture or a damaged one."""
    if not data.startswith(_SIGNATURE):
        raise RowError("the mask is no PNG")
    header, body = _chunks(data)
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", header)
    if colour != _GREY or depth not in _BITS or interlace:
        raise RowError("the mask is no plain grey PNG of one or eight bits")
    if not 0 < width * height <= MAX_MASK_PX:
        raise RowError(f"the mask covers {width * height} px, over the limit of {MAX_MASK_PX}")
    stride = (width * depth + 7) // 8
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(body, height * (stride + 1))
    except zlib.error:
        raise RowError("the mask's PNG is damaged") from None
    if len(raw) != height * (stride + 1):
        raise RowError("the mask's PNG is cut off")
    rows = _unfiltered(np.frombuffer(raw, dtype=np.uint8).reshape(height, stride + 1))
    values: NDArray[np.uint8] = np.unpackbits(rows, axis=1) if depth == 1 else rows
    mask: NDArray[np.bool_] = values[:, :width] != 0
    return mask


def _chunks(data: bytes) -> tuple[bytes, bytes]:
    """Header and joined picture data, with every checksum looked at."""
    header, body, at = b"", [], len(_SIGNATURE)
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        name, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if len(content) != length or data[at + 8 + length : at + 12 + length] != struct.pack(
            ">I", zlib.crc32(name + content)
        ):
            raise RowError("the mask's PNG is damaged")
        if name == b"IHDR" and not header:
            header = content
        elif name == b"IDAT":
            body.append(content)
        at += 12 + length
    if len(header) != 13:  # noqa: PLR2004 - its fixed length
        raise RowError("the mask's PNG has no header")
    return header, b"".join(body)


def _unfiltered(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Undo the row filters (PNG specification, section 9) for one byte a pixel or less."""
    result = np.zeros((rows.shape[0], rows.shape[1] - 1), dtype=np.uint8)
    above = np.zeros(rows.shape[1] - 1, dtype=np.uint8)
    for i, row in enumerate(rows):
        kind, values = int(row[0]), row[1:]
        if kind == 0:
            above = values
        elif kind == 1:
            above = np.add.accumulate(values, dtype=np.uint8)
        elif kind == 2:  # noqa: PLR2004 - filter "up"
            above = values + above
        elif kind in {3, 4}:
            above = _by_pixel(kind, values.tolist(), above.tolist())
        else:
            raise RowError("the mask's PNG is damaged")
        result[i] = above
    return result


def _by_pixel(kind: int, values: list[int], above: list[int]) -> NDArray[np.uint8]:
    left = corner = 0
    line: list[int] = []
    for value, up in zip(values, above, strict=True):
        if kind == 3:  # noqa: PLR2004 - filter "average"
            guess = (left + up) // 2
        else:
            estimate = left + up - corner
            guess = min((left, up, corner), key=lambda candidate: abs(estimate - candidate))
        left = (value + guess) & 0xFF
        corner = up
        line.append(left)
    return np.array(line, dtype=np.uint8)
