"""Time as UTC microseconds; the clock is a value so that tests can turn it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

SECOND_US = 1_000_000


class Clock(Protocol):
    """Something that tells the time."""

    def now_us(self) -> int:
        """UTC microseconds since 1970."""
        ...


class SystemClock:
    """The machine's clock."""

    def now_us(self) -> int:
        """UTC microseconds since 1970."""
        return time.time_ns() // 1000


class FixedClock:
    """A clock that moves only when told to."""

    def __init__(self, now_us: int = 1_700_000_000_000_000) -> None:
        self._now_us = now_us

    def now_us(self) -> int:
        """UTC microseconds since 1970."""
        return self._now_us

    def advance(self, seconds: float) -> None:
        """Move forward."""
        self._now_us += round(seconds * SECOND_US)


def to_datetime(at_us: int) -> datetime:
    """UTC microseconds as an aware datetime."""
    return datetime.fromtimestamp(at_us / SECOND_US, tz=UTC)


def iso(at_us: int) -> str:
    """UTC microseconds as ISO 8601 with microseconds and a Z."""
    seconds, micros = divmod(at_us, SECOND_US)
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{micros:06d}Z"
