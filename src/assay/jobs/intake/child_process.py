"""One limited child as the server sees it: started, asked, and ended over one socket."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from assay.jobs.intake import protocol
from assay.jobs.intake.answer import Answer, read_answer, read_tiles
from assay.jobs.intake.errors import SandboxError
from assay.jobs.intake.limits import Limits

_CHILD = Path(__file__).parent / "child" / "__main__.py"
_DIED = 100
_START_S = 30.0
_END_S = 2.0
OUT_OF_TIME = (signal.SIGPROF, signal.SIGXCPU)
_MAY_BE_INHERITED = ("intake.too_much_memory", "intake.decoder_died")
"""Refusals that a picture before may have caused by what it left in memory: asked again of a fresh worker."""
_ENVIRONMENT = {
    "MALLOC_ARENA_MAX": "1",  # each arena reserves 64 MiB of address space, which the limit would count
    "VIPS_CONCURRENCY": "1",
    "OMP_NUM_THREADS": "1",
    "LC_ALL": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
}


class Dead(Exception):  # noqa: N818 - it carries how the child ended to the one place that decides about it
    """The child ended.

    Attributes:
        signal_number: what ended its worker, 0 when none did or it is not known.
        is_final: the picture is to blame; else another try in a fresh child is due.
        out_of_time: it was killed at the wall limit.
    """

    def __init__(self, signal_number: int, *, is_final: bool, out_of_time: bool = False) -> None:
        super().__init__(signal_number)
        self.signal_number = signal_number
        self.is_final = is_final
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


class Child:
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

    def ask(self, data: bytes, mark: bytes = protocol.ASK) -> Answer:
        """Send a picture and wait for the answer, at most the wall time.

        Args:
            data: the picture.
            mark: `protocol.ASK` for what is stored of it, `protocol.TILE` for its tiles.

        Raises:
            Dead: the child ended, was ended, or broke the protocol; it is gone then.
        """
        token = secrets.token_bytes(protocol.TOKEN_BYTES)
        deadline = time.monotonic() + self._limits.wall_s
        try:
            self._send(protocol.REQUEST.pack(mark, token, len(data)), deadline)
            self._send(data, deadline)
            header = protocol.REPLY.unpack(self._receive(protocol.REPLY.size, deadline))
            read = read_tiles if mark == protocol.TILE else read_answer
            answer = read(header, token, lambda n_bytes: self._receive(n_bytes, deadline), self._limits)
        except TimeoutError:
            raise self._dead(out_of_time=True) from None
        except (OSError, EOFError, ValueError):
            raise self._dead() from None
        was_fresh, self._n_served = self._is_fresh(), 0 if answer.refused else self._n_served + 1
        if answer.refused in _MAY_BE_INHERITED and not was_fresh:
            return self.ask(data, mark)
        return answer

    def _is_fresh(self) -> bool:
        """Whether the worker that serves the next picture has served none before."""
        return self._n_served % self._limits.files_per_child == 0

    def _dead(self, *, out_of_time: bool = False) -> Dead:
        code = self.end(patience_s=0.0 if out_of_time else 1.0)
        number = code - _DIED if code > _DIED else 0
        # The clock of processor time starts anew with each picture; whatever else ended the worker may have been left
        # by a picture before.
        is_final = self._is_fresh() or number in OUT_OF_TIME
        return Dead(number, is_final=is_final, out_of_time=out_of_time)

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
