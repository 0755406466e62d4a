"""Gathers what the gates of a release are about, from the rooms below."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assay.datasets.model import Facts, PersonGold
from assay.gold import Gold, StoredScore, all_gold, list_contests
from assay.governance import Policy
from assay.guidelines import current_guideline_version
from assay.items import Item, items_after
from assay.kernel.estimate import Estimate, nothing_measured
from assay.labels import current_schema_version
from assay.quality.agreement import Agreement, pairwise_agreement
from assay.quality.calibration import EvidenceRules, complement, judge_evidence, period_rate
from assay.queue import batched_items
from assay.reliability import answers_of, people_scores, pooled_rho
from assay.review import (
    AnswerBoxes,
    Consensus,
    PutBack,
    Standing,
    adjudication_states,
    all_put_backs,
    answer_boxes,
    consensus_after,
    count_open_reviews,
    is_unseen,
)
from assay.storage import Rx

PAGE = 1000
SHARES = (("train", 0.8), ("val", 0.1), ("test", 0.1))


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """Everything counted once, for the gates, the overview and the release alike.

    Attributes:
        agreement: None while fewer than two people share an image.
        scores: counted gold scores by person.
        states: state of each complete item by id.
        unseen: items whose answer is a certified model's that nobody looked at.
    """

    items: tuple[Item, ...]
    gold: tuple[Gold, ...]
    boxes: AnswerBoxes
    agreement: Agreement | None
    scores: dict[str, list[StoredScore]]
    rho: float
    put_backs: tuple[PutBack, ...]
    states: dict[str, str]
    disputes: dict[str, int]
    unseen: frozenset[str] = frozenset()


def gather_work(rx: Rx, policy: Policy) -> Work:
    """Load and count a project's labels. Reads everything: for background work, not for pages."""
    gold = tuple(all_gold(rx))
    live = frozenset(g.item_id for g in gold if g.state.value == "live")
    boxes = answer_boxes(rx, without=live)
    scores = people_scores(rx)
    inferred = list(_all_consensus(rx))
    states = {c.item_id: c.state.value for c in inferred}
    taken = batched_items(rx)
    items = tuple(item for item in _all_items(rx) if item.id in taken)
    return Work(
        items=items,
        gold=gold,
        boxes=boxes,
        agreement=agreement_of(boxes, policy.match_iou),
        scores=scores,
        rho=pooled_rho(scores),
        put_backs=tuple(all_put_backs(rx)),
        states=states,
        disputes=adjudication_states(rx),
        unseen=frozenset(c.item_id for c in inferred if is_unseen(c)),
    )


def agreement_of(boxes: AnswerBoxes, match_iou: float) -> Agreement | None:
    """Agreement over all pairs of people on shared images, marks of every shape; None while nobody shares one."""
    if len(boxes.authors) < 2:  # noqa: PLR2004 - agreement is between two
        return None
    rng = np.random.default_rng(0)
    return pairwise_agreement(boxes.placed, rng=rng, threshold=match_iou, assigned=boxes.assigned, tags=boxes.tags)


def facts_of(rx: Rx, work: Work, policy: Policy) -> Facts:
    """The facts the gates look at."""
    live = {g.item_id for g in work.gold if g.state.value == "live"}
    ordinary = [i for i in work.items if i.id not in live]
    splits = split_items(work.items, frozenset(live), work.unseen)
    drawn = [i for i in work.items if i.origin != "real"]
    all_synthetic = bool(drawn) and len(drawn) == len(work.items)
    misplaced = [] if all_synthetic else [i for i in drawn if splits[i.id] != "train"]
    return Facts(
        n_items=len(ordinary),
        n_complete=sum(work.states.get(i.id) in {"agreed", "settled"} for i in ordinary),
        n_open_reviews=count_open_reviews(rx),
        n_open_disputes=work.disputes.get("open", 0) + work.disputes.get("waiting", 0),
        n_open_contests=len(list_contests(rx, ["open"])),
        n_gold=len(live),
        people=tuple(people_gold(work, policy)),
        agreement=work.agreement.f1 if work.agreement else _no_agreement(),
        n_split_leaks=count_leaks(work.items, splits),
        n_synthetic_outside_train=len(misplaced),
        guideline_version=current_guideline_version(rx),
        schema_version=current_schema_version(rx),
        all_synthetic=all_synthetic,
    )


def _no_agreement() -> Estimate:
    return nothing_measured("bootstrap-items")


def people_gold(work: Work, policy: Policy) -> Iterable[PersonGold]:
    """Accuracy of each person whose unreviewed answers count, on the gold that speaks for those answers.

    Work that was put back has been looked at one by one, so gold answered in that stretch is left out.
    """
    counting: dict[str, int] = {}
    for submission in work.boxes.submissions:
        looked_at = work.boxes.standing.get(submission.id) is Standing.ACCEPTED
        if submission.origin.value == "person" and not looked_at:
            counting[submission.author_id] = counting.get(submission.author_id, 0) + 1
    rules = EvidenceRules(min_images=policy.min_gold_images)
    for user_id, n_answers in sorted(counting.items()):
        back = [p for p in work.put_backs if p.user_id == user_id and p.reversed_at_us is None]
        scores = [
            s
            for s in work.scores.get(user_id, [])
            if not any(p.since_at_us < s.answered_at_us <= p.created_at_us for p in back)
        ]
        rate = period_rate(answers_of(scores), work.rho, rules=rules)
        evidence = judge_evidence(rate.estimate, n_eff=rate.n_eff, rules=rules)
        yield PersonGold(user_id, complement(rate.estimate), evidence, n_answers)


def split_items(items: Sequence[Item], gold: frozenset[str], unseen: frozenset[str] = frozenset()) -> dict[str, str]:
    """Which split each item belongs to: gold tests, else what the source said, else by a hash.

    Near-duplicates and items of one physical object form a set that falls together: into test when gold is among them,
    else where the hash of its first item says. Synthetic items only train, and so do items whose answer nobody looked
    at, with their set unless gold is in it. A set that the source itself tore apart, or
    that holds synthetic items beside tests, is left torn, and `count_leaks` finds it.
    """
    first = _sets_of(items)
    tested = {first[item.id] for item in items if item.id in gold}
    trained = {first[item_id] for item_id in unseen if item_id in first} - tested
    return {
        item.id: "train" if item.id in unseen - gold else _split_of(item, first[item.id], gold, tested, trained)
        for item in items
    }


def _split_of(item: Item, anchor: str, gold: frozenset[str], tested: set[str], trained: set[str]) -> str:
    if item.id in gold:
        return "test"
    if item.origin != "real":
        return "train"
    if item.split in {name for name, _ in SHARES}:
        return str(item.split)
    if anchor in tested:
        return "test"
    return "train" if anchor in trained else _drawn_split(anchor)


def _sets_of(items: Sequence[Item]) -> dict[str, str]:
    """Item to the first item (lowest id) of the set that must not be torn apart."""
    parent = {item.id: item.id for item in items}

    def root(item_id: str) -> str:
        while parent[item_id] != item_id:
            parent[item_id] = parent[parent[item_id]]
            item_id = parent[item_id]
        return item_id

    by_group: dict[str, str] = {}
    for item in items:
        for other in (item.near_duplicate_of, by_group.setdefault(item.group_id, item.id) if item.group_id else None):
            if other in parent:
                low, high = sorted((root(item.id), root(other)))
                parent[high] = low
    return {item.id: root(item.id) for item in items}


def _drawn_split(anchor: str) -> str:
    draw = int.from_bytes(hashlib.sha256(f"split/{anchor}".encode()).digest()[:8], "big") / 2**64
    bounds = np.cumsum([share for _, share in SHARES])
    return SHARES[min(int(np.searchsorted(bounds, draw, side="right")), len(SHARES) - 1)][0]


def count_leaks(items: Sequence[Item], splits: Mapping[str, str]) -> int:
    """Sets of near-duplicates, or of images of one physical object, that lie on both sides of a split."""
    sides: dict[str, set[str]] = {}
    for item_id, anchor in _sets_of(items).items():
        sides.setdefault(anchor, set()).add(splits[item_id])
    return sum(len(found) > 1 for found in sides.values())


def _all_items(rx: Rx) -> Iterable[Item]:
    after = ""
    while page := items_after(rx, after, PAGE):
        yield from page
        after = page[-1].id


def _all_consensus(rx: Rx) -> Iterable[Consensus]:
    after = ""
    while page := consensus_after(rx, after, PAGE):
        yield from page
        after = page[-1].item_id
