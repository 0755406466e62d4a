"""Holds an annotator's answer against gold, mark by mark."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assay.annotations import Mark
from assay.gold.model import ERROR_KINDS, ErrorKind, GoldMark, Score, VerdictMark
from assay.quality.boxes import Boxes
from assay.quality.scores import Verdict, score_boxes

_KIND = {
    Verdict.CORRECT: ErrorKind.RIGHT,
    Verdict.MISSED: ErrorKind.MISSED,
    Verdict.MISCLASSIFIED: ErrorKind.MISCLASSIFIED,
    Verdict.MISLOCALISED: ErrorKind.MISLOCALISED,
    Verdict.SPURIOUS: ErrorKind.SPURIOUS,
}


def score_answer(gold: Sequence[GoldMark], answer: Sequence[Mark], *, match_iou: float, tight_iou: float) -> Score:
    """Match an answer to the signed marks and judge every mark of both.

    Args:
        gold: the signed answer.
        answer: what the annotator drew.
        match_iou: IoU from which two boxes may be the same thing.
        tight_iou: IoU below which a matched box is badly placed.
    """
    names = sorted({m.label_class for m in gold} | {m.label_class for m in answer})
    code = {name: i for i, name in enumerate(names)}
    result = score_boxes(
        _boxes(gold, code), _boxes(answer, code), threshold=match_iou, tight_threshold=max(match_iou, tight_iou)
    )
    matches, verdicts = result.matches, []
    partner = dict(zip(matches.left_rows.tolist(), matches.right_rows.tolist(), strict=True))
    iou = dict(zip(matches.left_rows.tolist(), matches.pair_iou.tolist(), strict=True))
    for row, mark in enumerate(gold):
        kind = _KIND[Verdict(int(result.gold_verdicts[row]))]
        drawn = answer[partner[row]] if row in partner else None
        verdicts.append(VerdictMark(kind, mark, (drawn.label_class, drawn.bbox) if drawn else None, iou.get(row)))
    for row, drawn in enumerate(answer):
        if result.answer_verdicts[row] == Verdict.SPURIOUS:
            verdicts.append(VerdictMark(ErrorKind.SPURIOUS, None, (drawn.label_class, drawn.bbox), None))
    counts = {kind: sum(v.kind is kind for v in verdicts) for kind in ERROR_KINDS}
    return Score(int(result.n_units[0]), counts, tuple(verdicts))


def _boxes(marks: Sequence[GoldMark] | Sequence[Mark], code: dict[str, int]) -> Boxes:
    xyxy = np.array([m.bbox for m in marks], np.float64).reshape(-1, 4)
    return Boxes(np.array([0, len(marks)], np.int64), xyxy, np.array([code[m.label_class] for m in marks], np.int32))
