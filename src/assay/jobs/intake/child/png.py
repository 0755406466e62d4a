"""Takes a PNG file apart: proves every checksum, counts what the pixel data unpacks to, keeps the chunks pixels need.

Source of the grammar: W3C PNG (third edition), sections 5 and 11.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

from assay.jobs.intake.child.prepared import Bounds, Prepared, Refused, corrupt

_START = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_PALETTE, _GREY, _RGB = 3, 0, 2
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_PIECE = 1 << 20
_FED = 1 << 17
_XMP_KEY = b"XML:com.adobe.xmp"
_ANIMATION = frozenset({b"acTL", b"fcTL", b"fdAT"})
_SIXTEEN = 16


@dataclass(slots=True)
class _Header:
    width: int
    height: int
    depth: int
    colour: int
    interlaced: bool

    def n_raw(self) -> int:
        """Bytes of all filtered rows: what the pixel data must unpack to, exactly."""
        bits = self.depth * _CHANNELS[self.colour]
        if not self.interlaced:
            return self.height * (1 + (self.width * bits + 7) // 8)
        total = 0
        for left, top, step_x, step_y in _PASSES:
            across, down = -(-(self.width - left) // step_x), -(-(self.height - top) // step_y)
            if across > 0 and down > 0:
                total += down * (1 + (across * bits + 7) // 8)
        return total


@dataclass(slots=True)
class _Parts:
    header: _Header | None = None
    palette: bytes = b""
    transparency: bytes = b""
    pixels: list[bytes] = field(default_factory=list)
    exif: bytes = b""
    xmp: bytes = b""
    n_frames: int = 1
    n_others: int = 0
    n_unpacked: int = 0
    last: bytes = b""
    is_animated: bool = False
    has_profile: bool = False


def prepare_png(data: bytes, bounds: Bounds) -> Prepared:
    """Read the container and build the copy that holds nothing but the picture.

    Raises:
        Refused: a wrong checksum, a missing part, too much or too little pixel data, or more than is allowed.
    """
    parts = _Parts()
    at = len(_START)
    while parts.last != b"IEND":
        at = _chunk(data, at, parts, bounds)
    header = parts.header
    if header is None or not parts.pixels:
        raise corrupt("there is no picture in it")
    if header.colour == _PALETTE and not parts.palette:
        raise corrupt("its palette is missing")
    packed = b"".join(parts.pixels)
    n_used = _proven(packed, header.n_raw())
    is_bare = at == len(data) and n_used == len(packed) and not parts.n_others
    source = data if is_bare else _rebuilt(parts, data[16:29], packed[:n_used])
    prepared = Prepared(header.width, header.height, source, clean=True, n_frames=parts.n_frames)
    prepared.exif, prepared.xmp = parts.exif, parts.xmp
    _add_notes(prepared, parts, len(data) - at, len(packed) - n_used)
    return prepared


def _add_notes(prepared: Prepared, parts: _Parts, n_tail: int, n_stray: int) -> None:
    if n_tail:
        prepared.note("tail_dropped", f"{n_tail} bytes behind its end were dropped.")
    if n_stray:
        prepared.note("stray_bytes", f"{n_stray} stray bytes behind the pixel data were dropped.")
    if parts.has_profile:
        prepared.note("profile_dropped", "Its colour profile was dropped; pixel values are unchanged.")
    if parts.is_animated:
        prepared.note("first_frame_only", f"An animation of {parts.n_frames} frames; the still picture was taken.")


def _rebuilt(parts: _Parts, header: bytes, packed: bytes) -> bytes:
    chunks = [_START, _chunk_bytes(b"IHDR", header)]
    chunks += [_chunk_bytes(b"PLTE", parts.palette)] if parts.palette else []
    chunks += [_chunk_bytes(b"tRNS", parts.transparency)] if parts.transparency else []
    return b"".join([*chunks, _chunk_bytes(b"IDAT", packed), _chunk_bytes(b"IEND", b"")])


def _chunk_bytes(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))


def _chunk(data: bytes, at: int, parts: _Parts, bounds: Bounds) -> int:
    """Take in one chunk and return where the next begins."""
    if at + 12 > len(data):
        raise corrupt("it is cut: its end mark is missing")
    length = int.from_bytes(data[at : at + 4], "big")
    kind, end = data[at + 4 : at + 8], at + 12 + length
    if end > len(data):
        raise corrupt("it is cut inside a chunk")
    body = data[at + 8 : end - 4]
    if zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(data[end - 4 : end], "big"):
        raise corrupt(f"the checksum of its {_shown(kind)} chunk is wrong")
    if (parts.header is None) != (kind == b"IHDR"):
        raise corrupt("its header is missing or comes twice")
    _take(kind, body, parts, bounds)
    parts.last = kind
    return end


def _shown(kind: bytes) -> str:
    return kind.decode("latin-1") if kind.isalpha() else kind.hex()


def _take(kind: bytes, body: bytes, parts: _Parts, bounds: Bounds) -> None:
    if kind == b"IHDR":
        parts.header = _header(body, bounds)
    elif kind == b"IDAT":
        if parts.pixels and parts.last != b"IDAT":
            raise corrupt("its pixel data is interrupted")
        parts.pixels.append(body)
    elif kind == b"PLTE":
        _palette(body, parts)
    elif kind == b"tRNS":
        _transparency(body, parts)
    elif kind != b"IEND":
        if not kind[:1].islower() and kind.isalpha():
            raise corrupt(f"it needs the unknown chunk {_shown(kind)}")
        parts.n_others += 1
        _aside(kind, body, parts, bounds)


def _header(body: bytes, bounds: Bounds) -> _Header:
    if len(body) != 13:
        raise corrupt("its header has the wrong length")
    width, height, depth, colour, method, filtering, interlace = struct.unpack(">IIBBBBB", body)
    bounds.check_size(width, height)
    if depth not in _DEPTHS.get(colour, ()) or method or filtering or interlace > 1:
        raise corrupt(f"its header says {depth} bits of colour type {colour}, which does not exist")
    n_bytes = width * height * _CHANNELS[colour] * (2 if depth == _SIXTEEN else 1)
    if interlace:
        bounds.check_work(2 * n_bytes)
    return _Header(width, height, depth, colour, bool(interlace))


def _palette(body: bytes, parts: _Parts) -> None:
    header = parts.header
    if parts.palette or parts.pixels or len(body) % 3 or not 3 <= len(body) <= 768:
        raise corrupt("its palette is out of place or has the wrong length")
    if header is not None and header.colour == _PALETTE:
        parts.palette = body
    else:
        parts.n_others += 1  # a suggestion for displays of the past


def _transparency(body: bytes, parts: _Parts) -> None:
    header = parts.header
    colour = header.colour if header is not None else -1
    fits = {_GREY: len(body) == 2, _RGB: len(body) == 6, _PALETTE: 0 < len(body) <= len(parts.palette) // 3}
    if parts.transparency or parts.pixels or not fits.get(colour, False):
        parts.n_others += 1  # decoders ignore it there, so it changes no pixel
    else:
        parts.transparency = body


def _aside(kind: bytes, body: bytes, parts: _Parts, bounds: Bounds) -> None:
    """Read what is wanted of a chunk that will be dropped; compressed text is measured, within its bound."""
    if kind == b"eXIf":
        parts.exif = parts.exif or body.removeprefix(b"Exif\x00\x00")
    elif kind == b"iTXt":
        key, _, rest = body.partition(b"\x00")
        text = _international(rest, parts, bounds)
        if key == _XMP_KEY:
            parts.xmp = parts.xmp or text
    elif kind in (b"zTXt", b"iCCP"):
        parts.has_profile |= kind == b"iCCP"
        _measured(body.partition(b"\x00")[2][1:], parts, bounds)
    elif kind in _ANIMATION:
        parts.is_animated = True
        if kind == b"acTL" and len(body) == 8:
            parts.n_frames = max(1, min(int.from_bytes(body[:4], "big"), 1_000_000))


def _international(rest: bytes, parts: _Parts, bounds: Bounds) -> bytes:
    is_packed = rest[:1] == b"\x01"
    text = rest[2:].partition(b"\x00")[2].partition(b"\x00")[2]
    return _measured(text, parts, bounds) if is_packed else text


def _measured(packed: bytes, parts: _Parts, bounds: Bounds) -> bytes:
    """Unpack text as far as the bound on all of it allows; damaged text is no damage to the picture."""
    left = bounds.max_metadata_bytes - parts.n_unpacked
    try:
        text = zlib.decompressobj().decompress(packed, left + 1)
    except zlib.error:
        return b""
    parts.n_unpacked += len(text)
    if len(text) > left:
        reason = f"its text chunks unpack to more than {bounds.max_metadata_bytes} bytes"
        raise Refused("intake.metadata_too_large", reason)
    return text


def _proven(packed: bytes, n_raw: int) -> int:
    """Unpack the pixel data without keeping it and return how many of its bytes were used.

    Raises:
        Refused: it is damaged, or unpacks to more or fewer bytes than the picture has.
    """
    inflater, count, at, rest = zlib.decompressobj(), 0, 0, b""
    view = memoryview(packed)
    try:
        while not inflater.eof and count <= n_raw:
            taken = b"" if rest else view[at : at + _FED]
            at += len(taken)
            piece = inflater.decompress(rest or taken, _PIECE)
            count += len(piece)
            rest = inflater.unconsumed_tail
            if not piece and not rest and at >= len(packed):
                break
    except zlib.error:
        raise corrupt("its pixel data is damaged") from None
    if count > n_raw:
        raise corrupt("it holds more pixel data than pixels")
    if count < n_raw or not inflater.eof:
        raise corrupt("it is cut: pixel data is missing")
    return at - len(inflater.unused_data)


def without_asides(data: bytes) -> bytes:
    """Drop every chunk that the pixels do not need from a PNG that was written here (resolution, for one)."""
    at, kept = len(_START), [_START]
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"):
            kept.append(data[at:end])
        at = end
    return b"".join(kept)
