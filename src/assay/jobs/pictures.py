"""One pool of limited decoders for the whole process, started when the first picture comes."""

from __future__ import annotations

import atexit
import threading

from assay.jobs.intake import DecodePool, Limits, Picture

_lock = threading.Lock()
_pools: list[DecodePool] = []
_tilers: list[DecodePool] = []


def decoder() -> DecodePool:
    """The process's decoders."""
    with _lock:
        if not _pools:
            pool = DecodePool()
            atexit.register(pool.close)
            _pools.append(pool)
        return _pools[0]


def tiler() -> DecodePool:
    """The one child that cuts large pictures into tiles: a pyramid takes longer than a look, so with a longer clock."""
    with _lock:
        if not _tilers:
            pool = DecodePool(Limits(cpu_s=30.0, wall_s=90.0, files_per_child=16), n_children=1)
            atexit.register(pool.close)
            _tilers.append(pool)
        return _tilers[0]


def safe_picture(data: bytes) -> Picture:
    """Check and clean one picture.

    Raises:
        PictureError: it is refused, with the reason.
    """
    return decoder().decode(data)
