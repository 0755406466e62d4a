"""Takes a JPEG file apart: keeps what the pixels need, byte for byte, drops everything else, and counts scans.

The entropy-coded data is never touched, so the copy decodes to the very same pixels. Source of the marker grammar:
ITU-T T.81, annex B; JFIF 1.02; the colour rules follow libjpeg's `default_decompress_parms`.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

from assay.jobs.intake.child.prepared import Bounds, Prepared, Refused, corrupt

_SOI, _EOI, _SOS, _DNL = 0xD8, 0xD9, 0xDA, 0xDC
_KEPT = frozenset({0xC4, 0xCC, 0xDB, 0xDD})  # Huffman and arithmetic tables, quantisation, restart interval
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset({0xC2, 0xCA})
_SHOWN_BY_BROWSERS = frozenset({0xC0, 0xC1, 0xC2})
_DECODED_HERE = _SHOWN_BY_BROWSERS | {0xC9, 0xCA}
_APP0, _APP1, _APP2, _APP14, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xFE
_BARE = frozenset({0x00, 0x01, *range(0xD0, 0xD8)})
_AFTER_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_FILL = re.compile(rb"\xff+")
_EXIF, _XMP = b"Exif\x00\x00", b"http://ns.adobe.com/xap/1.0/\x00"
_CMYK = 4
_EIGHT_BITS = 8


@dataclass(slots=True)
class _Frame:
    """The one frame header."""

    kind: int
    precision: int
    width: int
    height: int
    sampling: list[tuple[int, int]]

    def coefficient_bytes(self) -> int:
        """Bytes that a decoder must hold for a progressive picture: two for each coefficient."""
        wide, high = max(h for h, _ in self.sampling), max(v for _, v in self.sampling)
        blocks = 0
        for h, v in self.sampling:
            across, down = -(-self.width * h // (wide * 8)), -(-self.height * v // (high * 8))
            blocks += across * down
        return blocks * 64 * 2


@dataclass(slots=True)
class _Parts:
    """What was found so far."""

    kept: list[bytes] = field(default_factory=list)
    frame: _Frame | None = None
    jfif: bytes = b""
    adobe: bytes = b""
    profile: list[bytes] = field(default_factory=list)
    exif: bytes = b""
    xmp: bytes = b""
    n_scans: int = 0
    n_stray: int = 0
    n_tail: int = 0
    odd_scan: bool = False


def prepare_jpeg(data: bytes, bounds: Bounds) -> Prepared:
    """Read the container and build the copy without metadata.

    Raises:
        Refused: cut, contradictory, too large, or of a process that is not decoded.
    """
    parts = _Parts()
    at = 2
    while at >= 0:
        at = _segment(data, at, parts, bounds)
    frame = parts.frame
    if frame is None or not parts.n_scans:
        raise corrupt("there is no picture in it")
    head = [b"\xff\xd8", parts.jfif, parts.adobe]
    is_cmyk = len(frame.sampling) == _CMYK
    if is_cmyk:
        head += parts.profile
    source = b"".join([*head, *parts.kept, b"\xff\xd9"])
    clean = frame.kind in _SHOWN_BY_BROWSERS and not is_cmyk
    prepared = Prepared(frame.width, frame.height, source, clean, lossy=not is_cmyk, exif=parts.exif, xmp=parts.xmp)
    _add_notes(prepared, parts)
    return prepared


def _add_notes(prepared: Prepared, parts: _Parts) -> None:
    if parts.n_stray:
        prepared.note("stray_bytes", f"{parts.n_stray} stray bytes between its parts were dropped.")
    if parts.n_tail:
        prepared.note("tail_dropped", f"{parts.n_tail} bytes behind its end were dropped.")
    if parts.odd_scan:
        prepared.note("scan_header_mended", "A scan header held values that its process does not use.")
    if parts.profile:
        prepared.note("profile_dropped", "Its colour profile was dropped; pixel values are unchanged.")


def _segment(data: bytes, at: int, parts: _Parts, bounds: Bounds) -> int:
    """Take in one segment and return where the next begins, or -1 at the end."""
    found = data.find(b"\xff", at)
    if found < 0 or found + 1 >= len(data):
        raise corrupt("it is cut: its end mark is missing")
    parts.n_stray += found - at
    fill = _FILL.match(data, found)
    at = fill.end() if fill else found
    if at >= len(data):
        raise corrupt("it is cut: its end mark is missing")
    marker = data[at]
    at += 1
    if marker == _EOI:
        parts.n_tail = len(data) - at
        return -1
    if marker in _BARE:
        parts.n_stray += 2
        return at
    if marker in (_SOI, _DNL):
        raise corrupt("a second picture begins inside the first" if marker == _SOI else "its height comes after it")
    end = at + int.from_bytes(data[at : at + 2], "big")
    if end < at + 2 or end > len(data):
        raise corrupt("it is cut inside a segment")
    body = data[at + 2 : end]
    if marker == _SOS:
        return _scan(data, end, body, parts, bounds)
    _keep(marker, body, parts, bounds)
    return end


def _segment_bytes(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def _keep(marker: int, body: bytes, parts: _Parts, bounds: Bounds) -> None:
    if marker in _FRAMES:
        if parts.frame is not None:
            raise corrupt("it has two frames")
        parts.frame = _frame(marker, body, bounds)
        parts.kept.append(_segment_bytes(marker, body))
    elif marker in _KEPT:
        parts.kept.append(_segment_bytes(marker, body))
    elif _APP0 <= marker <= _APP0 + 0xF:
        _application(marker, body, parts)
    elif marker != _COMMENT:
        raise corrupt(f"it holds a segment of unknown kind {marker:#04x}")


def _application(marker: int, body: bytes, parts: _Parts) -> None:
    """Keep the two segments that decide about colours, in their plainest form; read metadata; drop the rest."""
    before_scan = not parts.n_scans
    if marker == _APP0 and body.startswith(b"JFIF\x00") and len(body) >= 14 and before_scan:
        parts.jfif = parts.jfif or _segment_bytes(_APP0, body[:12] + b"\x00\x00")
    elif marker == _APP14 and body.startswith(b"Adobe") and len(body) >= 12 and before_scan:
        parts.adobe = _segment_bytes(_APP14, b"Adobe\x00\x64\x00\x00\x00\x00" + body[11:12])
    elif marker == _APP1 and body.startswith(_EXIF):
        parts.exif = parts.exif or body[len(_EXIF) :]
    elif marker == _APP1 and body.startswith(_XMP):
        parts.xmp = parts.xmp or body[len(_XMP) :]
    elif marker == _APP2 and body.startswith(b"ICC_PROFILE\x00"):
        parts.profile.append(_segment_bytes(_APP2, body))


def _frame(kind: int, body: bytes, bounds: Bounds) -> _Frame:
    if len(body) < 6 or len(body) != 6 + 3 * body[5]:
        raise corrupt("its frame header has the wrong length")
    precision, height, width, n_components = struct.unpack_from(">BHHB", body)
    bounds.check_size(width, height)
    if kind not in _DECODED_HERE or precision != _EIGHT_BITS:
        raise Refused("intake.unsupported_pixels", f"a JPEG of process {kind - 0xC0} with {precision} bits a channel")
    sampling = [(body[7 + 3 * i] >> 4, body[7 + 3 * i] & 15) for i in range(n_components)]
    if n_components not in (1, 3, 4) or any(not 1 <= s <= 4 for pair in sampling for s in pair):
        raise corrupt(f"its frame header says {n_components} channels, or a sampling that does not exist")
    frame = _Frame(kind, precision, width, height, sampling)
    decoded = width * height * n_components
    bounds.check_work(frame.coefficient_bytes() if kind in _PROGRESSIVE else min(decoded, bounds.max_work_bytes))
    return frame


def _scan(data: bytes, at: int, body: bytes, parts: _Parts, bounds: Bounds) -> int:
    """Take in a scan header and its entropy-coded data, which is copied as it is."""
    if parts.frame is None:
        raise corrupt("a scan comes before the frame")
    parts.n_scans += 1
    if parts.n_scans > bounds.max_scans:
        raise Refused("intake.too_many_scans", f"over {bounds.max_scans} scans")
    if not body or len(body) != 4 + 2 * body[0]:
        raise corrupt("a scan header has the wrong length")
    if parts.frame.kind in (0xC0, 0xC1) and body[-3:] != b"\x00\x3f\x00":
        body, parts.odd_scan = body[:-3] + b"\x00\x3f\x00", True
    end = _AFTER_SCAN.search(data, at)
    if end is None:
        raise corrupt("it is cut inside the picture: its end mark is missing")
    parts.kept += [_segment_bytes(_SOS, body), data[at : end.start()]]
    return end.start()
