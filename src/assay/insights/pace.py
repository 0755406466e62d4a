"""Where one person's time differs from others' on the same images: slow and fast items, said without a judgement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from assay.access import names_of
from assay.annotations import Origin, Submission, submissions_of_author, submissions_of_items
from assay.insights.errors import PersonNotFoundError
from assay.kernel.actor import Actor
from assay.storage import House, Rx

UNUSUAL = 2.0
"""How many times as long, or as short, as is usual for this person beside the others."""
MOST = 8
CHUNK = 500
NEWEST = 5_000
"""Answers that are looked at, newest first."""


@dataclass(frozen=True, slots=True)
class Paced:
    """One item beside what others took for it.

    Attributes:
        seconds: what this person took.
        others_seconds: median of the others' answers.
        ratio: times as long as usual: 1 where this person took as long beside the others as they mostly do.
    """

    item_id: str
    seconds: float
    others_seconds: float
    n_others: int
    n_marks: int
    ratio: float
    at_us: int


@dataclass(frozen=True, slots=True)
class Pace:
    """Slow and fast items of one person.

    Attributes:
        slow: at least `UNUSUAL` times as long as usual, the longest first.
        fast: at most 1 / `UNUSUAL` times as long, the shortest first.
        n_shared: images others answered too.
        usual: median of own over others' time; None while nothing is shared.
    """

    slow: tuple[Paced, ...]
    fast: tuple[Paced, ...]
    n_shared: int
    usual: float | None


def read_pace(actor: Actor, project: str, user_id: str, *, house: House) -> Pace:
    """Slow and fast items among a person's newest answers.

    Raises:
        PersonNotFoundError: nobody of this id labels here.
    """
    with house.read(actor, project) as rx:
        if user_id not in names_of(rx):
            raise PersonNotFoundError(user_id)
        own = {s.item_id: s for s in submissions_of_author(rx, user_id, 0) if s.origin is Origin.PERSON}
        newest = sorted(own.values(), key=lambda s: s.id)[-NEWEST:]
        others = _others(rx, user_id, [s.item_id for s in newest])
    return pace_of(newest, others)


def _others(rx: Rx, user_id: str, ids: Sequence[str]) -> dict[str, list[float]]:
    """Seconds of everybody else's latest answer by item."""
    found: dict[str, list[float]] = {}
    for start in range(0, len(ids), CHUNK):
        for item, answers in submissions_of_items(rx, ids[start : start + CHUNK]).items():
            theirs = {s.author_id: s.seconds for s in answers if s.origin is Origin.PERSON and s.author_id != user_id}
            found[item] = list(theirs.values())
    return found


def pace_of(own: Sequence[Submission], others: Mapping[str, Sequence[float]]) -> Pace:
    """Compare one person's times with the others'; times of 0 (not measured) say nothing."""
    shared = []
    for answer in own:
        theirs = [seconds for seconds in others.get(answer.item_id, ()) if seconds > 0]
        if theirs and answer.seconds > 0:
            shared.append((answer, median(theirs), len(theirs)))
    if not shared:
        return Pace((), (), 0, None)
    usual = median(answer.seconds / theirs for answer, theirs, _ in shared)
    rows = [
        Paced(a.item_id, a.seconds, theirs, n, a.n_marks, a.seconds / theirs / usual, a.received_at_us)
        for a, theirs, n in shared
    ]
    slow = sorted((r for r in rows if r.ratio >= UNUSUAL), key=lambda r: (-r.ratio, r.item_id))[:MOST]
    fast = sorted((r for r in rows if r.ratio <= 1 / UNUSUAL), key=lambda r: (r.ratio, r.item_id))[:MOST]
    return Pace(tuple(slow), tuple(fast), len(rows), usual)
