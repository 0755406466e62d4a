"""Tells what a file is by its first bytes; the ending of its name is never asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

HEAD_BYTES = 4096
"""How much of a file `sniff` wants to see; less is fine."""

SHORTEST_PICTURE = 12
"""No picture of an allowed format is shorter than its first fields."""


class Allowed(StrEnum):
    """The formats that are decoded; every other one is refused before a decoder sees it."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    GIF = "GIF"
    BMP = "BMP"
    TIFF = "TIFF"


MEDIA_TYPES = {
    Allowed.JPEG: "image/jpeg",
    Allowed.PNG: "image/png",
    Allowed.WEBP: "image/webp",
    Allowed.GIF: "image/gif",
    Allowed.BMP: "image/bmp",
    Allowed.TIFF: "image/tiff",
}


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What the first bytes say.

    Attributes:
        name: the format for people, such as `JPEG` or `PDF document`; empty when it is none that is known.
        allowed: the format if it is one that is decoded.
        damaged: the bytes can only be a damaged file of that format.
        archive: it is a container of other files.
    """

    name: str
    allowed: Allowed | None = None
    damaged: bool = False
    archive: bool = False


_ARCHIVES: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "ZIP archive"),
    (b"PK\x05\x06", "ZIP archive"),
    (b"\x1f\x8b", "gzip file"),
    (b"7z\xbc\xaf\x27\x1c", "7z archive"),
    (b"Rar!\x1a\x07", "RAR archive"),
    (b"\xfd7zXZ\x00", "xz file"),
    (b"BZh", "bzip2 file"),
    (b"\x28\xb5\x2f\xfd", "Zstandard file"),
    (b"\x04\x22\x4d\x18", "LZ4 file"),
    (b"MSCF\x00\x00", "cabinet archive"),
)

_REFUSED: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF document"),
    (b"%!PS", "PostScript file"),
    (b"\xc5\xd0\xd3\xc6", "EPS picture"),
    (b"8BPS", "Photoshop document"),
    (b"icns", "ICNS icon"),
    (b"DDS ", "DDS texture"),
    (b"BLP1", "BLP texture"),
    (b"BLP2", "BLP texture"),
    (b"FTEX", "FTEX texture"),
    (b"FTC\x00", "FTEX texture"),
    (b"\xabKTX ", "KTX texture"),
    (b"qoif", "QOI picture"),
    (b"farbfeld", "farbfeld picture"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (b"II\xbc", "JPEG XR"),
    (b"SIMPLE  =", "FITS picture"),
    (b"\x01\xda", "SGI picture"),
    (b"\x59\xa6\x6a\x95", "Sun raster"),
    (b"DanM", "MSP picture"),
    (b"LinS", "MSP picture"),
    (b"gimp xcf", "GIMP document"),
    (b"\xd7\xcd\xc6\x9a", "WMF drawing"),
    (b"v/1\x01", "OpenEXR"),
    (b"#?RADIANCE", "Radiance HDR"),
    (b"#?RGBE", "Radiance HDR"),
    (b"AT&TFORM", "DjVu"),
    (b"\x89HDF\r\n\x1a\n", "HDF5 file"),
    (b"\x93NUMPY", "NumPy array"),
    (b"GRIB", "GRIB file"),
    (b"BUFR", "BUFR file"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE document"),
    (b"SQLite format 3\x00", "SQLite database"),
    (b"\x7fELF", "program"),
    (b"PAR1", "Parquet file"),
    (b"\x1a\x45\xdf\xa3", "Matroska video"),
    (b"FLV\x01", "Flash video"),
    (b"\x00\x00\x01\xba", "MPEG video"),
    (b"\x00\x00\x01\xb3", "MPEG video"),
    (b"\x1bLua", "program"),
)

_BRANDS: tuple[tuple[bytes, str], ...] = (
    (b"avif", "AVIF picture"),
    (b"avis", "AVIF picture"),
    (b"hei", "HEIC picture"),
    (b"hev", "HEIC picture"),
    (b"mif1", "HEIF picture"),
    (b"msf1", "HEIF picture"),
    (b"crx ", "Canon raw picture"),
)

_ICONS = {b"\x00\x00\x01\x00": "ICO icon", b"\x00\x00\x02\x00": "CUR cursor"}
_PNG_START = b"\x89PNG\r\n\x1a\n"
_NETPBM = re.compile(rb"P[1-7fFyY][\s#]")
_XPM = b"/* XPM */"
_XBM = re.compile(rb"\s*#define\s+\S+_width\s")
_PICKLE = re.compile(rb"\x80[\x02-\x05][\x80-\x95c(}\]Kq]")
_FLI = (b"\x11\xaf", b"\x12\xaf")
_MARKUP = (
    (b"<svg", "SVG drawing"),
    (b"<html", "HTML page"),
    (b"<!doctype html", "HTML page"),
    (b"<script", "HTML page"),
)


def sniff(head: bytes) -> Sniffed:
    """Name the format of a file from its first bytes.

    Args:
        head: the start of the file, best `HEAD_BYTES` of it.

    Returns:
        For a format outside the list only its name; for bytes of no known format an empty name.
    """
    return _allowed(head) or _container(head) or _refused(head) or _text(head) or Sniffed("")


def _allowed(head: bytes) -> Sniffed | None:  # noqa: PLR0911 - one answer for each format
    if head.startswith(b"\xff\xd8\xff"):
        return Sniffed("JPEG", Allowed.JPEG)
    if head.startswith(_PNG_START):
        return Sniffed("PNG", Allowed.PNG)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Sniffed("WebP", Allowed.WEBP)
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return Sniffed("GIF", Allowed.GIF)
    if head[:2] == b"BM" and len(head) >= SHORTEST_PICTURE and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return Sniffed("BMP", Allowed.BMP)
    if head[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return Sniffed("TIFF", Allowed.TIFF)
    if head[1:4] == b"PNG" or head[12:16] == b"IHDR" or b"\nIHDR" in head[8:20]:
        return Sniffed("PNG", Allowed.PNG, damaged=True)
    if head[:3] == b"GIF" or head[:2] == b"\xff\xd8":
        return Sniffed("GIF" if head[:3] == b"GIF" else "JPEG", damaged=True)
    return None


_BMP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})


def _container(head: bytes) -> Sniffed | None:
    for start, name in _ARCHIVES:
        if head.startswith(start):
            return Sniffed(name, archive=True)
    if head[257:262] == b"ustar":
        return Sniffed("tar archive", archive=True)
    return None


def _refused(head: bytes) -> Sniffed | None:  # noqa: C901, PLR0911 - one answer for each family
    for start, name in _REFUSED:
        if head.startswith(start):
            return Sniffed(name)
    if head[:4] in _ICONS and any(head[4:6]):
        return Sniffed(_ICONS[head[:4]])
    if head[4:8] == b"ftyp":
        brand = next((name for mark, name in _BRANDS if head[8:12].startswith(mark)), "video or other media file")
        return Sniffed(brand)
    if head[:4] == b"RIFF":
        return Sniffed("RIFF media file")
    if head[4:6] in _FLI and len(head) >= SHORTEST_PICTURE:
        return Sniffed("FLI animation")
    if head[40:44] == b" EMF" and head.startswith(b"\x01\x00\x00\x00"):
        return Sniffed("EMF drawing")
    if head[:1] == b"\x0a" and head[1:2] in b"\x00\x02\x03\x04\x05" and head[2:3] in b"\x00\x01" and len(head) > _PCX:
        return Sniffed("PCX picture")
    if head[128:132] == b"DICM":
        return Sniffed("DICOM picture")
    if _PICKLE.match(head):
        return Sniffed("Python pickle")
    return None


_PCX = 64


def _text(head: bytes) -> Sniffed | None:  # noqa: PLR0911 - one answer for each family
    if _NETPBM.match(head):
        return Sniffed("Netpbm picture")
    if head.startswith(_XPM):
        return Sniffed("XPM picture")
    if _XBM.match(head):
        return Sniffed("XBM picture")
    lowered = head.lower()
    for mark, name in _MARKUP:
        if mark in lowered:
            return Sniffed(name)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<?xml"):
        return Sniffed("XML text")
    if start[:1] in (b"{", b"["):
        return Sniffed("JSON text")
    return None
