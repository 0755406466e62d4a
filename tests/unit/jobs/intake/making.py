"""Small pictures and bounds for the tests of the child."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import asdict, fields

import numpy as np
from PIL import Image

from assay.jobs.intake.child.prepared import Bounds
from assay.jobs.intake.limits import Limits


def bounds(**change: int) -> Bounds:
    """The child's part of the default limits, with changes."""
    told = asdict(Limits(**change))  # type: ignore[arg-type]  # one of them is a float
    return Bounds(**{field.name: told[field.name] for field in fields(Bounds)})


def picture(width: int = 40, height: int = 24, mode: str = "RGB") -> Image.Image:
    """A picture with another colour in each corner, so that every turn and mirror shows."""
    y, x = np.mgrid[0:height, 0:width]
    channels = np.stack([x * 255 // max(width - 1, 1), y * 255 // max(height - 1, 1), (x + 2 * y) % 256], axis=-1)
    return Image.fromarray(channels.astype(np.uint8)).convert(mode)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """Encode a picture by Pillow."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def exif_of(**tags: object) -> Image.Exif:
    """EXIF with tags given as `t0112=6`."""
    exif = Image.Exif()
    for name, value in tags.items():
        exif[int(name[1:], 16)] = value
    return exif


def pixels(data: bytes) -> np.ndarray:
    """Decode by Pillow alone."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


def chunk(kind: bytes, body: bytes) -> bytes:
    """A PNG chunk with its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Take a PNG apart."""
    at, found = 8, []
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        found.append((data[at + 4 : at + 8], data[at + 8 : end - 4]))
        at = end
    return found


def png_of(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """Put a PNG together."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, body) for kind, body in chunks)
