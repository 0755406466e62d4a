"""One pool of limited decoders for the whole process, started when the first picture comes."""

from __future__ import annotations

import atexit
import threading

from assay.jobs.intake import DecodePool, Picture

_lock = threading.Lock()
_pools: list[DecodePool] = []


def decoder() -> DecodePool:
    """The process's decoders."""
    with _lock:
        if not _pools:
            pool = DecodePool()
            atexit.register(pool.close)
            _pools.append(pool)
        return _pools[0]


def safe_picture(data: bytes) -> Picture:
    """Check and clean one picture.

    Raises:
        PictureError: it is refused, with the reason.
    """
    return decoder().decode(data)
