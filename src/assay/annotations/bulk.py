"""Marks of many submissions as arrays, without a value for each. For background work, not for pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from assay.annotations import store
from assay.annotations.model import Mark, Submission
from assay.quality.boxes import Boxes
from assay.storage import Rx


@dataclass(frozen=True, slots=True, eq=False)
class WorkBoxes:
    """People's answers and reviewers' fixes with their boxes.

    Attributes:
        submissions: oldest first.
        classes: class ids in order; codes are places here.
        starts: submission to its first row in `xyxy`; a submission without marks has none.
        xyxy: (n, 4) boxes grouped by submission.
        codes: (n,) classes.
        attributes: row to its attributes as JSON; rows without any are left out.
    """

    submissions: tuple[Submission, ...]
    classes: tuple[str, ...]
    starts: dict[str, tuple[int, int]]
    xyxy: NDArray[np.float64]
    codes: NDArray[np.int32]
    attributes: dict[int, str]

    def boxes(self, ordered: Sequence[Submission], place: Mapping[str, int], n_items: int) -> Boxes:
        """Boxes of one author over all items; where two answers to an item stand, the later one counts."""
        counts = np.zeros(n_items, np.int64)
        chosen, lengths = self._rows(ordered, place)
        for item, n in lengths.items():
            counts[item] = n
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        return Boxes(offsets, self.xyxy[chosen], self.codes[chosen])

    def attributes_of(self, ordered: Sequence[Submission], place: Mapping[str, int]) -> list[dict[str, Any]]:
        """Attributes of the boxes that `boxes` gives for the same submissions, in their order."""
        rows, _ = self._rows(ordered, place)
        return [orjson.loads(self.attributes[row]) if row in self.attributes else {} for row in rows.tolist()]

    def _rows(
        self, ordered: Sequence[Submission], place: Mapping[str, int]
    ) -> tuple[NDArray[np.int64], dict[int, int]]:
        """Rows of one author, by item, and how many there are of each item."""
        rows: list[NDArray[np.int64]] = []
        lengths: dict[int, int] = {}
        latest = {s.item_id: s for s in ordered}
        for item in sorted(latest, key=lambda i: place[i]):
            start, end = self.starts.get(latest[item].id, (0, 0))
            lengths[place[item]] = end - start
            rows.append(np.arange(start, end))
        return np.concatenate(rows) if rows else np.empty(0, np.int64), lengths


def shaped_marks_of_work(rx: Rx) -> dict[str, list[Mark]]:
    """Marks that are no boxes, by the submission of `boxes_of_work` they stand in; without attributes."""
    found: dict[str, list[Mark]] = {}
    for submission, mark in store.shaped_rows(rx):
        found.setdefault(submission, []).append(mark)
    return found


def boxes_of_work(rx: Rx) -> WorkBoxes:
    """Load every answer to work in this project, with its boxes."""
    submissions = store.work_submissions(rx)
    rows = store.box_rows(rx)
    classes = tuple(sorted({row[1] for row in rows}))
    code = {name: i for i, name in enumerate(classes)}
    starts: dict[str, tuple[int, int]] = {}
    for place, row in enumerate(rows):
        first, _ = starts.get(row[0], (place, place))
        starts[row[0]] = (first, place + 1)
    xyxy = np.array([row[2:6] for row in rows], np.float64).reshape(-1, 4)
    codes = np.array([code[row[1]] for row in rows], np.int32)
    attributes = {place: row[6] for place, row in enumerate(rows) if row[6]}
    return WorkBoxes(tuple(submissions), classes, starts, xyxy, codes, attributes)
