"""Run lengths of Label Studio's brush masks: bytes packed by bits, as `rle-pack` of thi.ng/umbrella writes them.

A stream is a count of values (32 bits), the size of a value less one (5), four sizes of run lengths less one (4 each);
then blocks of a bit that tells a run from plain values, the index of a size (2), a length less one, and the values.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assay.formats.limits import MAX_BRUSH_PX, MIB
from assay.formats.values import RowError

_WORD_BITS = 8
_SIZES = (3, 4, 8, 16)
_CHANNELS = 4  # every pixel is written as red, green, blue and alpha
_MAX_BYTES = 8 * MIB


class _Bits:
    """Reads numbers from a row of bits."""

    def __init__(self, data: bytes) -> None:
        self._bits = bin(int.from_bytes(b"\x01" + data, "big"))[3:]
        self._at = 0

    def read(self, n_bits: int) -> int:
        chunk = self._bits[self._at : self._at + n_bits]
        if len(chunk) < n_bits:
            raise RowError("the brush mask is cut off")
        self._at += n_bits
        return int(chunk, 2)


def decode_brush(data: Sequence[int], width_px: int, height_px: int) -> NDArray[np.bool_]:
    """Read a (height, width) mask: pixels whose alpha is not 0; `RowError` for a stream that does not fill it."""
    if width_px * height_px > MAX_BRUSH_PX:
        raise RowError(f"the brush mask covers {width_px * height_px} px, over the limit of {MAX_BRUSH_PX}")
    if len(data) > _MAX_BYTES:
        raise RowError(f"the brush mask has {len(data)} bytes, over the limit of {_MAX_BYTES}")
    bits = _Bits(bytes(data))
    n_values, word = bits.read(32), bits.read(5) + 1
    sizes = [bits.read(4) + 1 for _ in range(4)]
    if word != _WORD_BITS or n_values != width_px * height_px * _CHANNELS:
        raise RowError(f"the brush mask holds {n_values} values of {word} bits, not {width_px * height_px * _CHANNELS}")
    values = np.zeros(n_values, dtype=np.uint8)
    at = 0
    while at < n_values:
        is_run = bits.read(1)
        length = bits.read(sizes[bits.read(2)]) + 1
        if at + length > n_values:
            raise RowError("the brush mask is longer than its picture")
        if is_run:
            values[at : at + length] = bits.read(word)
        else:
            values[at : at + length] = [bits.read(word) for _ in range(length)]
        at += length
    return values.reshape(height_px, width_px, _CHANNELS)[:, :, 3] > 0


def encode_brush(mask: NDArray[np.bool_]) -> list[int]:
    """Write a (height, width) mask with 255 inside and 0 outside in all four channels."""
    flat = mask.ravel()
    ends = np.concatenate([np.flatnonzero(flat[1:] != flat[:-1]) + 1, [flat.size]])
    pieces = [f"{flat.size * _CHANNELS:032b}{_WORD_BITS - 1:05b}", *(f"{size - 1:04b}" for size in _SIZES)]
    start = 0
    for end in ends.tolist():
        pieces += _run(255 if flat[start] else 0, (end - start) * _CHANNELS)
        start = end
    bits = "".join(pieces)
    bits += "0" * (-len(bits) % 8)
    return list(int(bits, 2).to_bytes(len(bits) // 8, "big"))


def _run(value: int, length: int) -> list[str]:
    """One run, in several blocks when it is longer than a block can say."""
    blocks: list[str] = []
    while length:
        part = min(length, 1 << _SIZES[-1])
        index = next(i for i, size in enumerate(_SIZES) if part <= 1 << size)
        blocks.append(f"1{index:02b}{part - 1:0{_SIZES[index]}b}{value:08b}")
        length -= part
    return blocks
