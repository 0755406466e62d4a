"""Walks the blocks of a GIF file: its true canvas, how many frames, and whether it is whole.

Source of the grammar: CompuServe, "GIF89a Specification".
"""

from __future__ import annotations

from assay.jobs.intake.child.prepared import Bounds, Prepared, corrupt

_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B
_HEADER_BYTES = 13


def prepare_gif(data: bytes, bounds: Bounds) -> Prepared:
    """Read the container; the first frame is decoded later and stored as PNG.

    Raises:
        Refused: cut before the first frame is whole, or larger than allowed.
    """
    if len(data) < _HEADER_BYTES:
        raise corrupt("it is cut inside its header")
    width, height = int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    bounds.check_size(max(width, 1), max(height, 1))
    at = _HEADER_BYTES + _table_bytes(data[10])
    n_frames, is_whole = 0, False
    while at < len(data) and not is_whole:
        kind = data[at]
        if kind == _TRAILER:
            is_whole, at = True, at + 1
            break
        if kind == _IMAGE and at + 10 <= len(data):
            width, height = _canvas(data, at, width, height, is_first=not n_frames)
            bounds.check_size(width, height)
        after = _after_block(data, at, kind)
        if after < 0:
            break
        n_frames += kind == _IMAGE
        at = after
    if not n_frames:
        raise corrupt("it is cut before its first frame is whole")
    bounds.check_work(width * height * 5)
    return _prepared(data, width, height, n_frames, n_tail=len(data) - at if is_whole else 0, is_whole=is_whole)


def _prepared(data: bytes, width: int, height: int, n_frames: int, *, n_tail: int, is_whole: bool) -> Prepared:
    prepared = Prepared(width, height, data, clean=False, n_frames=n_frames)
    if n_tail:
        prepared.note("tail_dropped", f"{n_tail} bytes behind its end were dropped.")
    if not is_whole:
        prepared.note("end_missing", "Its end mark is missing; its first frame is whole.")
    if n_frames > 1:
        prepared.note("first_frame_only", f"An animation of {n_frames} frames; the first was taken.")
    return prepared


def _table_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _canvas(data: bytes, at: int, width: int, height: int, *, is_first: bool) -> tuple[int, int]:
    """Decoders widen the canvas to a first frame that sticks out of it."""
    left, top, across, down = (int.from_bytes(data[at + i : at + i + 2], "little") for i in (1, 3, 5, 7))
    if not across or not down:
        raise corrupt(f"a frame of it has {across} x {down} pixels")
    return (max(width, left + across), max(height, top + down)) if is_first else (width, height)


def _after_block(data: bytes, at: int, kind: int) -> int:
    """Return where the block that begins at `at` ends, or -1 when it is cut or unknown."""
    if kind == _EXTENSION:
        at += 2
    elif kind == _IMAGE and at + 10 <= len(data):
        at += 10 + _table_bytes(data[at + 9]) + 1
    else:
        return -1
    while at < len(data):
        length = data[at]
        at += 1 + length
        if not length:
            return at
    return -1
