"""Tiny pictures made of bytes, for tests that need a file with a size and no decoder."""

from __future__ import annotations

import struct
import zlib


def a_png(width_px: int = 40, height_px: int = 24) -> bytes:
    """A grey PNG of that size."""
    rows = (b"\x00" + b"\x80" * width_px) * height_px

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
