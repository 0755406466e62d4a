"""Unpacks gzip as a stream, counting what comes out; and opens one file at several places at once."""

from __future__ import annotations

import io
import os
import zlib
from typing import BinaryIO

from assay.jobs.intake.errors import ArchiveTooLargeError, CorruptArchiveError
from assay.jobs.intake.limits import Limits

_CHUNK = 1 << 16
_WINDOW = 31  # gzip framing with the largest window


class GzipReader:
    """The unpacked bytes of a gzip file of one or more members; its checksums are verified at the end of each."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._file = file
        self._limits = limits
        self._inflater = zlib.decompressobj(_WINDOW)
        self._packed = b""
        self._ready = b""
        self._n_in = self._n_out = 0
        self._ended = False

    def read(self, n_bytes: int) -> bytes:
        """Give `n_bytes`, fewer only at the end.

        Raises:
            ArchiveTooLargeError: it unpacks to more than the ratio or the size of an archive allows.
            CorruptArchiveError: it is cut or damaged.
        """
        parts, wanted = [], n_bytes
        while wanted > 0 and (piece := self._some(wanted)):
            parts.append(piece)
            wanted -= len(piece)
        return b"".join(parts)

    def _some(self, wanted: int) -> bytes:
        while not self._ready and not self._ended:
            self._inflate()
        piece, self._ready = self._ready[:wanted], self._ready[wanted:]
        return piece

    def _inflate(self) -> None:
        if not self._packed:
            self._packed = self._file.read(_CHUNK)
            self._n_in += len(self._packed)
        if bool(self._inflater.eof):
            self._next_member()
            return
        was_empty = not self._packed  # even then the inflater may hold bytes back that did not fit the last piece
        try:
            self._ready = self._inflater.decompress(self._packed, _CHUNK * 4)
        except zlib.error:
            raise CorruptArchiveError("the gzip data is damaged") from None
        has_ended = bool(self._inflater.eof)
        self._packed = self._inflater.unused_data if has_ended else self._inflater.unconsumed_tail
        if was_empty and not self._ready and not has_ended:
            raise CorruptArchiveError("the gzip data is cut")
        self._count()

    def _next_member(self) -> None:
        """Go on after a member: zeros are padding, another gzip header is another member, anything else is damage."""
        self._packed = self._packed.lstrip(b"\x00")
        if not self._packed:
            self._packed = self._file.read(_CHUNK)
            self._n_in += len(self._packed)
            self._ended = not self._packed
        elif self._packed.startswith(b"\x1f"):
            self._inflater = zlib.decompressobj(_WINDOW)
        else:
            raise CorruptArchiveError("there are stray bytes behind the gzip data")

    def _count(self) -> None:
        self._n_out += len(self._ready)
        limits = self._limits
        if self._n_out > limits.ratio_free_bytes and self._n_out > limits.max_ratio * self._n_in:
            raise ArchiveTooLargeError(f"it unpacks to more than {limits.max_ratio} times its size")
        if self._n_out > limits.max_archive_bytes:
            raise ArchiveTooLargeError(f"it unpacks to more than {limits.max_archive_bytes} bytes")


class _AtOffset(io.RawIOBase):
    """A read-only view of a descriptor with a position of its own."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: os.fstat(self._descriptor).st_size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # the base class types it as a buffer
        data = os.pread(self._descriptor, len(view), self._at)
        view[: len(data)] = data
        self._at += len(data)
        return len(data)


def view_of(file: BinaryIO) -> BinaryIO:
    """Open `file` again with a position of its own, so that threads can read it side by side."""
    return io.BufferedReader(_AtOffset(file.fileno()), _CHUNK)
