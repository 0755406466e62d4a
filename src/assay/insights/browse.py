"""Finds items by what is known of them across rooms: name, state, class, author, agreement, gold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from assay.annotations import (
    Box,
    items_answered_by,
    items_imported_on,
    items_marked,
    items_marked_after,
    marks_of,
    submissions_of_items,
)
from assay.gold import Gold, all_gold
from assay.items import count_items, items_after, names_of_items, ready_among
from assay.kernel.actor import Actor
from assay.queue import batched_items
from assay.review import ConsensusState, consensus_of_items, consensus_scores
from assay.storage import House, Rx

IMPORTED = "imported"
"""Stands for the author of labels that came along with an import."""
CHUNK = 500
MOST_COUNTED = 10_000
"""Items of a class that are counted one by one for the head of a page; beyond, the count is said to be a floor."""
MOST_MARKS = 80
"""Of one picture in the grid: more cannot be told apart on a thumbnail."""
TAG = "tag"
"""The shape of a mark that is the whole picture: nothing to draw."""
STATES: Mapping[ConsensusState, str] = {
    ConsensusState.AGREED: "answered",
    ConsensusState.DISPUTED: "disputed",
    ConsensusState.SETTLED: "settled",
    ConsensusState.IN_REVIEW: "in_review",
    ConsensusState.STALE: "queued",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for; what is None or empty asks nothing.

    Attributes:
        text: part of the file name, in any case.
        authors: people, or `IMPORTED`; an item must carry an answer of each of them.
        below: mean IoU of its answers must be under this.
        order: `came` the order they came in; `worst` by mean IoU, lowest first, items without one left out.
    """

    text: str = ""
    state: str | None = None
    label_class: str | None = None
    authors: tuple[str, ...] = ()
    gold: bool | None = None
    below: float | None = None
    order: Literal["came", "worst"] = "came"


@dataclass(frozen=True, slots=True)
class Found:
    """One item that fits, and what it is ordered by: ties are in the order the items came."""

    item_id: str
    score: float


@dataclass(frozen=True, slots=True)
class Shown:
    """What a thumbnail shows: the marks that stand for an item now, and where they come from."""

    marks: tuple[tuple[str, Box], ...]
    source: Literal["gold", "consensus", "answer", "imported", "none"]
    mean_iou: float | None
    least_confidence: float | None


def find_items(actor: Actor, project: str, wanted: Wanted, *, house: House) -> list[Found]:
    """Every item that fits, in order. Linear in the items of the project."""
    with house.read(actor, project) as rx:
        named = names_of_items(rx)
        if wanted.text:
            needle = wanted.text.casefold()
            named = [(item, name) for item, name in named if needle in name.casefold()]
        scores = consensus_scores(rx)
        sets = [items_imported_on(rx) if a == IMPORTED else items_answered_by(rx, a) for a in wanted.authors]
        if wanted.label_class is not None:
            sets.append(items_marked(rx, wanted.label_class))
        if wanted.state in {"new", "queued"}:
            sets.append(_in_state(rx, [item for item, _ in named], scores, wanted.state))
        elif wanted.state is not None:
            sets.append({item for item, (state, _) in scores.items() if STATES[state] == wanted.state})
        if wanted.gold is not None:
            live = {g.item_id for g in all_gold(rx) if g.state.value == "live"}
            sets.append(live if wanted.gold else {item for item, _ in named if item not in live})
    fitting = [item for item, _ in named if all(item in each for each in sets)]
    return _ordered(fitting, {item: iou for item, (_, iou) in scores.items()}, wanted)


@dataclass(frozen=True, slots=True)
class FoundPage:
    """Some of the items that fit.

    Attributes:
        found: in order.
        more: others come behind the last of them.
        n_matching: how many fit in all.
        at_least: there may be more than `n_matching`.
    """

    found: tuple[Found, ...]
    more: bool
    n_matching: int
    at_least: bool = False


def find_page(
    actor: Actor, project: str, wanted: Wanted, *, after: tuple[float, str] | None, limit: int, house: House
) -> FoundPage:
    """The items behind `after` that fit.

    Without a filter, or with that of a class alone, it costs what it returns (and counting at most `MOST_COUNTED`
    items), however large the project; with others it is linear in the items, as `find_items`.
    """
    if wanted != Wanted(label_class=wanted.label_class):
        everything = find_items(actor, project, wanted, house=house)
        rest = everything if after is None else [each for each in everything if (each.score, each.item_id) > after]
        return FoundPage(tuple(rest[:limit]), len(rest) > limit, len(everything))
    begin = "" if after is None else after[1]
    with house.read(actor, project) as rx:
        if wanted.label_class is None:
            ids = [item.id for item in items_after(rx, begin, limit + 1)]
            n, at_least = count_items(rx), False
        else:
            ids = _ready_with(rx, wanted.label_class, begin, limit + 1)
            n, at_least = _count_ready_with(rx, wanted.label_class)
    return FoundPage(tuple(Found(item, 0.0) for item in ids[:limit]), len(ids) > limit, n, at_least)


def _ready_with(rx: Rx, label_class: str, after: str, n: int) -> list[str]:
    """The next `n` items with the class that everybody may see."""
    found: list[str] = []
    while len(found) < n:
        ids = items_marked_after(rx, label_class, after, min(n, CHUNK))
        ready = ready_among(rx, ids)
        found += [item for item in ids if item in ready]
        if len(ids) < min(n, CHUNK):
            break
        after = ids[-1]
    return found[:n]


def _count_ready_with(rx: Rx, label_class: str) -> tuple[int, bool]:
    """How many items have the class, counted to `MOST_COUNTED`, and whether there may be more."""
    n = len(_ready_with(rx, label_class, "", MOST_COUNTED + 1))
    return min(n, MOST_COUNTED), n > MOST_COUNTED


def _in_state(
    rx: Rx, ids: Sequence[str], scores: Mapping[str, tuple[ConsensusState, float | None]], state: str
) -> set[str]:
    """Items of which nothing is inferred yet: in the queue or in no batch; a stale answer waits in the queue too."""
    batched = batched_items(rx)
    if state == "new":
        return {item for item in ids if item not in batched and item not in scores}
    waiting = {item for item, (found, _) in scores.items() if STATES[found] == "queued"}
    return waiting | {item for item in ids if item in batched and item not in scores}


def _ordered(ids: Sequence[str], ious: Mapping[str, float | None], wanted: Wanted) -> list[Found]:
    if wanted.order == "came" and wanted.below is None:
        return [Found(item, 0.0) for item in ids]
    scored = [Found(item, iou) for item in ids if (iou := ious.get(item)) is not None]
    if wanted.below is not None:
        scored = [found for found in scored if found.score < wanted.below]
    if wanted.order == "came":
        return [Found(found.item_id, 0.0) for found in scored]
    return sorted(scored, key=lambda found: (found.score, found.item_id))


def shown_on(rx: Rx, item_ids: Sequence[str]) -> dict[str, Shown]:
    """The marks to draw on each thumbnail: signed gold, else what was inferred, else the newest answer."""
    gold = {g.item_id: g for g in all_gold(rx) if g.state.value == "live"}
    inferred = consensus_of_items(rx, item_ids)
    lone = [item for item in item_ids if item not in gold and item not in inferred]
    answers = {item: found[-1] for item, found in submissions_of_items(rx, lone).items() if found}
    drawn = marks_of(rx, [answer.id for answer in answers.values()])
    shown: dict[str, Shown] = {}
    for item in item_ids:
        if item in gold:
            shown[item] = _gold_shown(gold[item])
        elif item in inferred:
            fused = inferred[item].marks
            marks = tuple((m.label_class, m.bbox) for m in fused if m.shape != TAG)[:MOST_MARKS]
            least = min((m.confidence for m in fused), default=None)
            shown[item] = Shown(marks, "consensus", inferred[item].mean_iou, least)
        elif item in answers:
            found = [m.mark for m in drawn[answers[item].id] if m.mark.shape != TAG][:MOST_MARKS]
            source: Literal["imported", "answer"] = "imported" if answers[item].origin.value == IMPORTED else "answer"
            shown[item] = Shown(tuple((m.label_class, m.bbox) for m in found), source, None, None)
        else:
            shown[item] = Shown((), "none", None, None)
    return shown


def _gold_shown(gold: Gold) -> Shown:
    return Shown(tuple((m.label_class, m.bbox) for m in gold.marks[:MOST_MARKS]), "gold", None, None)
