"""Holds an annotator's answer against gold, mark by mark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assay.annotations import Mark, comparable
from assay.gold.model import ERROR_KINDS, ErrorKind, GoldMark, Score, VerdictMark
from assay.quality.scores import Score as KernelScore
from assay.quality.scores import Verdict, score_marks

_KIND = {
    Verdict.CORRECT: ErrorKind.RIGHT,
    Verdict.MISSED: ErrorKind.MISSED,
    Verdict.MISCLASSIFIED: ErrorKind.MISCLASSIFIED,
    Verdict.MISLOCALISED: ErrorKind.MISLOCALISED,
    Verdict.SPURIOUS: ErrorKind.SPURIOUS,
}


def score_answer(
    gold: Sequence[GoldMark],
    answer: Sequence[Mark],
    *,
    match_iou: float,
    tight_iou: float,
    size_px: tuple[int, int] | None = None,
) -> Score:
    """Match an answer to the signed marks and judge every mark of both.

    Boxes are compared as boxes and other areas by their pixels; points, lines and tags as `comparable` says.

    Args:
        gold: the signed answer.
        answer: what the annotator drew.
        match_iou: IoU from which two marks may be the same thing.
        tight_iou: IoU below which a matched mark is badly placed.
        size_px: width and height of the picture; needed for anything but boxes.
    """
    names = sorted({m.label_class for m in gold} | {m.label_class for m in answer})
    code = {name: i for i, name in enumerate(names)}
    told: dict[int, VerdictMark] = {}
    spurious: dict[int, VerdictMark] = {}
    n_units = 0
    for part in comparable([gold, answer], code, size_px):
        signed, drawn = part.rows
        result = score_marks(*part.marks, threshold=match_iou, tight_threshold=max(match_iou, tight_iou))
        n_units += int(result.n_units[0])
        told |= {signed[row]: verdict for row, verdict in _signed(result, gold, signed, answer, drawn)}
        for row, mark in enumerate(answer[no] for no in drawn):
            if result.answer_verdicts[row] == Verdict.SPURIOUS:
                spurious[drawn[row]] = VerdictMark(ErrorKind.SPURIOUS, None, (mark.label_class, mark.bbox), None)
    verdicts = [told[no] for no in sorted(told)] + [spurious[no] for no in sorted(spurious)]
    counts = {kind: sum(v.kind is kind for v in verdicts) for kind in ERROR_KINDS}
    # An item on which nothing is signed and nothing was drawn counts as one right decision.
    return Score(max(n_units, 1), counts, tuple(verdicts))


def _signed(
    result: KernelScore, gold: Sequence[GoldMark], signed: Sequence[int], answer: Sequence[Mark], drawn: Sequence[int]
) -> Iterator[tuple[int, VerdictMark]]:
    """What became of each signed mark of one kind."""
    matches = result.matches
    partner = dict(zip(matches.left_rows.tolist(), matches.right_rows.tolist(), strict=True))
    iou = dict(zip(matches.left_rows.tolist(), matches.pair_iou.tolist(), strict=True))
    for row, no in enumerate(signed):
        kind = _KIND[Verdict(int(result.gold_verdicts[row]))]
        mark = answer[drawn[partner[row]]] if row in partner else None
        yield row, VerdictMark(kind, gold[no], (mark.label_class, mark.bbox) if mark else None, iou.get(row))
