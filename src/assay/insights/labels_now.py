"""The labels as they stand: what was inferred or settled for each item, else what came along or was handed in last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.annotations import marks_of, submissions_of_items
from assay.gold import all_gold
from assay.items import Item, items_after
from assay.kernel.marks import BBOX
from assay.quality.boxes import Boxes
from assay.review import Consensus, consensus_of_items
from assay.storage import Rx

PAGE = 500


@dataclass(frozen=True, slots=True, eq=False)
class LabelsNow:
    """Boxes that stand for the items of a project now; gold is left out, its answer is signed.

    Attributes:
        items: those that carry labels or were answered, in the order they came; a box's item is its place here.
        classes: label class ids; a box's class is its place here.
        confidence: (n,) posterior chance that the thing is there; 1 where nobody else looked.
        n_votes: (n,) how many drew it.
        n_answers: (n_items,) how many looked.
        states: how far each item is settled; empty where nothing was inferred.
    """

    items: tuple[Item, ...]
    classes: tuple[str, ...]
    boxes: Boxes
    confidence: NDArray[np.float64]
    n_votes: NDArray[np.int64]
    n_answers: NDArray[np.int64]
    states: tuple[str, ...]

    @property
    def sizes_px(self) -> NDArray[np.float64]:
        """(n_items, 2) width and height."""
        return np.array([[i.medium.width_px, i.medium.height_px] for i in self.items], np.float64).reshape(-1, 2)


@dataclass(frozen=True, slots=True)
class _Row:
    item: Item
    marks: list[tuple[str, tuple[float, float, float, float], float, int]]
    n_answers: int
    state: str


def labels_now(rx: Rx, classes: tuple[str, ...]) -> LabelsNow:
    """Load them page by page; marks of classes not in `classes`, or without extent, are left out."""
    gold = {g.item_id for g in all_gold(rx) if g.state.value == "live"}
    code = {name: number for number, name in enumerate(classes)}
    rows: list[_Row] = []
    after = ""
    while page := items_after(rx, after, PAGE):
        after = page[-1].id
        rows += _page(rx, [item for item in page if item.id not in gold])
    kept = [[m for m in row.marks if m[0] in code and m[1][0] < m[1][2] and m[1][1] < m[1][3]] for row in rows]
    flat = [mark for marks in kept for mark in marks]
    return LabelsNow(
        items=tuple(row.item for row in rows),
        classes=classes,
        boxes=Boxes.of([[m[1] for m in marks] for marks in kept], [[code[m[0]] for m in marks] for marks in kept]),
        confidence=np.array([m[2] for m in flat], np.float64),
        n_votes=np.array([m[3] for m in flat], np.int64),
        n_answers=np.array([row.n_answers for row in rows], np.int64),
        states=tuple(row.state for row in rows),
    )


def _page(rx: Rx, items: list[Item]) -> list[_Row]:
    ids = [item.id for item in items]
    inferred = consensus_of_items(rx, ids)
    lone = [item for item in ids if item not in inferred]
    newest = {item: found[-1] for item, found in submissions_of_items(rx, lone).items() if found}
    drawn = marks_of(rx, [answer.id for answer in newest.values()])
    rows = []
    for item in items:
        if item.id in inferred:
            rows.append(_inferred(item, inferred[item.id]))
        elif item.id in newest:
            marks = [m.mark for m in drawn[newest[item.id].id] if m.mark.shape == BBOX]
            rows.append(_Row(item, [(m.label_class, m.bbox, 1.0, 1) for m in marks], 1, ""))
    return rows


def _inferred(item: Item, found: Consensus) -> _Row:
    marks = [(m.label_class, m.bbox, m.confidence, m.n_votes) for m in found.marks if m.shape == BBOX]
    return _Row(item, marks, len(found.inputs), found.state.value)
