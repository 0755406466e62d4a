"""Drives the limited children that decode pictures: hands out work, keeps the time, replaces what died."""

from __future__ import annotations

import hashlib
import threading
from queue import LifoQueue
from types import TracebackType
from typing import Self

from assay.jobs.intake import protocol
from assay.jobs.intake.answer import Answer
from assay.jobs.intake.child_process import OUT_OF_TIME, Child, Dead, Isolation
from assay.jobs.intake.errors import (
    FROM_CHILD,
    CorruptImageError,
    DecoderDiedError,
    EmptyFileError,
    FormatNotAllowedError,
    TooSlowError,
    UnknownFormatError,
)
from assay.jobs.intake.limits import Limits
from assay.jobs.intake.outcome import Picture
from assay.jobs.intake.phash import perceptual_hash
from assay.jobs.intake.sniff import HEAD_BYTES, SHORTEST_PICTURE, sniff


class DecodePool:
    """A few limited children; `decode` may be called from any thread and waits for a free one.

    The answer for a picture never depends on those before it: when a child that served others dies, the picture is
    tried once more in a fresh one.
    """

    def __init__(self, limits: Limits | None = None, n_children: int = 2) -> None:
        self.limits = limits or Limits()
        self.n_children = n_children
        self._idle: LifoQueue[Child | None] = LifoQueue()
        self._lock = threading.Lock()
        self._living: set[Child] = set()
        for _ in range(n_children):
            self._idle.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all children. Call it when no thread decodes any more."""
        with self._lock:
            living, self._living = self._living, set()
        for child in living:
            child.end(patience_s=1.0)

    def isolation(self) -> Isolation:
        """Say which walls stand on this machine.

        Raises:
            SandboxError: the decoder does not start at all.
        """
        child = self._idle.get()
        try:
            child = child or self._started()
        finally:
            self._idle.put(child)
        return child.isolation

    def decode(self, data: bytes) -> Picture:
        """Turn the bytes of one file into a picture that is safe to store and serve.

        Raises:
            PictureError: one of its kinds; the picture is refused.
            SandboxError: the decoder does not start on this machine.
        """
        _check_format(data)
        answer = self._asked(data)
        if answer.refused:
            raise FROM_CHILD[answer.refused](answer.reason)
        return _picture(data, answer)

    def tiles(self, data: bytes) -> bytes:
        """Cut a picture into the tiles of a deep zoom pyramid: a ZIP archive of `<level>/<x>_<y>.jpg` by the child.

        Raises:
            PictureError: one of its kinds; the picture is refused.
            SandboxError: the decoder does not start on this machine.
        """
        _check_format(data)
        answer = self._asked(data, protocol.TILE)
        if answer.refused:
            raise FROM_CHILD[answer.refused](answer.reason)
        return answer.served

    def _asked(self, data: bytes, mark: bytes = protocol.ASK) -> Answer:
        child = self._idle.get()
        try:
            while True:
                child = child or self._started()
                try:
                    return child.ask(data, mark)
                except Dead as dead:
                    self._bury(child)
                    child = None
                    if dead.is_final:
                        raise _refusal_of(dead, self.limits) from None
        finally:
            self._idle.put(child)

    def _started(self) -> Child:
        child = Child(self.limits)
        with self._lock:
            self._living.add(child)
        return child

    def _bury(self, child: Child) -> None:
        with self._lock:
            self._living.discard(child)


def _check_format(data: bytes) -> None:
    """Refuse by content, before any decoder sees the file."""
    if not data:
        raise EmptyFileError("it is empty")
    if len(data) < SHORTEST_PICTURE:
        raise CorruptImageError(f"it has {len(data)} bytes, too few for any picture")
    found = sniff(data[:HEAD_BYTES])
    if found.damaged:
        raise CorruptImageError(f"it begins like a damaged {found.name}")
    if found.allowed is None:
        if found.name:
            raise FormatNotAllowedError(f"it is {_article(found.name)} {found.name}, by its content")
        raise UnknownFormatError("its content is no picture of a known format")


def _article(name: str) -> str:
    return "an" if name[0] in "AEFHILMNORSX" and (name[1:2].isupper() or name[0] in "AEIO") else "a"


def _refusal_of(dead: Dead, limits: Limits) -> TooSlowError | DecoderDiedError:
    if dead.out_of_time:
        return TooSlowError(f"decoding took more than {limits.wall_s:g} s")
    if dead.signal_number in OUT_OF_TIME:
        return TooSlowError(f"decoding took more than {limits.cpu_s:g} s of processor time")
    return DecoderDiedError(f"the decoder ended on it (signal {dead.signal_number})")


def _picture(data: bytes, answer: Answer) -> Picture:
    facts = answer.facts
    served = data if facts.same else answer.served
    original = hashlib.sha256(data).hexdigest()
    return Picture(
        original_sha256=original,
        original_bytes=len(data),
        original_media_type=facts.original_media_type,
        sha256=original if facts.same else hashlib.sha256(served).hexdigest(),
        served=served,
        media_type=facts.media_type,
        width=facts.width,
        height=facts.height,
        orientation=facts.orientation,
        exact=facts.exact,
        n_channels=facts.n_channels,
        bits=facts.bits,
        n_frames=facts.n_frames,
        thumbnail=answer.thumbnail,
        phash=perceptual_hash(answer.luma),
        capture=dict(facts.capture),
        private=dict(facts.private),
        notes=facts.notes,
    )
