"""What several answers to one item say together, and which answers somebody should look at."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from assay.annotations import Box, Mark
from assay.gold import ErrorKind, StoredScore
from assay.quality.boxes import Boxes
from assay.quality.consensus import AuthorSkill, Fused, fuse_boxes
from assay.quality.matching import match_boxes
from assay.review.model import Dispute, FusedMark

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SKILL_FROM_IMAGES = 5
"""Gold images before a person's own skill is used instead of what is usual."""
PLACEMENT_DISPUTE_IOU = 0.7
"""Two people's boxes of one thing that overlap less are a dispute: the usual line for agreement, so that an item that
falls below it shows where."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Several answers to one item, compared and fused.

    Attributes:
        mean_iou: pooled over pairs, unmatched marks counting 0; None with one answer.
    """

    marks: tuple[FusedMark, ...]
    disputes: tuple[Dispute, ...]
    mean_iou: float | None
    f1: float | None


def merge_answers(
    answers: Sequence[Sequence[Mark]], skills: Sequence[AuthorSkill | None], *, match_iou: float
) -> Merged:
    """Compare the answers to one item by optimal matching and infer what is there.

    Args:
        answers: each person's marks; their letters A, B, C follow this order.
        skills: what hidden gold says about each, None where too little is known.
        match_iou: IoU from which two boxes may be the same thing.
    """
    names = sorted({m.label_class for marks in answers for m in marks})
    code = {name: i for i, name in enumerate(names)}
    boxes = {letter(i): _boxes(marks, code) for i, marks in enumerate(answers)}
    if len(answers) < 2:  # noqa: PLR2004 - agreement is between two
        only = answers[0] if answers else ()
        marks = tuple(FusedMark(m.label_class, m.shape, m.bbox, 1.0, 1, ("A",)) for m in only)
        return Merged(marks, (), None, None)
    mean_iou, f1 = alikeness(list(boxes.values()), match_iou)
    known = {letter(i): skill for i, skill in enumerate(skills) if skill is not None}
    fused = fuse_boxes(boxes, skills=known)
    marks, disputes = _marks_and_disputes(fused, names, boxes)
    return Merged(marks, disputes, mean_iou, f1)


def alikeness(answers: Sequence[Boxes], match_iou: float) -> tuple[float, float]:
    """Mean IoU (unmatched marks and different classes counting 0) and F1 of one item, pooled over pairs of answers.

    Two answers that are both empty agree on one thing. The same sums as `quality.agreement`, without its intervals,
    which one item cannot have.
    """
    overlap = hits = units = marks = 0.0
    for first, second in combinations(answers, 2):
        found = match_boxes(first, second, threshold=match_iou)
        empty = float(len(first) + len(second) == 0)
        same = found.same_class
        overlap += float(found.pair_iou[same].sum()) + empty
        hits += float(same.sum()) + empty
        units += len(first) + len(second) - len(found.pair_iou) + empty
        marks += len(first) + len(second) + 2 * empty
    return overlap / units, 2 * hits / marks


def letter(place: int) -> str:
    """The letter an answer is called by: A, B, ... Z, A1, B1, ..."""
    turn, place = divmod(place, len(LETTERS))
    return LETTERS[place] + (str(turn) if turn else "")


def _marks_and_disputes(
    fused: Fused, names: Sequence[str], boxes: Mapping[str, Boxes]
) -> tuple[tuple[FusedMark, ...], tuple[Dispute, ...]]:
    marks, disputes = [], []
    for row in range(len(fused.candidates)):
        x_min, y_min, x_max, y_max = fused.candidates.xyxy[row].tolist()
        box: Box = (x_min, y_min, x_max, y_max)
        members = fused.members(row)
        who = tuple(sorted(members))
        name = names[int(fused.candidates.classes[row])]
        if fused.kept[row]:
            marks.append(FusedMark(name, "bbox", box, float(fused.confidence[row]), len(who), who))
        said = tuple(names[int(boxes[w].classes[members[w]])] for w in who)
        if len(who) < len(boxes):
            disputes.append(Dispute(box, "existence", who, said))
        elif len(set(said)) > 1:
            disputes.append(Dispute(box, "class", who, said))
        elif _least_overlap([_row(boxes[w], members[w]) for w in who]) < PLACEMENT_DISPUTE_IOU:
            disputes.append(Dispute(box, "placement", who, said))
    return tuple(marks), tuple(disputes)


def _boxes(marks: Sequence[Mark], code: Mapping[str, int]) -> Boxes:
    xyxy = np.array([m.bbox for m in marks], np.float64).reshape(-1, 4)
    return Boxes(np.array([0, len(marks)], np.int64), xyxy, np.array([code[m.label_class] for m in marks], np.int32))


def _row(boxes: Boxes, row: int) -> Box:
    x_min, y_min, x_max, y_max = boxes.xyxy[row].tolist()
    return x_min, y_min, x_max, y_max


def _least_overlap(drawn: Sequence[Box]) -> float:
    return min((_iou(a, b) for a, b in combinations(drawn, 2)), default=1.0)


def _iou(a: Box, b: Box) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def skill_from(scores: Sequence[StoredScore]) -> AuthorSkill | None:
    """What a person's hidden gold says about them as a witness; None below five gold images.

    Rates are shrunk by a few pseudo-marks towards what is usual, so that nobody is taken for infallible.
    """
    if len(scores) < SKILL_FROM_IMAGES:
        return None
    missed = sum(s.score.counts[ErrorKind.MISSED] for s in scores)
    spurious = sum(s.score.counts[ErrorKind.SPURIOUS] for s in scores)
    confused = sum(s.score.counts[ErrorKind.MISCLASSIFIED] for s in scores)
    gold_marks = max(sum(s.score.n_units for s in scores) - spurious, missed)
    drawn = gold_marks - missed
    return AuthorSkill(
        finds=(drawn + 7.0) / (gold_marks + 8.0),
        invents=(spurious + 0.5) / (drawn + spurious + 10.0),
        right_class=(drawn - confused + 9.5) / (drawn + 10.0),
    )


def is_sampled(submission_id: str, share: float, salt: str) -> bool:
    """Whether an answer is among the random share that is reviewed; the same every time it is asked."""
    draw = int.from_bytes(hashlib.sha256(f"{salt}/{submission_id}".encode()).digest()[:8], "big")
    return draw < share * 2**64
