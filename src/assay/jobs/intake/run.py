"""Takes a source in: reads ahead, decodes side by side, answers in the order of the source, never holds much."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Condition

from assay.jobs.intake.errors import OtherFileError, PictureError
from assay.jobs.intake.names import claims_picture
from assay.jobs.intake.outcome import Outcome, Refusal, accepted, refusal
from assay.jobs.intake.pool import DecodePool
from assay.jobs.intake.sniff import HEAD_BYTES, sniff
from assay.jobs.intake.source import Entry, Skip, Source

_READ_AHEAD = 4
"""Entries per child under way at once: enough to hide the latency of an object store."""
_GUESSED_BYTES = 1 << 20


def nothing_known(name: str) -> bool:
    """Skip no entry."""
    del name
    return False


def intake(source: Source, pool: DecodePool, *, skip: Skip = nothing_known) -> Iterator[Outcome]:
    """Take in every file of a source.

    Memory is bounded: at most `in_flight_bytes` of files are read ahead of the one that is handed out, and nothing more
    is read until the caller asks. To go on after an interruption, pass a `skip` that knows the names already stored:
    those are passed over unread. Closing the iterator stops the work.

    Args:
        source: closed by whoever opened it.
        pool: may serve several intakes at once.
        skip: tells whether a name is known already.

    Yields:
        One outcome for each file that is neither hidden nor skipped, in the order of the source.

    Raises:
        IntakeError: the source itself fails (the store is away, the archive changed); what was yielded stays valid.
    """
    executor = ThreadPoolExecutor(pool.n_children * _READ_AHEAD, thread_name_prefix="intake")
    budget = _Budget(pool.limits.in_flight_bytes)
    waiting: deque[Future[Outcome]] = deque()
    try:
        for entry in source.entries(skip):
            waiting.append(_begun(entry, executor, pool, budget))
            while waiting and (waiting[0].done() or len(waiting) > pool.n_children * _READ_AHEAD):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
        executor.shutdown(wait=True, cancel_futures=True)


def _begun(entry: Entry | Refusal, executor: ThreadPoolExecutor, pool: DecodePool, budget: _Budget) -> Future[Outcome]:
    if isinstance(entry, Refusal):
        future: Future[Outcome] = Future()
        future.set_result(entry)
        return future
    n_bytes = entry.n_bytes if entry.n_bytes is not None else _GUESSED_BYTES
    budget.take(n_bytes)
    future = executor.submit(take_in, entry, pool)
    future.add_done_callback(lambda _: budget.give(n_bytes))
    return future


def take_in(entry: Entry, pool: DecodePool) -> Outcome:
    """Read and decode one entry; a refused picture is an answer, a failing source an exception."""
    try:
        data = entry.read(pool.limits.max_file_bytes)
        if not entry.is_asked_for and not claims_picture(entry.name):
            _check_aside(data)
        return accepted(entry.name, pool.decode(data), entry.ref)
    except PictureError as error:
        return refusal(entry.name, error)


def _check_aside(data: bytes) -> None:
    """Pass over what is no picture by content and claims none by name: label files, lists, read-me files."""
    found = sniff(data[:HEAD_BYTES])
    if found.allowed is None and not found.damaged:
        raise OtherFileError(f"it is no picture{f' but {found.name}' if found.name else ''}")


@dataclass(slots=True)
class _Budget:
    """Bytes that may be under way; one entry may always be, however large."""

    limit: int
    used: int = 0
    changed: Condition = field(default_factory=Condition)

    def take(self, n_bytes: int) -> None:
        with self.changed:
            self.changed.wait_for(lambda: not self.used or self.used + n_bytes <= self.limit)
            self.used += n_bytes

    def give(self, n_bytes: int) -> None:
        with self.changed:
            self.used -= n_bytes
            self.changed.notify_all()
