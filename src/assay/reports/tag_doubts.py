"""Tags that a model doubts: predictions with a confidence for each class become confident learning."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from assay.kernel.marks import TAG
from assay.quality.findings import Look, Suspect, doubt_labels
from assay.reports.work import Longs, Work

FEWEST_CLASSES: Final = 2


def doubted_tags(work: Work, author: int, model: int) -> tuple[Longs, list[Suspect]]:
    """Hold one author's tags against a model's.

    Pictures with exactly one tag by the author and at least one by the model take part; a class the model does not
    name there has probability 0, and what it names is scaled to sum to 1. The model should not have trained on these
    very labels.

    Returns:
        (n,) rows of the author's tags in the work, and the doubted ones as findings, their `row` among those rows.
    """
    mine = np.flatnonzero((work.shape == TAG) & (work.author == author))
    theirs = np.flatnonzero((work.shape == TAG) & (work.author == model))
    alone = np.bincount(work.item[mine], minlength=work.n_items) == 1
    told = np.bincount(work.item[theirs], minlength=work.n_items) > 0
    rows = mine[(alone & told)[work.item[mine]]]
    classes = np.unique(work.label_class[np.concatenate([rows, theirs])])
    if len(rows) == 0 or len(classes) < FEWEST_CLASSES:
        return rows, []
    place = np.full(work.n_items, -1, np.int64)
    place[work.item[rows]] = np.arange(len(rows))
    seen = theirs[place[work.item[theirs]] >= 0]
    chances = np.zeros((len(rows), len(classes)))
    sure = np.nan_to_num(work.confidence[seen], nan=1.0)
    np.add.at(chances, (place[work.item[seen]], np.searchsorted(classes, work.label_class[seen])), sure)
    chances /= np.maximum(chances.sum(axis=1, keepdims=True), 1e-300)
    labels = np.searchsorted(classes, work.label_class[rows])
    found = doubt_labels(labels, chances).suspects(labels)
    return rows, [_placed(one, work, rows, classes) for one in found]


def _placed(found: Suspect, work: Work, rows: Longs, classes: Longs) -> Suspect:
    item = int(work.item[rows[found.item]])
    return replace(
        found,
        item=item,
        row=found.item,
        label_class=None if found.label_class is None else int(classes[found.label_class]),
        suggested_class=None if found.suggested_class is None else int(classes[found.suggested_class]),
        looks=(Look(item, None, "mark"),),
    )
