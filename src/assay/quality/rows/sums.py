"""What was found in rows so far: whole numbers that can be added in any order, stored and taken up again."""

from __future__ import annotations

import heapq
import io
import json
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from assay.kernel.native import BACKEND, Backend
from assay.kernel.native_batch import Agree, AgreeClass, Score, agree_rows, score_rows
from assay.quality.errors import ThresholdInvalidError
from assay.quality.matching import check_threshold
from assay.quality.rows.block import Block, read_block
from assay.quality.rows.errors import RowTooMuchError

Longs = NDArray[np.int64]

MOST_WORST: Final = 24
_LOW_BITS: Final = 40
NOTHING: Final = -1
_COUNTS: Final = ("n_items", "n_compared", "n_submissions", "n_marks", "n_left_out", "has_accepted")


@dataclass(frozen=True, slots=True)
class Settings:
    """How rows are compared.

    Attributes:
        threshold: IoU from which two marks may be the same thing.
        tight_threshold: IoU from which a mark of the right class is well placed.
    """

    threshold: float = 0.5
    tight_threshold: float = 0.7

    def __post_init__(self) -> None:
        check_threshold("threshold", self.threshold)
        if not self.threshold <= self.tight_threshold <= 1:
            raise ThresholdInvalidError("tight_threshold", self.tight_threshold, low=self.threshold)


class Table:
    """A growing table of whole numbers of any size, held as two halves so that sums never overflow."""

    def __init__(self, n_columns: int) -> None:
        self._high = np.zeros((0, n_columns), np.int64)
        self._low = np.zeros((0, n_columns), np.int64)

    def add(self, rows: Longs, values: Longs) -> None:
        """Add `values` (n, n_columns) to different `rows`, making new ones where there are none yet."""
        need = int(rows.max(initial=-1)) + 1 - len(self._low)
        if need > 0:
            more = np.zeros((max(need, len(self._low)), self._low.shape[1]), np.int64)
            self._low, self._high = np.concatenate([self._low, more]), np.concatenate([self._high, more])
        low = self._low[rows] + (values & ((1 << _LOW_BITS) - 1))
        self._low[rows] = low & ((1 << _LOW_BITS) - 1)
        self._high[rows] += (values >> _LOW_BITS) + (low >> _LOW_BITS)

    def row(self, number: int) -> list[int]:
        """The numbers of one row; zeros where nothing was added."""
        if number >= len(self._low):
            return [0] * self._low.shape[1]
        pairs = zip(self._high[number].tolist(), self._low[number].tolist(), strict=True)
        return [(high << _LOW_BITS) + low for high, low in pairs]

    def merge(self, rows: Longs, other: Table, others: Longs) -> None:
        """Add `others` of another table to `rows` of this."""
        if len(others) == 0:
            return
        self.add(rows, other._low[others])
        self._high[rows] += other._high[others]

    def halves(self, n: int) -> Longs:
        """(2, n, n_columns) to be stored."""
        self.add(np.array([n - 1] if n else [], np.int64), np.zeros((1 if n else 0, self._low.shape[1]), np.int64))
        return np.stack([self._high[:n], self._low[:n]])

    def restore(self, halves: Longs) -> None:
        """Take up what `halves` gave."""
        self._high, self._low = halves[0].copy(), halves[1].copy()


@dataclass(frozen=True, slots=True, order=True)
class Worst:
    """An item on which people agree badly; ordered from the worst."""

    f1: float
    minus_marks: int
    row: int
    item: str


class Sums:
    """Everything that was added up so far, by name; adding blocks in any order gives the same.

    Attributes:
        settings: how rows are compared.
        n_items: rows seen.
        n_compared: rows with two people or more.
        n_submissions: sheets seen.
        n_marks: boxes of people on rows that two or more handed in.
        n_left_out: marks of other shapes and of crowds.
        has_accepted: whether accepted marks stand beside.
        worst: the items with the lowest agreement.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.n_items = self.n_compared = self.n_submissions = self.n_marks = self.n_left_out = 0
        self.has_accepted = False
        self.worst: list[Worst] = []
        self.people: dict[str, int] = {}
        self.classes: dict[str, int] = {}
        self.pairs: dict[tuple[int, int], int] = {}
        self.cells: dict[tuple[int, int], int] = {}
        self.work, self.agree_people = Table(2), Table(len(Agree))
        self.agree_total, self.agree_pairs = Table(len(Agree)), Table(len(Agree))
        self.agree_classes, self.score_people = Table(len(AgreeClass)), Table(len(Score))
        self.score_total, self.score_classes, self.confusion = Table(len(Score)), Table(len(Score)), Table(1)

    def add_rows(self, rows: pa.RecordBatch, first_row: int, *, backend: Backend = BACKEND) -> None:
        """Compare rows and add what is found.

        Args:
            rows: some rows (see `read_block`).
            first_row: number of the first of them among all rows.
            backend: which kernel runs.

        Raises:
            RowsInvalidError, RowInvalidError: what cannot be read; nothing of these rows was added then.
            RowTooMuchError: an item that cannot be compared in any reasonable time.
        """
        block = read_block(rows, first_row)
        found = agree_rows(block.people_compared, threshold=self.settings.threshold, backend=backend)
        scored, stopped_at = None, found.stopped_at
        if block.answers_compared is not None and stopped_at < 0:
            scored = score_rows(
                block.answers_compared, threshold=self.settings.threshold, tight=self.settings.tight_threshold,
                backend=backend,
            )  # fmt: skip
            stopped_at = scored.stopped_at
        if stopped_at >= 0:
            raise RowTooMuchError(str(block.items[stopped_at].as_py()))
        people, classes = _numbers(self.people, block.people), _numbers(self.classes, block.classes)
        self.n_items += len(block.items)
        self.n_compared += int(found.total[Agree.ITEMS])
        self.n_submissions += int(block.submissions.sum())
        self.n_marks += block.n_marks_shared
        self.n_left_out += block.n_left_out
        self.work.add(people, np.column_stack([block.submissions, block.marks]))
        both = people[block.pairs]
        keys = [(int(a), int(b)) for a, b in both.tolist()]
        self.agree_pairs.add(_numbers(self.pairs, keys), found.pairs)
        self.agree_people.add(people, found.people)
        self.agree_total.add(np.zeros(1, np.int64), found.total[None])
        self.agree_classes.add(classes, found.classes)
        self._keep_worst(_worst_of(block, found.row_sums))
        if scored is not None:
            self.has_accepted = True
            self.score_people.add(people, scored.people)
            self.score_total.add(np.zeros(1, np.int64), scored.total[None])
            self.score_classes.add(classes, scored.classes)
            self._add_confusion(np.append(classes, NOTHING), scored.confusion)

    def merge(self, other: Sums) -> None:
        """Add what another one found in other rows."""
        people, classes = _numbers(self.people, list(other.people)), _numbers(self.classes, list(other.classes))
        self.n_items += other.n_items
        self.n_compared += other.n_compared
        self.n_submissions += other.n_submissions
        self.n_marks += other.n_marks
        self.n_left_out += other.n_left_out
        self.has_accepted |= other.has_accepted
        keys = [(int(people[a]), int(people[b])) for a, b in other.pairs]
        one = np.zeros(1, np.int64) if other.n_items else np.zeros(0, np.int64)
        for mine, theirs, rows in (
            (self.work, other.work, people), (self.agree_people, other.agree_people, people),
            (self.agree_pairs, other.agree_pairs, _numbers(self.pairs, keys)),
            (self.agree_total, other.agree_total, one), (self.agree_classes, other.agree_classes, classes),
        ):  # fmt: skip
            mine.merge(rows, theirs, np.arange(len(rows)))
        if other.has_accepted:
            named = np.append(classes, NOTHING)
            cells = [(int(named[a]), int(named[b])) for a, b in other.cells]
            for mine, theirs, rows in (
                (self.score_people, other.score_people, people), (self.score_total, other.score_total, one),
                (self.score_classes, other.score_classes, classes),
                (self.confusion, other.confusion, _numbers(self.cells, cells)),
            ):  # fmt: skip
                mine.merge(rows, theirs, np.arange(len(rows)))
        self._keep_worst(other.worst)

    def to_bytes(self) -> bytes:
        """Everything, to be taken up again by `from_bytes`."""
        head = {
            "settings": asdict(self.settings),
            "counts": {name: getattr(self, name) for name in _COUNTS},
            "worst": [[w.f1, w.minus_marks, w.row, w.item] for w in self.worst],
            "people": list(self.people),
            "classes": list(self.classes),
            "pairs": list(self.pairs),
            "cells": list(self.cells),
        }
        arrays = {name: table.halves(n) for name, table, n in self._tables()}
        stream = io.BytesIO()
        np.savez(stream, head=np.frombuffer(json.dumps(head).encode(), np.uint8), **arrays)  # type: ignore[arg-type]
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self:
        """Take up what `to_bytes` gave; raises `ValueError` or `KeyError` when it is not that."""
        with np.load(io.BytesIO(stored), allow_pickle=False) as arrays:
            head: dict[str, Any] = json.loads(bytes(arrays["head"]))
            made = cls(Settings(**head["settings"]))
            made.people = {name: n for n, name in enumerate(head["people"])}
            made.classes = {name: n for n, name in enumerate(head["classes"])}
            made.pairs = {(a, b): n for n, (a, b) in enumerate(head["pairs"])}
            made.cells = {(a, b): n for n, (a, b) in enumerate(head["cells"])}
            for name, table, n in made._tables():
                if arrays[name].shape[:2] != (2, n):
                    raise ValueError(name)
                table.restore(arrays[name])
        for name in _COUNTS:
            setattr(made, name, head["counts"][name])
        made.worst = [Worst(*values) for values in head["worst"]]
        return made

    def _tables(self) -> list[tuple[str, Table, int]]:
        n_people, n_classes, one = len(self.people), len(self.classes), 1
        return [
            ("work", self.work, n_people), ("agree_people", self.agree_people, n_people),
            ("agree_pairs", self.agree_pairs, len(self.pairs)), ("agree_total", self.agree_total, one),
            ("agree_classes", self.agree_classes, n_classes), ("score_people", self.score_people, n_people),
            ("score_total", self.score_total, one), ("score_classes", self.score_classes, n_classes),
            ("confusion", self.confusion, len(self.cells)),
        ]  # fmt: skip

    def _add_confusion(self, classes: Longs, table: Longs) -> None:
        gold, answer = np.nonzero(table)
        keys = [(int(classes[a]), int(classes[b])) for a, b in zip(gold, answer, strict=True)]
        self.confusion.add(_numbers(self.cells, keys), table[gold, answer][:, None])

    def _keep_worst(self, more: list[Worst]) -> None:
        self.worst = heapq.nsmallest(MOST_WORST, [*self.worst, *more])


def _numbers(known: dict[Any, int], names: list[Any]) -> Longs:
    """The number of each name, new names getting the next ones."""
    return np.array([known.setdefault(name, len(known)) for name in names], np.int64)


def _worst_of(block: Block, row_sums: Longs) -> list[Worst]:
    hits, marks = row_sums.T
    rows = np.flatnonzero((marks > 0) & (hits < marks))
    if len(rows) > MOST_WORST:
        f1 = hits[rows] / marks[rows]
        cut = np.partition(f1, MOST_WORST - 1)[MOST_WORST - 1]
        rows = rows[f1 <= cut]
        if len(rows) > 4 * MOST_WORST:  # many at the very bottom: those with most marks
            order = np.lexsort((rows, -marks[rows], hits[rows] / marks[rows]))
            rows = rows[order[:MOST_WORST]]
    return [
        Worst(float(hits[r] / marks[r]), -int(marks[r]), block.first_row + int(r), str(block.items[int(r)].as_py()))
        for r in rows.tolist()
    ]
