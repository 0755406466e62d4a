"""Proposes what to label next: what is described and in no batch yet, against what has labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assay.active import ChosenItem, NothingToSelectError, Selection, chosen_items, keep_selection
from assay.annotations import marks_of, submissions_of_items
from assay.gold import all_gold
from assay.items import Item, items_after
from assay.jobs.describing import read_features
from assay.jobs.suggesting.templates import templates_in
from assay.kernel.actor import Actor
from assay.labels import current_schema_version, schema_in
from assay.quality.linear_head import fit_linear_head
from assay.quality.selection import Gain, Pick, Pool, SelectionRules, gain, select
from assay.queue import batched_items
from assay.review import consensus_of_items
from assay.storage import PLAIN, Blobs, House, Rx

Floats = NDArray[np.float64]

PAGE: Final = 1000
POOL_MOST: Final = 20_000
"""Of a larger pool so many are drawn at random first."""
AXES: Final = 128
GAIN_MOST: Final = 5000
"""Items of a selection that are looked at for what it was worth, the first by rank."""


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What a choice is made from.

    Attributes:
        pool: items to choose from; with their embeddings.
        labelled: (L, D) embeddings of items with labels, and which classes are on each, (L, K).
        classes: label class ids.
    """

    pool: list[Item]
    embeddings: Floats
    labelled: Floats
    has: NDArray[np.bool_]
    classes: tuple[str, ...]


def propose(
    actor: Actor,
    project: str,
    name: str,
    n: int,
    *,
    rules: SelectionRules,
    quotas: Mapping[str, int],
    embedding: str = PLAIN,
    seed: int = 0,
    house: House,
    blobs: Blobs,
) -> Selection:
    """Choose items and keep the choice with its reasons; nothing is labelled yet.

    Args:
        actor: the lead.
        project: whose.
        name: for people.
        n: how many.
        rules: how; its quotas are given here by class id.
        quotas: at least so many items by likeliest class.
        embedding: dataset of the lake.
        seed: fixes the choice, and is kept with it.
        house: where.
        blobs: where the lake's parts lie.

    Raises:
        NothingToSelectError: no described item is left.
        SelectionSettingError: a quota for a class the schema has not, or another setting out of range.
    """
    rng = np.random.default_rng(seed)
    with house.read(actor, project) as rx:
        ground = _ground(rx, blobs, embedding, rng)
    numbers = {c: k for k, c in enumerate(ground.classes)}
    rules = replace(rules, quotas={numbers.get(c, len(numbers) + 1): count for c, count in quotas.items()})
    pool, model = _pool(ground)
    picks = select(pool, n, rules, rng)
    chosen = [_chosen(rank, pick, ground) for rank, pick in enumerate(picks)]
    facts = {
        "n_pool": len(ground.pool), "n_labelled": len(ground.labelled), "embedding": embedding, "model": model,
        "seed": seed,
    }  # fmt: skip
    told: dict[str, Any] = {
        "method": rules.method, "typical_start": rules.typical_start, "random_share": rules.random_share,
        "alike": rules.alike, "quotas": dict(quotas),
    }  # fmt: skip
    return keep_selection(actor, project, name, chosen, rules=told, facts=facts, house=house)


def _chosen(rank: int, pick: Pick, ground: Ground) -> ChosenItem:
    detail = pick.to_json()
    detail["likeliest"] = None if pick.likeliest is None else ground.classes[pick.likeliest]
    del detail["reason"]
    return ChosenItem(rank, ground.pool[pick.item].id, pick.reason, detail)


def _ground(rx: Rx, blobs: Blobs, embedding: str, rng: np.random.Generator) -> Ground:
    gold = {g.item_id for g in all_gold(rx)}
    taken = batched_items(rx) | gold | templates_in(rx)
    classes = tuple(c.id for c in schema_in(rx, None).classes) if current_schema_version(rx) else ()
    free: list[Item] = []
    labels: dict[str, set[str]] = {}
    after = ""
    while page := items_after(rx, after, PAGE):
        after = page[-1].id
        known = _labels_of(rx, [i.id for i in page if i.id not in gold])
        labels |= known
        free += [i for i in page if i.id not in taken and i.id not in known]
    if len(free) > POOL_MOST:
        free = [free[k] for k in np.sort(rng.choice(len(free), POOL_MOST, replace=False))]
    found, embeddings = read_features(rx, blobs, embedding, [i.id for i in free])
    if not found:
        raise NothingToSelectError(embedding)
    by_id = {item.id: item for item in free}
    done, labelled = read_features(rx, blobs, embedding, list(labels))
    has = np.array([[c in labels[item] for c in classes] for item in done], np.bool_).reshape(len(done), len(classes))
    both = _shortened(np.concatenate([embeddings, labelled]) if len(done) else embeddings)
    return Ground([by_id[i] for i in found], both[: len(found)], both[len(found) :], has, classes)


def _labels_of(rx: Rx, items: Sequence[str]) -> dict[str, set[str]]:
    """Classes on each labelled item: those of its inferred answer, else of the newest submission."""
    inferred = consensus_of_items(rx, list(items))
    lone = [i for i in items if i not in inferred]
    newest = {i: found[-1].id for i, found in submissions_of_items(rx, lone).items() if found}
    drawn = marks_of(rx, list(newest.values())) if newest else {}
    labels = {item: {m.label_class for m in found.marks} for item, found in inferred.items()}
    return labels | {item: {m.mark.label_class for m in drawn.get(sid, [])} for item, sid in newest.items()}


def _shortened(rows: Floats) -> Floats:
    """The main axes only: heads and clusters on a thousand numbers gain nothing and take long."""
    if rows.shape[1] <= AXES:
        return rows
    x = rows - rows.mean(axis=0)
    _, vectors = np.linalg.eigh(x.T @ x)
    return np.asarray(x @ vectors[:, ::-1][:, :AXES], np.float64)


def _pool(ground: Ground) -> tuple[Pool, str]:
    """The pool with what a head on the labels says of it, and which head that was.

    One class an item makes a softmax head; several, or none, one head a class that says whether the class is there,
    and an item is as unsure as its least sure class.
    """
    groups = _groups(ground.pool)
    items = [i.id for i in ground.pool]
    plain = Pool(ground.embeddings, ground.labelled, groups=groups, items=items, n_classes=max(2, len(ground.classes)))
    present = [k for k in range(len(ground.classes)) if 0 < ground.has[:, k].sum() < len(ground.has)]
    if not present:
        return plain, "none"
    if (ground.has.sum(axis=1) == 1).all():
        head = fit_linear_head(ground.labelled, ground.has.argmax(axis=1), len(ground.classes))
        return replace(plain, probabilities=head.probabilities(ground.embeddings)), "softmax head on embeddings"
    there = np.zeros((len(ground.pool), len(ground.classes)))
    for k in present:
        head = fit_linear_head(ground.labelled, ground.has[:, k].astype(np.int64), 2)
        there[:, k] = head.probabilities(ground.embeddings)[:, 1]
    unsure = (1 - np.abs(2 * there[:, present] - 1)).max(axis=1)
    chances = there / np.maximum(there.sum(axis=1, keepdims=True), 1e-12)
    return replace(plain, probabilities=chances, unsure=unsure), "a head a class on embeddings"


def _groups(items: Sequence[Item]) -> NDArray[np.int64]:
    """One number for items of one physical object, or nearly equal to the same earlier item."""
    names = [item.group_id or item.near_duplicate_of or item.id for item in items]
    _, numbers = np.unique(np.array(names), return_inverse=True)
    return np.asarray(numbers, np.int64)


def gain_of(rx: Rx, selection: Selection) -> Gain:
    """What the choice was worth beside its random part, by the labels there are now.

    The model of the choice was wrong about an item when the class it held likeliest is not among the labels. Items
    without labels, and those chosen when there was no model, tell nothing.
    """
    chosen = chosen_items(rx, selection.id, after=-1, limit=GAIN_MOST)
    said = {c.item_id: c for c in chosen if c.detail.get("likeliest") is not None}
    known = _labels_of(rx, list(said))
    counts = {True: [0, 0], False: [0, 0]}  # by "drawn at random": errors, items
    for item, labels in known.items():
        part = counts[said[item].reason == "random"]
        part[0] += said[item].detail["likeliest"] not in labels
        part[1] += 1
    return gain(*counts[False], *counts[True])
