"""The audit log of a project: what fits, page by page, and whether the whole log is still as it was sealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from assay.governance import store
from assay.governance.model import AuditWanted
from assay.kernel.actor import Actor
from assay.kernel.merkle import Frontier
from assay.storage import Event, House, Rx, read_head

EDGE_US: Final = 60_000_000
"""How far events may stand out of the order of time in the log, far more than they ever do."""
CHECK_AT_ONCE: Final = 5000


def audit_events(rx: Rx, wanted: AuditWanted, *, before: int | None, n: int) -> tuple[list[Event], int | None]:
    """Events of the open project that fit, newest first, and where to go on; None where there is no more.

    One call reads a bounded part of the log: fewer than `n` events, or none, may come back though there are more.
    """
    until = None if wanted.until_us is None else store.place_at(rx, wanted.until_us + EDGE_US)
    below = min((place for place in (before, until) if place is not None), default=None)
    above = 0 if wanted.since_us is None else store.place_at(rx, max(0, wanted.since_us - EDGE_US))
    return store.sealed_events(rx, wanted, below=below, above=above, n=n)


@dataclass(frozen=True, slots=True)
class PartChecked:
    """How far a check of the log has come.

    Attributes:
        n: events that were checked.
        peaks: roots of the complete subtrees over them, largest first, as hex: what the next part is checked from.
        size: events in the log's head now.
        damaged: place of the first event that is not as it was sealed; None so far.
        ended: whether the end of the log was reached.
        root: of all events checked, as hex.
    """

    n: int
    peaks: tuple[str, ...]
    size: int
    damaged: int | None
    ended: bool
    root: str


def check_log_part(actor: Actor, frontier: Frontier, *, house: House) -> PartChecked:
    """Recompute the leaves of the next events of the whole server's log; at its end hold the root against the head.

    The state travels with the caller, so that a log of any length is checked by short calls; whoever sends a state that
    they made up deceives nobody but themselves.
    """
    head = read_head(house)
    with house.read(actor, None) as rx:
        leaves = store.leaves_after(rx, frontier.size - 1, CHECK_AT_ONCE)
    for place, _, sealed, leaf in leaves:
        if place >= head.size:
            break
        if place != frontier.size or leaf.hex() != sealed:
            return _state(frontier, head.size, frontier.size, ended=True)
        frontier.append(leaf)
    ended = frontier.size >= head.size or not leaves
    wrong = ended and (frontier.size != head.size or frontier.root().hex() != head.root)
    return _state(frontier, head.size, frontier.size if wrong else None, ended=ended)


def _state(frontier: Frontier, size: int, damaged: int | None, *, ended: bool) -> PartChecked:
    peaks = frontier.to_json()["peaks"]
    assert isinstance(peaks, list)
    return PartChecked(frontier.size, tuple(peaks), size, damaged, ended, frontier.root().hex())


seen_lately = store.seen_lately
