"""Score one author's marks against gold: a verdict on every mark, counts per item, a confusion table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assay.kernel.estimate import Estimate
from assay.quality.boxes import Boxes
from assay.quality.errors import ClassOutOfRangeError, ThresholdInvalidError
from assay.quality.marks import Marks
from assay.quality.matching import Matches, Mode, check_threshold, match_marks
from assay.quality.ratios import share_over_items

TIGHT_THRESHOLD: Final = 0.7


class Verdict(IntEnum):
    """What became of a mark."""

    CORRECT = 0
    MISSED = 1  # gold only
    MISCLASSIFIED = 2
    MISLOCALISED = 3
    SPURIOUS = 4  # answer only


@dataclass(frozen=True, eq=False)
class Score:
    """The verdicts on one author's answer to gold items.

    A pair of different classes is misclassified, however well it fits; a pair of the same class below the tight
    threshold is mislocalised. Each pair gives both of its marks the same verdict and counts as one error.

    Attributes:
        matches: gold on the left, answer on the right.
        gold_verdicts: (n_gold,) int8 `Verdict` of each gold mark.
        answer_verdicts: (n_answer,) int8 `Verdict` of each mark of the answer.
        tight_threshold: IoU from which a pair of the same class is correct.
    """

    matches: Matches
    gold_verdicts: NDArray[np.int8]
    answer_verdicts: NDArray[np.int8]
    tight_threshold: float

    @property
    def n_units(self) -> NDArray[np.int64]:
        """(n_items,) gold marks plus spurious marks; 1 for an empty item left empty, which is one right answer."""
        spurious = _per_item(self.matches.right, self.answer_verdicts == Verdict.SPURIOUS)
        return np.asarray(np.maximum(self.matches.left.counts + spurious, 1), np.int64)

    @property
    def n_errors(self) -> NDArray[np.int64]:
        """(n_items,) missed + misclassified + mislocalised + spurious."""
        spurious = _per_item(self.matches.right, self.answer_verdicts == Verdict.SPURIOUS)
        return _per_item(self.matches.left, self.gold_verdicts != Verdict.CORRECT) + spurious

    def counts(self, verdict: Verdict) -> NDArray[np.int64]:
        """(n_items,) how many marks got this verdict: answer marks for `SPURIOUS`, gold marks for the others."""
        if verdict is Verdict.SPURIOUS:
            return _per_item(self.matches.right, self.answer_verdicts == verdict)
        return _per_item(self.matches.left, self.gold_verdicts == verdict)

    def confusion(self, n_classes: int) -> NDArray[np.int64]:
        """(n_classes + 1, n_classes + 1) marks by gold class (row) and answered class (column); the last is "nothing".

        Mislocalised pairs stand on the diagonal: their class is right. The corner nothing-nothing is 0.
        """
        m, nothing = self.matches, n_classes
        largest = max(int(m.left.classes.max(initial=-1)), int(m.right.classes.max(initial=-1)))
        if largest >= n_classes:
            raise ClassOutOfRangeError(largest, n_classes)
        missed, spurious = m.left.classes[m.right_of_left < 0], m.right.classes[m.left_of_right < 0]
        rows = np.concatenate([m.left.classes[m.left_rows], missed, np.full(len(spurious), nothing)])
        cols = np.concatenate([m.right.classes[m.right_rows], np.full(len(missed), nothing), spurious])
        cells = np.bincount(rows.astype(np.int64) * (n_classes + 1) + cols, minlength=(n_classes + 1) ** 2)
        return cells.reshape(n_classes + 1, n_classes + 1)

    def wrong_values(self, gold: NDArray[np.int64], answer: NDArray[np.int64]) -> NDArray[np.int64]:
        """Compare one attribute on the pairs of the same class.

        Args:
            gold: (n_gold,) number of each gold mark's value; below 0 where it has none, which is not compared.
            answer: (n_answer,) the same of the answer; no value where gold has one is wrong.

        Returns:
            (n_items, 2) how many pairs were compared, and how many of them have different values.
        """
        m = self.matches
        rows, cols = m.left_rows[m.same_class], m.right_rows[m.same_class]
        asked = gold[rows] >= 0
        wrong = asked & (gold[rows] != answer[cols])
        items, n = m.left.items[rows], m.left.n_items
        counts = np.column_stack([np.bincount(items, asked, n), np.bincount(items, wrong, n)])
        return counts.astype(np.int64)

    def precision(self, rng: np.random.Generator) -> Estimate:
        """Share of the answer's marks that lie on a gold mark of the same class."""
        return self._rate(self._hits(), self.matches.right.counts, rng)

    def recall(self, rng: np.random.Generator) -> Estimate:
        """Share of the gold marks that were found with the same class."""
        return self._rate(self._hits(), self.matches.left.counts, rng)

    def f1(self, rng: np.random.Generator) -> Estimate:
        """Harmonic mean of precision and recall: 2 hits / (gold marks + answer marks)."""
        return self._rate(2 * self._hits(), self.matches.left.counts + self.matches.right.counts, rng)

    def mean_iou(self, rng: np.random.Generator) -> Estimate:
        """Mean IoU over the pairs of the same class; says nothing about what was missed."""
        m, hits = self.matches, self._hits()
        overlap = np.bincount(m.left.items[m.left_rows], m.pair_iou * m.same_class, m.left.n_items)
        return share_over_items(overlap, hits, rng, n=int(hits.sum()))

    def _hits(self) -> NDArray[np.int64]:
        right_class = (self.gold_verdicts == Verdict.CORRECT) | (self.gold_verdicts == Verdict.MISLOCALISED)
        return _per_item(self.matches.left, right_class)

    def _rate(self, part: NDArray[np.int64], whole: NDArray[np.int64], rng: np.random.Generator) -> Estimate:
        return share_over_items(part.astype(np.float64), whole, rng, n=int(whole.sum()))


def score_marks(
    gold: Marks,
    answer: Marks,
    *,
    threshold: float = 0.5,
    tight_threshold: float = TIGHT_THRESHOLD,
    mode: Mode = "two_pass",
    n_threads: int = 1,
) -> Score:
    """Compare an answer with gold, mark by mark.

    Args:
        gold: the signed answer.
        answer: one author's marks of the same shape on the same items.
        threshold: IoU from which two marks may be the same thing.
        tight_threshold: IoU from which a mark of the right class is well placed; not below `threshold`.
        mode: as for `match_marks`; `two_pass` finds misclassified marks without giving up a right pair for them.
        n_threads: how many threads share the items; the answer does not depend on it.
    """
    check_threshold("threshold", threshold)
    if not threshold <= tight_threshold <= 1:
        raise ThresholdInvalidError("tight_threshold", tight_threshold, low=threshold)
    matches = match_marks(gold, answer, threshold=threshold, mode=mode, n_threads=n_threads)
    return judge(matches, tight_threshold=tight_threshold)


def score_boxes(
    gold: Boxes,
    answer: Boxes,
    *,
    threshold: float = 0.5,
    tight_threshold: float = TIGHT_THRESHOLD,
    mode: Mode = "two_pass",
    n_threads: int = 1,
) -> Score:
    """Compare boxes with gold boxes; see `score_marks`."""
    return score_marks(
        gold, answer, threshold=threshold, tight_threshold=tight_threshold, mode=mode, n_threads=n_threads
    )


def judge(matches: Matches, *, tight_threshold: float) -> Score:
    """Give every mark its verdict; gold is the left side of the matches."""
    pair_verdicts = np.where(matches.pair_iou < tight_threshold, Verdict.MISLOCALISED, Verdict.CORRECT)
    pair_verdicts[~matches.same_class] = Verdict.MISCLASSIFIED
    gold_verdicts = np.full(len(matches.left), Verdict.MISSED, np.int8)
    gold_verdicts[matches.left_rows] = pair_verdicts
    answer_verdicts = np.full(len(matches.right), Verdict.SPURIOUS, np.int8)
    answer_verdicts[matches.right_rows] = pair_verdicts
    return Score(matches, gold_verdicts, answer_verdicts, tight_threshold)


def _per_item(marks: Marks, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    total = np.concatenate([np.zeros(1, np.int64), np.cumsum(chosen, dtype=np.int64)])
    return np.diff(total[marks.offsets])
