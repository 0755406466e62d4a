"""Decisions of the queue: order, when a person meets gold, how long a lease lasts."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence

from numpy.random import Generator

from assay.kernel.clock import SECOND_US
from assay.queue.model import EVERYBODY, BatchPolicy, Kind, NewTask, Place, Task

_PLACES = 2**52
WRAP_EVERY_US = 2 * SECOND_US
"""After a search over the whole queue that found nothing, the next one begins at the front no sooner than this."""


def make_tasks(
    batch_id: str, new: Sequence[NewTask], policy: BatchPolicy, *, practice: bool, ids: Sequence[str], rng: Generator
) -> list[Task]:
    """One task per item, in random order inside the batch's priority.

    Gold gets its own overlap: everybody once, or its exposure cap, or the batch's overlap.
    """
    places = _distinct(rng, len(new))
    tasks = []
    for item, task_id, place in zip(new, ids, places, strict=True):
        kind = Kind.PRACTICE if practice else Kind.GOLD if item.is_gold else Kind.WORK
        overlap = policy.overlap
        if kind is Kind.PRACTICE:
            overlap = EVERYBODY
        elif kind is Kind.GOLD:
            overlap = item.exposure_cap or (EVERYBODY if policy.gold_everyone else policy.overlap)
        rank = policy.priority * _PLACES + int(place)
        tasks.append(Task(task_id, batch_id, item.item_id, item.width_px, item.height_px, kind, overlap, rank))
    return tasks


def _distinct(rng: Generator, n: int) -> Sequence[int]:
    """`n` different places in random order, without building the whole range."""
    found: dict[int, None] = {}
    while len(found) < n:
        for value in rng.integers(0, _PLACES, size=n - len(found)):
            found.setdefault(int(value))
    return list(found)


def is_gold_turn(n_claimed: int, gold_rate: float, salt: str) -> bool:
    """Whether a person's next task, their `n_claimed`-th from 0, is drawn from gold.

    One place in each block of 1/rate tasks, uniform inside the block: evidence accrues evenly and no step repeats.
    The salt is secret and differs by person, so the place cannot be foretold.
    """
    if gold_rate <= 0:
        return False
    block = math.floor(n_claimed * gold_rate + 1e-9)
    start, end = math.ceil(block / gold_rate - 1e-9), math.ceil((block + 1) / gold_rate - 1e-9)
    draw = int.from_bytes(hashlib.sha256(f"{salt}/{block}".encode()).digest()[:8], "big")
    return n_claimed == start + draw % max(1, end - start)


def day_of(now_us: int) -> int:
    """UTC days since 1970."""
    return now_us // (86_400 * SECOND_US)


def given_today(places: Mapping[Kind, Place], now_us: int) -> int:
    """Tasks a person was given today and did not give back, work and gold alike."""
    today = day_of(now_us)
    return sum(place.n_today for kind, place in places.items() if kind is not Kind.PRACTICE and place.day == today)


def lease_until(now_us: int, policy: BatchPolicy) -> int:
    """When a lease taken now ends."""
    return now_us + round(policy.lease_s * SECOND_US)


def may_wrap(wrapped_at_us: int | None, now_us: int) -> bool:
    """Whether a search that found nothing behind its place may begin again from the front."""
    return wrapped_at_us is None or now_us - wrapped_at_us >= WRAP_EVERY_US
