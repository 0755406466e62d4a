"""Gathers what was spent and what it bought: reads the ledger and the work it paid for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assay.annotations import Origin, class_counts, submissions_of_author
from assay.costs import store
from assay.costs.by_class import Answers, ClassCost, cost_by_class
from assay.costs.history import History, Knobs, Month, Pace
from assay.costs.model import GB, PEOPLE, Line, RateCard, Stage
from assay.costs.rules import card_at, month_of
from assay.governance import policy_in
from assay.items import count_items, stored_bytes
from assay.kernel.estimate import Estimate, nothing_measured
from assay.labels import current_schema_version, schema_in
from assay.quality.intervals import bootstrap_ratio
from assay.review import Consensus, consensus_after
from assay.storage import Rx

PAGE = 1000
_SETTLED = frozenset({"agreed", "settled"})
_WORK = (Stage.ANNOTATE, Stage.REWORK)


@dataclass(frozen=True, slots=True)
class Costs:
    """What was spent so far.

    Attributes:
        lines: sums by month, stage and batch; they add up to `total`.
        per_item: micro-units an accepted image, 80 % interval.
        per_mark: micro-units an accepted mark of any class.
        card: the rate card in force; None when there is none.
        classes: display names by class id.
    """

    card: RateCard | None
    total: int
    lines: tuple[Line, ...]
    months: tuple[Month, ...]
    n_accepted_items: int
    n_accepted_marks: int
    per_item: Estimate
    per_mark: Estimate
    by_class: tuple[ClassCost, ...]
    stored_gb: float
    now_month: str


def read_costs(rx: Rx) -> Costs:
    """Everything the costs page shows of the past. Reads the whole ledger: not for every click."""
    rows = store.sums(rx)
    lines = tuple(
        Line(Stage(r.stage), r.batch_id, r.month, int(r.n), int(r.n_items), int(r.ms) / 1000, int(r.amount))
        for r in rows
    )
    accepted = [c for c in _every_consensus(rx) if c.state.value in _SETTLED]
    total = sum(line.amount for line in lines)
    items = sorted({c.item_id for c in accepted} | set(store.amount_by_item(rx)))
    money, marks, classes = _tables(rx, items, accepted)
    shared = total - int(money.sum())
    answers = _answers(rx, items, classes)
    rng = np.random.default_rng(0)
    names = list(classes)
    by_class = cost_by_class(names, answers, money, marks, shared, rng=rng) if names else []
    done = np.isin(np.array(items), [c.item_id for c in accepted]).astype(np.float64)
    return Costs(
        card=card_at(store.all_cards(rx), rx.now_us),
        total=total,
        lines=lines,
        months=months_of(lines, store.items_by_month(rx), now_month=month_of(rx.now_us)),
        n_accepted_items=len(accepted),
        n_accepted_marks=int(marks.sum()),
        per_item=_over(money, done, shared, rng),
        per_mark=_over(money, marks.sum(axis=1), shared, rng),
        by_class=tuple(by_class),
        stored_gb=stored_bytes(rx, rx.now_us + 1) / GB,
        now_month=month_of(rx.now_us),
    )


def _every_consensus(rx: Rx) -> Iterator[Consensus]:
    after = ""
    while page := consensus_after(rx, after, PAGE):
        yield from page
        after = page[-1].item_id


def _tables(
    rx: Rx, items: Sequence[str], accepted: Sequence[Consensus]
) -> tuple[np.ndarray, np.ndarray, dict[str, int]]:
    """Money of each item, accepted marks of each item and class, and each class's column."""
    place = {item: i for i, item in enumerate(items)}
    known = [c.id for c in schema_in(rx, None).classes] if current_schema_version(rx) else []
    used = sorted({m.label_class for c in accepted for m in c.marks} - set(known))
    classes = {label: i for i, label in enumerate([*known, *used])}
    money = np.zeros(len(items))
    for item, amount in store.amount_by_item(rx).items():
        money[place[item]] = amount
    marks = np.zeros((len(items), len(classes)))
    for one in accepted:
        for label, n in Counter(m.label_class for m in one.marks).items():
            marks[place[one.item_id], classes[label]] = n
    return money, marks, classes


def _answers(rx: Rx, items: Sequence[str], classes: dict[str, int]) -> Answers:
    """Timed answers of people, with their marks of each class."""
    place = {item: i for i, item in enumerate(items)}
    people = {row.user_id for row in store.people_by_month(rx)}
    found = [s for user in sorted(people) for s in submissions_of_author(rx, user, 0) if s.origin is Origin.PERSON]
    found = [s for s in found if s.item_id in place]
    row_of = {s.id: i for i, s in enumerate(found)}
    counts = np.zeros((len(found), len(classes)))
    for submission, label, n in class_counts(rx):
        if submission in row_of and label in classes:
            counts[row_of[submission], classes[label]] = n
    seconds = np.array([s.seconds for s in found])
    return Answers(counts, seconds, np.array([place[s.item_id] for s in found], np.int64))


def _over(money: np.ndarray, bought: np.ndarray, shared: int, rng: np.random.Generator) -> Estimate:
    """Money an accepted thing, with an 80 % interval by resampling items; the shared money falls on all alike."""
    n = int(bought.sum())
    if not n or money.sum() <= 0:
        return nothing_measured("bootstrap-items-80", n=n)
    factor = 1 + shared / money.sum()
    made = bootstrap_ratio(money * factor, bought, rng=rng, level=0.8)
    n_items = int((bought > 0).sum())
    return Estimate(made.value, made.low, made.high, n, n_items, "bootstrap-items-80")


def months_of(lines: Sequence[Line], items: dict[str, int], *, now_month: str) -> tuple[Month, ...]:
    """The ledger by month, oldest first."""
    out = []
    for month in sorted({line.month for line in lines}):
        mine = [line for line in lines if line.month == month]
        spent = {s: float(sum(x.amount for x in mine if x.stage is s)) for s in Stage}
        seconds = {s: float(sum(x.seconds for x in mine if x.stage is s)) for s in PEOPLE}
        n_answers = sum(x.n for x in mine if x.stage in _WORK)
        out.append(Month(month, items.get(month, 0), n_answers, spent, seconds, complete=month < now_month))
    return tuple(out)


def read_history(rx: Rx, *, auto_share: float = 0.0, audit_share: float = 0.05) -> History:
    """What a forecast rests on.

    Args:
        rx: an open transaction.
        auto_share: share of images whose label is taken from a model today.
        audit_share: share of those that somebody checks blind.
    """
    lines = [
        Line(Stage(r.stage), r.batch_id, r.month, int(r.n), int(r.n_items), int(r.ms) / 1000, int(r.amount))
        for r in store.sums(rx)
    ]
    months = months_of(lines, store.items_by_month(rx), now_month=month_of(rx.now_us))
    card = card_at(store.all_cards(rx), rx.now_us)
    policy = policy_in(rx)
    told = History("", months, (), Knobs(1, 0, 0)).telling
    answers = sum(m.n_answers for m in told)
    overlap = answers / sum(m.n_items for m in told) if told and answers else float(policy.overlap)
    return History(
        currency=card.currency if card else "",
        months=months,
        people=_paces(store.people_by_month(rx)),
        knobs=Knobs(round(overlap, 2), policy.gold_rate, policy.review_share, auto_share, audit_share),
        monthly=_monthly(card),
        stored_gb=stored_bytes(rx, rx.now_us + 1) / GB,
        gb_month=card.stored_gb_month if card else 0,
        n_items_ever=count_items(rx),
        hours_a_week=card.hours_a_week if card else 30,
    )


def _monthly(card: RateCard | None) -> dict[Stage, int]:
    found: dict[Stage, int] = {}
    for line in card.monthly if card else ():
        found[line.stage] = found.get(line.stage, 0) + (card.month_fee(line) if card else 0)
    return found


def _paces(rows: Sequence[Any]) -> tuple[Pace, ...]:
    sums: dict[str, tuple[int, float]] = {}
    for row in rows:
        n, seconds = sums.get(row.user_id, (0, 0.0))
        sums[row.user_id] = (n + int(row.n), seconds + int(row.ms) / 1000)
    return tuple(Pace(user, n, seconds) for user, (n, seconds) in sorted(sums.items()))
