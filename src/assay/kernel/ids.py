"""Identifiers: time-ordered inside the house, random wherever an outsider could read order from them."""

from __future__ import annotations

import secrets
import threading
from typing import Final

AFTER_EVERY_ID: Final = "g"
"""Sorts after every id, which are hexadecimal, in any collation: where a page of the newest begins."""
_lock = threading.Lock()
_last = 0


def new_id(now_us: int) -> str:
    """Make a UUIDv7 as 32 hex digits, strictly increasing within one process.

    Args:
        now_us: UTC microseconds; the top 48 bits hold its milliseconds, the next 12 a sub-millisecond counter.
    """
    global _last  # noqa: PLW0603 - the monotonic counter is process state by definition
    ms, us = divmod(now_us, 1000)
    stamp = (ms << 12) | (us << 2)
    with _lock:
        stamp = max(stamp, _last + 1)
        _last = stamp
    top = (stamp >> 12) << 16 | 0x7000 | (stamp & 0xFFF)
    low = (0b10 << 62) | secrets.randbits(62)
    return f"{top:016x}{low:016x}"


def random_id() -> str:
    """Make 128 random bits as 32 hex digits: tells nothing about when or in which order it was made."""
    return secrets.token_hex(16)


def new_secret(n_bytes: int = 32) -> str:
    """Make a URL-safe secret of `n_bytes` random bytes."""
    return secrets.token_urlsafe(n_bytes)
