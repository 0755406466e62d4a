"""Drives the limited children that decode pictures: hands out work, keeps the time, replaces what died."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import LifoQueue
from types import TracebackType
from typing import Self

from assay.jobs.intake import protocol
from assay.jobs.intake.answer import Answer, read_answer
from assay.jobs.intake.errors import (
    FROM_CHILD,
    CorruptImageError,
    DecoderDiedError,
    EmptyFileError,
    FormatNotAllowedError,
    SandboxError,
    TooSlowError,
    UnknownFormatError,
)
from assay.jobs.intake.limits import Limits
from assay.jobs.intake.outcome import Picture
from assay.jobs.intake.phash import perceptual_hash
from assay.jobs.intake.sniff import HEAD_BYTES, SHORTEST_PICTURE, sniff

_CHILD = Path(__file__).parent / "child" / "__main__.py"
_DIED = 100
_START_S = 30.0
_END_S = 2.0
_ENVIRONMENT = {
    "MALLOC_ARENA_MAX": "1",  # each arena reserves 64 MiB of address space, which the limit would count
    "VIPS_CONCURRENCY": "1",
    "OMP_NUM_THREADS": "1",
    "LC_ALL": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
}


class _Dead(Exception):  # noqa: N818 - it carries how the child ended to the one place that decides about it
    def __init__(self, signal_number: int, *, was_fresh: bool, out_of_time: bool = False) -> None:
        super().__init__(signal_number)
        self.signal_number = signal_number
        self.was_fresh = was_fresh
        self.out_of_time = out_of_time


@dataclass(frozen=True, slots=True)
class Isolation:
    """Which walls stand around the decoder on this machine, beside its resource limits, which always hold.

    Attributes:
        user: it runs without the rights of root.
        network: it has a network namespace of its own, without interfaces.
        calls: a system-call filter leaves it memory, threads, clock and its one socket: it opens no file, no socket,
            and starts no program.
    """

    user: bool
    network: bool
    calls: bool


class _Child:
    """One nest and its worker, spoken to over one socket."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._n_served = 0
        ours, theirs = socket.socketpair()
        bounds = {name: value for name, value in asdict(limits).items() if name in _CHILD_BOUNDS}
        with theirs:
            self._process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603 - our own program, no shell
                [sys.executable, "-I", "-B", str(_CHILD), json.dumps(bounds)],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=_ENVIRONMENT,
                start_new_session=True,
            )
        self._socket = ours
        self.isolation = self._greeted()

    def _greeted(self) -> Isolation:
        try:
            header = self._receive(protocol.REPLY.size, time.monotonic() + _START_S)
            mark, _, n_facts, *_ = protocol.REPLY.unpack(header)
            facts = json.loads(self._receive(min(n_facts, protocol.MAX_FACTS_BYTES), time.monotonic() + _START_S))
            isolation = Isolation(*(bool(facts[name]) for name in ("user", "network", "calls")))
        except (OSError, ValueError, KeyError, EOFError):
            mark = b""
        if mark != protocol.HELLO:
            self.end()
            raise SandboxError("the limited decoder does not start")
        return isolation

    def ask(self, data: bytes) -> Answer:
        """Send a picture and wait for the answer, at most the wall time.

        Raises:
            _Dead: the child ended, was ended, or broke the protocol; it is gone then.
        """
        token = secrets.token_bytes(protocol.TOKEN_BYTES)
        deadline = time.monotonic() + self._limits.wall_s
        try:
            self._send(protocol.REQUEST.pack(protocol.ASK, token, len(data)), deadline)
            self._send(data, deadline)
            header = protocol.REPLY.unpack(self._receive(protocol.REPLY.size, deadline))
            answer = read_answer(header, token, lambda n_bytes: self._receive(n_bytes, deadline), self._limits)
        except TimeoutError:
            raise self._dead(out_of_time=True) from None
        except (OSError, EOFError, ValueError):
            raise self._dead() from None
        self._n_served = 0 if answer.refused else self._n_served + 1
        return answer

    def _dead(self, *, out_of_time: bool = False) -> _Dead:
        was_fresh = self._n_served % self._limits.files_per_child == 0
        code = self.end(patience_s=0.0 if out_of_time else 1.0)
        return _Dead(code - _DIED if code > _DIED else 0, was_fresh=was_fresh, out_of_time=out_of_time)

    def _send(self, data: bytes, deadline: float) -> None:
        self._socket.settimeout(_left(deadline))
        self._socket.sendall(data)

    def _receive(self, n_bytes: int, deadline: float) -> bytes:
        buffer = bytearray(n_bytes)
        view, at = memoryview(buffer), 0
        while at < n_bytes:
            self._socket.settimeout(_left(deadline))
            count = self._socket.recv_into(view[at:])
            if not count:
                raise EOFError
            at += count
        return bytes(buffer)

    def end(self, patience_s: float = 0.0) -> int:
        """End the nest and its worker, by force if need be, and return the exit code of the nest."""
        self._socket.close()
        for ask, wait_s in ((_nothing, patience_s), (self._process.terminate, _END_S), (self._kill, None)):
            ask()
            with contextlib.suppress(subprocess.TimeoutExpired):
                return int(self._process.wait(wait_s))
        raise AssertionError("waiting without end has ended")

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


def _nothing() -> None:
    """Ask for nothing: the child is ending by itself, or may be."""


_CHILD_BOUNDS = frozenset(
    {
        "max_file_bytes",
        "max_pixels",
        "max_work_bytes",
        "max_metadata_bytes",
        "max_scans",
        "max_edge_px",
        "exact_rotation_pixels",
        "thumbnail_px",
        "cpu_s",
        "memory_bytes",
        "files_per_child",
    }
)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class DecodePool:
    """A few limited children; `decode` may be called from any thread and waits for a free one.

    The answer for a picture never depends on those before it: when a child that served others dies, the picture is
    tried once more in a fresh one.
    """

    def __init__(self, limits: Limits | None = None, n_children: int = 2) -> None:
        self.limits = limits or Limits()
        self.n_children = n_children
        self._idle: LifoQueue[_Child | None] = LifoQueue()
        self._lock = threading.Lock()
        self._living: set[_Child] = set()
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

    def _asked(self, data: bytes) -> Answer:
        child = self._idle.get()
        try:
            while True:
                child = child or self._started()
                try:
                    return child.ask(data)
                except _Dead as dead:
                    self._bury(child)
                    child = None
                    if dead.was_fresh:
                        raise _refusal_of(dead, self.limits) from None
        finally:
            self._idle.put(child)

    def _started(self) -> _Child:
        child = _Child(self.limits)
        with self._lock:
            self._living.add(child)
        return child

    def _bury(self, child: _Child) -> None:
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


def _refusal_of(dead: _Dead, limits: Limits) -> TooSlowError | DecoderDiedError:
    if dead.out_of_time:
        return TooSlowError(f"decoding took more than {limits.wall_s:g} s")
    if dead.signal_number in (signal.SIGPROF, signal.SIGXCPU):
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
