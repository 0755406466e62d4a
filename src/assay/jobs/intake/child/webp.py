"""Takes a WebP file apart: keeps the coded picture and its alpha, byte for byte, and drops everything else.

Source of the grammar: Google, "WebP Container Specification".
"""

from __future__ import annotations

from dataclasses import dataclass, field

from assay.jobs.intake.child.prepared import Bounds, Prepared, corrupt

_ANIMATION, _ALPHA = 0x02, 0x10
_VP8_START = b"\x9d\x01\x2a"
_VP8L_START = 0x2F


@dataclass(slots=True)
class _Parts:
    extended: bytes = b""
    picture: tuple[bytes, bytes] = (b"", b"")
    alpha: bytes | None = None
    exif: bytes = b""
    xmp: bytes = b""
    n_frames: int = 0
    has_profile: bool = False
    others: list[bytes] = field(default_factory=list)


def prepare_webp(data: bytes, bounds: Bounds) -> Prepared:
    """Read the container and build the copy without metadata; of an animation the first frame is taken later.

    Raises:
        Refused: cut, contradictory or too large.
    """
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise corrupt("it is cut: it is shorter than it says")
    parts = _Parts()
    at = 12
    while at < end:
        at = _chunk(data, at, end, parts)
    is_animated = bool(parts.extended and parts.extended[0] & _ANIMATION)
    width, height = _size(parts, is_animated=is_animated)
    bounds.check_size(width, height)
    bounds.check_work(width * height * 4)
    source = data[:end] if is_animated else _rebuilt(parts, width, height)
    prepared = Prepared(width, height, source, not is_animated, lossy=True, n_frames=max(1, parts.n_frames))
    prepared.lossy = parts.picture[0] == b"VP8 " and not is_animated
    prepared.exif, prepared.xmp = parts.exif.removeprefix(b"Exif\x00\x00"), parts.xmp
    _add_notes(prepared, parts, len(data) - end, is_animated=is_animated)
    return prepared


def _add_notes(prepared: Prepared, parts: _Parts, n_tail: int, *, is_animated: bool) -> None:
    if n_tail > 0:
        prepared.note("tail_dropped", f"{n_tail} bytes behind its end were dropped.")
    if parts.has_profile:
        prepared.note("profile_dropped", "Its colour profile was dropped; pixel values are unchanged.")
    if is_animated:
        prepared.note("first_frame_only", f"An animation of {parts.n_frames} frames; the first was taken.")


def _chunk(data: bytes, at: int, end: int, parts: _Parts) -> int:  # noqa: C901 - one arm for each kind of chunk
    if at + 8 > end:
        raise corrupt("it is cut inside a chunk")
    kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
    stop = at + 8 + length
    if stop > end:
        raise corrupt("it is cut inside a chunk")
    body = data[at + 8 : stop]
    if kind == b"VP8X":
        if len(body) < 10 or parts.extended:
            raise corrupt("its extended header has the wrong length or comes twice")
        parts.extended = body
    elif kind in (b"VP8 ", b"VP8L"):
        parts.picture = parts.picture if parts.picture[1] else (kind, body)
    elif kind == b"ALPH":
        parts.alpha = body if parts.alpha is None else parts.alpha
    elif kind == b"EXIF":
        parts.exif = parts.exif or body
    elif kind == b"XMP ":
        parts.xmp = parts.xmp or body
    elif kind == b"ANMF":
        parts.n_frames += 1
    elif kind == b"ICCP":
        parts.has_profile = True
    return stop + (length & 1)


def _size(parts: _Parts, *, is_animated: bool) -> tuple[int, int]:
    canvas = parts.extended
    across = 1 + int.from_bytes(canvas[4:7], "little") if canvas else 0
    down = 1 + int.from_bytes(canvas[7:10], "little") if canvas else 0
    if is_animated:
        if not parts.n_frames:
            raise corrupt("it is an animation without frames")
        return across, down
    kind, body = parts.picture
    size = _coded_size(kind, body)
    if canvas and size != (across, down):
        raise corrupt(f"its canvas says {across} x {down} pixels and its picture {size[0]} x {size[1]}")
    return size


def _coded_size(kind: bytes, body: bytes) -> tuple[int, int]:
    if kind == b"VP8 " and len(body) >= 10 and body[3:6] == _VP8_START:
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    if kind == b"VP8L" and len(body) >= 5 and body[0] == _VP8L_START:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + ((bits >> 14) & 0x3FFF)
    raise corrupt("there is no picture in it")


def _rebuilt(parts: _Parts, width: int, height: int) -> bytes:
    kind, body = parts.picture
    chunks = _chunk_bytes(kind, body)
    if kind == b"VP8 " and parts.alpha is not None:
        canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        header = _chunk_bytes(b"VP8X", bytes([_ALPHA, 0, 0, 0]) + canvas)
        chunks = header + _chunk_bytes(b"ALPH", parts.alpha) + chunks
    return b"RIFF" + (4 + len(chunks)).to_bytes(4, "little") + b"WEBP" + chunks


def _chunk_bytes(kind: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(4, "little") + body + b"\x00" * (len(body) & 1)
