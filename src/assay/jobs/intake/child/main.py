"""The child process: a small parent that decodes nothing forks workers that decode everything.

The parent (the "nest") loads the libraries once, gives up its rights and then only forks and waits. A worker serves
pictures one after the other over one socket and is replaced, by a fork of two milliseconds, after every refusal, after
a number of pictures, and after any death. So a limit that holds for the life of a process holds for one file, and no
picture meets the memory of a damaged one.
"""

from __future__ import annotations

import codecs
import json
import math
import os
import resource
import signal
from collections.abc import Callable
from dataclasses import asdict

import pyvips
from PIL import Image

from assay.jobs.intake import protocol
from assay.jobs.intake.child import sandbox
from assay.jobs.intake.child.picture import Processed, process
from assay.jobs.intake.child.prepared import Bounds, Refused
from assay.jobs.intake.child.pyramid import cut

_IN, _OUT = 0, 1
_RENEW, _CLOSED = 0, 3
_DIED = 100
_WORK = {protocol.ASK: process, protocol.TILE: cut}
_CODINGS = ("ascii", "latin-1", "utf-8", "utf-16-le", "utf-16-be", "cp1252", "cp437")
"""Loaded while files can still be opened."""
_PROBE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c636000000002000148afa4710000000049454e44ae426082"
)  # a grey pixel


def main(arguments: list[str]) -> int:
    """Run the nest until the other end closes or a worker dies.

    Returns:
        0 when the server closed its end; `_DIED` plus the signal when a worker was ended by one.
    """
    bounds = Bounds(**json.loads(arguments[0]))
    Image.preinit()
    pyvips.cache_set_max(0)
    pyvips.cache_set_max_mem(0)
    for coding in _CODINGS:
        codecs.lookup(coding)
    os.nice(5)
    memory = sandbox.address_space() + bounds.memory_bytes
    walls = sandbox.drop_rights()
    walls.calls = _exit_of(lambda: _probe(bounds, memory)) == 0
    _greet(walls)
    while True:
        status = _exit_of(lambda: _serve(bounds, memory, with_filter=walls.calls))
        if status != _RENEW:
            return 0 if status == _CLOSED else status


def _exit_of(work: Callable[[], int]) -> int:
    """Fork, run `work` in the child, and return its exit code, or `_DIED` plus the signal that ended it."""
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        try:
            code = work()
        except BaseException:  # noqa: BLE001 - nothing may climb back into the nest's loop
            code = _DIED
        os._exit(code)
    # Asked to end, the nest ends its worker and still collects it, so that no dead process is left to the system.
    signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGKILL))
    _, status = os.waitpid(pid, 0)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return _DIED + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def _enter(bounds: Bounds, memory: int, *, with_filter: bool) -> bool:
    sandbox.die_with_parent()
    lifetime_s = math.ceil(bounds.cpu_s * min(bounds.files_per_child, 30)) + 1
    sandbox.set_limits(memory, lifetime_s)
    return sandbox.filter_calls() if with_filter else True


def _probe(bounds: Bounds, memory: int) -> int:
    """Try the filter on a picture of our own: a system on which it breaks the decoder is served without it."""
    if not _enter(bounds, memory, with_filter=True):
        return 1
    return 0 if process(_PROBE, bounds).facts["width"] == 1 else 1


def _greet(walls: sandbox.Walls) -> None:
    facts = json.dumps(asdict(walls)).encode()
    _write(protocol.REPLY.pack(protocol.HELLO, bytes(protocol.TOKEN_BYTES), len(facts), 0, 0, 0) + facts)


def _serve(bounds: Bounds, memory: int, *, with_filter: bool) -> int:
    """Answer for pictures until one is refused, the number is reached, or the other end closes."""
    _enter(bounds, memory, with_filter=with_filter)
    for _ in range(bounds.files_per_child):
        header = _read(protocol.REQUEST.size)
        if not header:
            return _CLOSED
        mark, token, n_bytes = protocol.REQUEST.unpack(header)
        if mark not in _WORK or n_bytes > bounds.max_file_bytes:
            return _DIED
        if not _answer(_WORK[mark], token, _read(n_bytes), bounds):
            return _RENEW
        if resource.getrusage(resource.RUSAGE_SELF).ru_utime > bounds.cpu_s * 10:
            return _RENEW
    return _RENEW


def _answer(work: Callable[[bytes, Bounds], Processed], token: bytes, data: bytes, bounds: Bounds) -> bool:
    """Process one picture under its own clock; SIGPROF ends the worker when the clock runs out."""
    signal.setitimer(signal.ITIMER_PROF, bounds.cpu_s)
    try:
        done = work(data, bounds)
        parts = [json.dumps(done.facts).encode(), done.luma, done.thumbnail, done.served]
        is_good = True
    except Refused as refused:
        parts, is_good = [_refusal(refused.code, refused.reason), b"", b"", b""], False
    except MemoryError:
        text = "decoding needs more memory than is allowed"
        parts, is_good = [_refusal("intake.too_much_memory", text), b"", b"", b""], False
    except Exception as error:  # noqa: BLE001 - a fault of ours or of a library on this file: refused, and named
        text = f"the decoder failed on it ({type(error).__name__})"
        parts, is_good = [_refusal("intake.decoder_died", text), b"", b"", b""], False
    signal.setitimer(signal.ITIMER_PROF, 0)
    _write(protocol.REPLY.pack(protocol.ANSWER, token, *map(len, parts)))
    for part in parts:
        _write(part)
    return is_good


def _refusal(code: str, reason: str) -> bytes:
    return json.dumps({"refused": code, "reason": reason}).encode()


def _read(n_bytes: int) -> bytes:
    """Read exactly so many bytes; nothing when the other end is closed."""
    buffer = bytearray(n_bytes)
    view, at = memoryview(buffer), 0
    while at < n_bytes:
        count = os.readv(_IN, [view[at:]])
        if not count:
            return b""
        at += count
    view.release()
    return bytes(buffer)


def _write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(_OUT, view) :]
