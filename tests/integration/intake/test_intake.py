"""The stream of answers: in order, bounded, stoppable, and going on where it was left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from tests.unit.jobs.intake.making import encoded, exif_of, picture

from assay.jobs.intake import Accepted, DecodePool, Entry, Limits, Refusal, StoreUnavailableError, Summary, intake
from assay.jobs.intake.errors import CorruptImageError, UnreadableFileError
from assay.jobs.intake.source import Skip, Source


class Made(Source):
    """Entries made on the way, which notices how far ahead of the reader it is asked."""

    def __init__(self, n: int, read: Callable[[int], bytes], n_bytes: int = 1000) -> None:
        super().__init__("made", n)
        self._read = read
        self._n_bytes = n_bytes
        self.n_asked = 0
        self.n_read = 0
        self._lock = threading.Lock()

    def entries(self, skip: Skip) -> Iterator[Entry | Refusal]:
        for i in range(self.n_entries or 0):
            name = f"{i:04d}.png"
            if not skip(name):
                self.n_asked += 1
                yield Entry(name, self._reader(i), self._n_bytes)

    def _reader(self, i: int) -> Callable[[int], bytes]:
        def read(limit: int) -> bytes:
            del limit
            with self._lock:
                self.n_read += 1
            return self._read(i)

        return read


def png(i: int) -> bytes:
    return encoded(picture(20 + i % 7, 10), "PNG")


def test_answers_come_in_the_order_of_the_source_though_work_is_done_side_by_side(pool: DecodePool) -> None:
    def uneven(i: int) -> bytes:
        time.sleep(0.02 * (i % 3 == 0))
        return png(i) if i % 5 else b"no picture at all"

    outcomes = list(intake(Made(40, uneven), pool))
    assert [o.name for o in outcomes] == [f"{i:04d}.png" for i in range(40)]
    assert [isinstance(o, Accepted) for o in outcomes] == [bool(i % 5) for i in range(40)]


def test_nothing_is_read_far_ahead_of_the_reader(pool: DecodePool) -> None:
    source = Made(500, png)
    stream = intake(source, pool)
    for _ in range(3):
        next(stream)
    time.sleep(0.3)
    assert source.n_asked < 40
    stream.close()  # type: ignore[attr-defined]  # it is a generator
    assert source.n_read <= source.n_asked < 40


def test_bytes_under_way_are_bounded() -> None:
    limits = Limits(in_flight_bytes=3000)
    largest = under_way = 0
    lock = threading.Lock()

    def read(i: int) -> bytes:
        nonlocal largest, under_way
        with lock:
            under_way += 1
            largest = max(largest, under_way)
        time.sleep(0.01)
        with lock:
            under_way -= 1
        return png(i)

    with DecodePool(limits, 2) as pool:
        assert len(list(intake(Made(30, read, n_bytes=1500), pool))) == 30
    assert largest <= 2


def test_one_entry_larger_than_the_bound_still_goes_through() -> None:
    with DecodePool(Limits(in_flight_bytes=10), 1) as pool:
        assert len(list(intake(Made(3, png, n_bytes=10**9), pool))) == 3


def test_what_is_known_already_is_passed_over_unread(pool: DecodePool) -> None:
    source = Made(20, png)
    known = {f"{i:04d}.png" for i in range(15)}
    assert [o.name for o in intake(source, pool, skip=known.__contains__)] == [f"{i:04d}.png" for i in range(15, 20)]
    assert source.n_read == 5


def test_an_interrupted_intake_goes_on_and_gives_the_same_in_the_end(pool: DecodePool) -> None:
    whole = list(intake(Made(25, png), pool))
    stream, first = intake(Made(25, png), pool), []
    for outcome in stream:
        first.append(outcome)
        if len(first) == 10:
            break
    known = {o.name for o in first}
    assert first + list(intake(Made(25, png), pool, skip=known.__contains__)) == whole


def test_a_store_that_fails_stops_the_intake_and_what_came_before_stays(pool: DecodePool) -> None:
    def read(i: int) -> bytes:
        if i == 7:
            raise StoreUnavailableError("away")
        return png(i)

    stream = intake(Made(50, read), pool)
    seen = [next(stream).name for _ in range(7)]
    with pytest.raises(StoreUnavailableError):
        next(stream)
    assert seen == [f"{i:04d}.png" for i in range(7)]


def test_a_refused_file_is_an_answer_and_no_exception(pool: DecodePool) -> None:
    def read(i: int) -> bytes:
        raise (UnreadableFileError("gone"), CorruptImageError("cut"))[i]

    assert list(intake(Made(2, read), pool)) == [
        Refusal("0000.png", "intake.unreadable_file", "gone", UnreadableFileError.default_hint),
        Refusal("0001.png", "intake.corrupt_image", "cut", CorruptImageError.default_hint),
    ]


def test_the_summary_counts_what_a_report_tells(pool: DecodePool) -> None:
    files = [
        png(0),
        encoded(picture(), "JPEG", exif=exif_of(t0112=6)),
        png(1) + b"tail",
        png(2)[:-20],
        b"",
    ]
    summary = Summary()
    for outcome in intake(Made(5, files.__getitem__), pool):
        summary.add(outcome)
    summary.add(Refusal("a.txt", "intake.other_file", "it is no picture"))
    assert (summary.n_accepted, summary.n_asides, summary.n_turned, summary.n_inexact) == (3, 1, 1, 0)
    assert summary.by_code() == {"intake.corrupt_image": 1, "intake.empty_file": 1}
    assert dict(summary.notes) == {"turned_upright": 1, "tail_dropped": 1}


def test_two_intakes_share_a_pool(pool: DecodePool) -> None:
    one, two = intake(Made(20, png), pool), intake(Made(20, png), pool)
    pairs = list(zip(one, two, strict=True))
    assert len(pairs) == 20
    assert all(a == b for a, b in pairs)
