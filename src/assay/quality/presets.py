"""Comparing two authors the way other tools do, so that a team can check its old numbers.

The rules are those of the tools' published code; where a tool has several, the preset's docstring says which.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from assay.quality.errors import ItemsDifferError, UnknownNameError
from assay.quality.marks import Longs, Marks
from assay.quality.matching import match_marks
from assay.quality.similarity import Pairs, similar_pairs

Floats = NDArray[np.float64]
Preset = Literal["strict", "cvat", "cvat-2023", "datumaro", "coco", "label-studio"]

CVAT_THRESHOLD: Final = 0.4  # CVAT asks 1 - q > 1 - .4, which at .4 rounds to the same answer as q < .4
CVAT_LOW_OVERLAP: Final = 0.8
USUAL_THRESHOLD: Final = 0.5


@dataclass(frozen=True, eq=False)
class PresetReport:
    """What one tool's rules say about an answer beside gold.

    Attributes:
        preset: whose rules.
        gold_rows: (n_pairs,) gold row of each pair.
        answer_rows: (n_pairs,) its partner.
        values: (n_pairs,) similarity of each pair.
        valid: (n_items,) pairs of the same class.
        mismatched: (n_items,) pairs of different classes.
        missing: (n_items,) gold marks without a partner.
        extra: (n_items,) marks of the answer without a partner.
        total: (n_items,) what accuracy is taken over.
        n_gold: (n_items,) gold marks as the tool counts them.
        n_answer: (n_items,) marks of the answer as the tool counts them.
        mean_iou: (n_items,) the tool's similarity of each item; NaN where it has none.
        low_overlap: (n_items,) pairs placed badly enough for a warning.
        summary_total: what the accuracy over all items is taken over.
    """

    preset: Preset
    gold_rows: Longs = field(repr=False)
    answer_rows: Longs = field(repr=False)
    values: Floats = field(repr=False)
    valid: Longs
    mismatched: Longs
    missing: Longs
    extra: Longs
    total: Longs
    n_gold: Longs
    n_answer: Longs
    mean_iou: Floats
    low_overlap: Longs
    summary_total: int

    @property
    def accuracy(self) -> float | None:
        """Valid / (valid + missing + extra + mismatched); 0 over nothing, None for rules without pairs."""
        return self._rate(self.summary_total)

    @property
    def precision(self) -> float | None:
        """Valid / marks of the answer; 0 when there are none, None for rules without pairs."""
        return self._rate(int(self.n_answer.sum()))

    @property
    def recall(self) -> float | None:
        """Valid / gold marks; 0 when there are none, None for rules without pairs."""
        return self._rate(int(self.n_gold.sum()))

    def _rate(self, whole: int) -> float | None:
        if self.preset == "label-studio":
            return None
        return float(self.valid.sum() / whole) if whole else 0.0

    @property
    def item_accuracy(self) -> Floats:
        """(n_items,) accuracy of each item; 0 where there is nothing."""
        return np.asarray(self.valid / np.maximum(self.total, 1), np.float64)

    @property
    def agreement(self) -> float:
        """Mean of `mean_iou` over the items that have one; 0 when none has."""
        known = self.mean_iou[~np.isnan(self.mean_iou)]
        return float(known.mean()) if len(known) else 0.0


def compare_as(
    preset: Preset,
    gold: Marks,
    answer: Marks,
    *,
    scores: NDArray[np.float64] | None = None,
    empty_is_annotated: bool = False,
) -> PresetReport:
    """Compare an answer with gold by the rules of another tool.

    - `strict`: Assay's own: optimal, IoU .5, same class first, then the rest; an item both left empty is one valid
      thing.
    - `cvat`: optimal at IoU .4, same class first, then the rest; low overlap below .8; similarity of an item is the
      mean over its pairs and, for marks without a partner, their closest mark.
    - `cvat-2023`: the same in one pass that does not look at classes.
    - `datumaro`: greedy at IoU .5: marks of the answer by falling score take the free gold mark of the highest
      similarity, the same class winning a tie.
    - `coco`: greedy at IoU .5 within a class: marks of the answer by falling score take the free gold mark of the
      highest IoU, the later of equals.
    - `label-studio`: no pairs; for each mark the best IoU with a mark of the same class, averaged over each side's
      marks, the lower of the two directions. Two empty items agree fully, one empty item not at all.

    Args:
        preset: whose rules.
        gold: the left side; CVAT's ground truth, Datumaro's second author.
        answer: the right side.
        scores: (n_answer,) the order in which greedy rules serve the answer's marks; the order given when left out.
        empty_is_annotated: CVAT's setting of that name: an item left empty counts as one mark.
    """
    if preset not in _RULES:
        raise UnknownNameError("preset", preset, tuple(_RULES))
    if gold.n_items != answer.n_items:
        raise ItemsDifferError(gold.n_items, answer.n_items)
    order = np.arange(len(answer)) if scores is None else np.argsort(-np.asarray(scores), kind="stable")
    pairs = similar_pairs(gold, answer)
    chosen = _RULES[preset](gold, answer, pairs, order)
    report = _count(preset, gold, answer, pairs, chosen)
    if preset.startswith("cvat"):
        return _cvat_counts(report, gold, answer, empty_is_annotated=empty_is_annotated)
    return report


def _optimal(gold: Marks, answer: Marks, threshold: float, *, two_pass: bool) -> Longs:
    """(n_gold,) the answer's row matched to each gold row, -1 for none."""
    mode: Literal["two_pass", "class_agnostic"] = "two_pass" if two_pass else "class_agnostic"
    return match_marks(gold, answer, threshold=threshold, mode=mode).right_of_left


def _strict(gold: Marks, answer: Marks, pairs: Pairs, order: Longs) -> Longs:
    del pairs, order
    return _optimal(gold, answer, USUAL_THRESHOLD, two_pass=True)


def _cvat(gold: Marks, answer: Marks, pairs: Pairs, order: Longs) -> Longs:
    del pairs, order
    return _optimal(gold, answer, CVAT_THRESHOLD, two_pass=True)


def _cvat_2023(gold: Marks, answer: Marks, pairs: Pairs, order: Longs) -> Longs:
    del pairs, order
    return _optimal(gold, answer, CVAT_THRESHOLD, two_pass=False)


def _greedy(gold: Marks, answer: Marks, pairs: Pairs, order: Longs, best: Callable[[int, Longs, Floats], int]) -> Longs:
    """Serve the answer's marks in order; `best` picks among the free gold rows of one mark, given similarities."""
    taken = np.full(len(gold), -1, np.int64)
    by_answer = np.argsort(pairs.cols, kind="stable")
    starts = np.searchsorted(pairs.cols[by_answer], np.arange(len(answer) + 1))
    for mark in order.tolist():
        here = by_answer[starts[mark] : starts[mark + 1]]
        here = here[(taken[pairs.rows[here]] < 0) & (pairs.values[here] >= USUAL_THRESHOLD)]
        if len(here):
            taken[best(mark, pairs.rows[here], pairs.values[here])] = mark
    return taken


def _datumaro(gold: Marks, answer: Marks, pairs: Pairs, order: Longs) -> Longs:
    def best(mark: int, rows: Longs, values: Floats) -> int:
        # Gold of the same class is visited first, and only a strictly larger similarity displaces the best so far.
        same = gold.classes[rows] == answer.classes[mark]
        return int(rows[np.lexsort((rows, ~same, -values))[0]])

    return _greedy(gold, answer, pairs, order, best)


def _coco(gold: Marks, answer: Marks, pairs: Pairs, order: Longs) -> Longs:
    same = gold.classes[pairs.rows] == answer.classes[pairs.cols]
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(same)])[pairs.starts]
    within = Pairs(starts, pairs.rows[same], pairs.cols[same], pairs.values[same])

    def best(mark: int, rows: Longs, values: Floats) -> int:
        del mark
        return int(rows[np.lexsort((rows, values))[-1]])

    return _greedy(gold, answer, within, order, best)


def _label_studio(gold: Marks, answer: Marks, pairs: Pairs, order: Longs) -> Longs:
    del answer, pairs, order
    return np.full(len(gold), -1, np.int64)


_RULES: Final[dict[str, Callable[[Marks, Marks, Pairs, Longs], Longs]]] = {
    "strict": _strict,
    "cvat": _cvat,
    "cvat-2023": _cvat_2023,
    "datumaro": _datumaro,
    "coco": _coco,
    "label-studio": _label_studio,
}


def _count(preset: Preset, gold: Marks, answer: Marks, pairs: Pairs, answer_of_gold: Longs) -> PresetReport:
    gold_rows = np.flatnonzero(answer_of_gold >= 0)
    answer_rows = answer_of_gold[gold_rows]
    key = pairs.rows * max(len(answer), 1) + pairs.cols
    values = pairs.values[np.searchsorted(key, gold_rows * max(len(answer), 1) + answer_rows)]
    item, n = gold.items[gold_rows], gold.n_items
    same = gold.classes[gold_rows] == answer.classes[answer_rows]
    n_pairs = np.bincount(item, minlength=n)
    valid = np.bincount(item[same], minlength=n)
    both_empty = (gold.counts == 0) & (answer.counts == 0)
    if preset == "strict":
        valid = valid + both_empty
    missing, extra = gold.counts - n_pairs, answer.counts - n_pairs
    mismatched = np.bincount(item[~same], minlength=n)
    total = valid + mismatched + missing + extra
    mean_iou = _LIKENESS[preset](gold, answer, pairs, gold_rows, answer_rows, values)
    return PresetReport(
        preset=preset,
        gold_rows=gold_rows,
        answer_rows=answer_rows,
        values=values,
        valid=valid,
        mismatched=mismatched,
        missing=missing,
        extra=extra,
        total=total,
        n_gold=gold.counts + (both_empty if preset == "strict" else 0),
        n_answer=answer.counts + (both_empty if preset == "strict" else 0),
        mean_iou=mean_iou,
        low_overlap=np.bincount(item[values < CVAT_LOW_OVERLAP], minlength=n),
        summary_total=int(total.sum()),
    )


def _cvat_counts(report: PresetReport, gold: Marks, answer: Marks, *, empty_is_annotated: bool) -> PresetReport:
    """Apply CVAT's setting: an empty side counts one mark, two empty sides one valid mark.

    An item with one empty side keeps its own total, while the total over all items grows by one for it too.
    """
    if not empty_is_annotated:
        return report
    no_gold, no_answer = gold.counts == 0, answer.counts == 0
    both = no_gold & no_answer
    return replace(
        report,
        valid=report.valid + both,
        total=report.total + both,
        n_gold=report.n_gold + no_gold,
        n_answer=report.n_answer + no_answer,
        summary_total=report.summary_total + int((no_gold | no_answer).sum()),
    )


def _closest(n: int, rows: Longs, values: Floats) -> Floats:
    best = np.zeros(n)
    np.maximum.at(best, rows, values)
    return best


def _cvat_likeness(
    gold: Marks, answer: Marks, pairs: Pairs, gold_rows: Longs, answer_rows: Longs, values: Floats
) -> Floats:
    """(n_items,) mean over pairs and, for marks without a partner, their closest mark; 0 for an empty item."""
    n = gold.n_items
    sums = np.bincount(gold.items[gold_rows], values, n).astype(np.float64)  # whole numbers when there are no pairs
    for marks, matched, of in ((gold, gold_rows, pairs.rows), (answer, answer_rows, pairs.cols)):
        closest = _closest(len(marks), of, pairs.values)
        closest[matched] = 0.0
        sums += np.bincount(marks.items, closest, n)
    counted = gold.counts + answer.counts - np.bincount(gold.items[gold_rows], minlength=n)
    return np.asarray(sums / np.maximum(counted, 1), np.float64)


def _matched_likeness(
    gold: Marks, answer: Marks, pairs: Pairs, gold_rows: Longs, answer_rows: Longs, values: Floats
) -> Floats:
    """(n_items,) mean over pairs; NaN without any."""
    del answer, pairs, answer_rows
    item, n = gold.items[gold_rows], gold.n_items
    count = np.bincount(item, minlength=n)
    return np.where(count > 0, np.bincount(item, values, n) / np.maximum(count, 1), np.nan)


def _label_studio_likeness(
    gold: Marks, answer: Marks, pairs: Pairs, gold_rows: Longs, answer_rows: Longs, values: Floats
) -> Floats:
    del gold_rows, answer_rows, values
    same = gold.classes[pairs.rows] == answer.classes[pairs.cols]
    sides = []
    for marks, of in ((gold, pairs.rows), (answer, pairs.cols)):
        best = _closest(len(marks), of[same], pairs.values[same])
        sides.append(np.bincount(marks.items, best, marks.n_items) / np.maximum(marks.counts, 1))
    both_empty = (gold.counts == 0) & (answer.counts == 0)
    return np.where(both_empty, 1.0, np.minimum(*sides))


_LIKENESS: Final[dict[str, Callable[[Marks, Marks, Pairs, Longs, Longs, Floats], Floats]]] = {
    "strict": _matched_likeness,
    "cvat": _cvat_likeness,
    "cvat-2023": _cvat_likeness,
    "datumaro": _matched_likeness,
    "coco": _matched_likeness,
    "label-studio": _label_studio_likeness,
}
