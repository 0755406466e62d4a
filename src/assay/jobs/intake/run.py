"""Takes a source in: reads ahead, decodes side by side, answers in the order of the source, never holds much."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

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

    Memory is bounded: at most `in_flight_bytes` of files are under way or wait to be handed out (one may always be,
    however large), and nothing more is read until the caller asks. To go on after an interruption, pass a `skip` that
    knows the names already stored: those are passed over unread. Closing the iterator stops the work.

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
    waiting: deque[tuple[Future[Outcome], int]] = deque()
    n_under_way = 0
    try:
        for entry in source.entries(skip):
            n_bytes = _claimed(entry)
            while waiting and _must_wait(waiting, n_under_way + n_bytes, pool):
                future, n_done = waiting.popleft()
                n_under_way -= n_done
                yield future.result()
            waiting.append((_begun(entry, executor, pool), n_bytes))
            n_under_way += n_bytes
        while waiting:
            yield waiting.popleft()[0].result()
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _claimed(entry: Entry | Refusal) -> int:
    if isinstance(entry, Refusal):
        return 0
    return entry.n_bytes if entry.n_bytes is not None else _GUESSED_BYTES


def _must_wait(waiting: deque[tuple[Future[Outcome], int]], n_bytes: int, pool: DecodePool) -> bool:
    """Whether the oldest answer is handed out before anything more is begun: it is ready, or enough is under way."""
    is_full = len(waiting) >= pool.n_children * _READ_AHEAD or n_bytes > pool.limits.in_flight_bytes
    return is_full or waiting[0][0].done()


def _begun(entry: Entry | Refusal, executor: ThreadPoolExecutor, pool: DecodePool) -> Future[Outcome]:
    if isinstance(entry, Refusal):
        future: Future[Outcome] = Future()
        future.set_result(entry)
        return future
    return executor.submit(take_in, entry, pool)


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
