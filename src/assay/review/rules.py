"""What several answers to one item say together, and which answers somebody should look at."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from assay.annotations import Comparable, Mark, comparable
from assay.annotations.comparing import Kernel
from assay.gold import ErrorKind, StoredScore
from assay.kernel.marks import BBOX
from assay.quality.boxes import Boxes
from assay.quality.consensus import AuthorSkill, Fused, FusedMasks, fuse_boxes, fuse_masks
from assay.quality.marks import Marks
from assay.quality.masks import Masks
from assay.quality.matching import match_marks
from assay.quality.similarity import similar_pairs
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
    answers: Sequence[Sequence[Mark]],
    skills: Sequence[AuthorSkill | None],
    *,
    match_iou: float,
    size_px: tuple[int, int] | None = None,
) -> Merged:
    """Compare the answers to one item by optimal matching and infer what is there.

    Args:
        answers: each person's marks; their letters A, B, C follow this order.
        skills: what hidden gold says about each, None where too little is known.
        match_iou: IoU from which two marks may be the same thing.
        size_px: width and height of the picture; needed for anything but boxes.
    """
    names = sorted({m.label_class for marks in answers for m in marks})
    code = {name: i for i, name in enumerate(names)}
    if len(answers) < 2:  # noqa: PLR2004 - agreement is between two
        only = answers[0] if answers else ()
        alone = (FusedMark(m.label_class, m.shape, m.bbox, 1.0, 1, ("A",), m.geometry, m.attributes) for m in only)
        return Merged(tuple(alone), (), None, None)
    parts = comparable(answers, code, size_px, fusable=True)
    mean_iou, f1 = _alikeness([part.marks for part in parts], len(answers), match_iou)
    known = {letter(i): skill for i, skill in enumerate(skills) if skill is not None}
    marks: list[FusedMark] = []
    disputes: list[Dispute] = []
    for part in parts:
        found, open_ = _fused(part, answers, names, known)
        marks += found
        disputes += open_
    return Merged(tuple(marks), tuple(disputes), mean_iou, f1)


def alikeness(answers: Sequence[Boxes], match_iou: float) -> tuple[float, float]:
    """Mean IoU (unmatched marks and different classes counting 0) and F1 of one item, pooled over pairs of answers.

    Two answers that are both empty agree on one thing. The same sums as `quality.agreement`, without its intervals,
    which one item cannot have.
    """
    return _alikeness([answers], len(answers), match_iou)


def _alikeness(kinds: Sequence[Sequence[Marks]], n_answers: int, match_iou: float) -> tuple[float, float]:
    """The same over marks of several kinds, each with one entry per answer."""
    overlap = hits = units = marks = 0.0
    for first, second in combinations(range(n_answers), 2):
        n_marks = sum(len(answers[first]) + len(answers[second]) for answers in kinds)
        empty = float(n_marks == 0)
        overlap, hits, units, marks = overlap + empty, hits + empty, units + empty, marks + 2 * empty
        for answers in kinds:
            found = match_marks(answers[first], answers[second], threshold=match_iou)
            same = found.same_class
            overlap += float(found.pair_iou[same].sum())
            hits += float(same.sum())
            units += len(answers[first]) + len(answers[second]) - len(found.pair_iou)
        marks += n_marks
    return overlap / units, 2 * hits / marks


def letter(place: int) -> str:
    """The letter an answer is called by: A, B, ... Z, A1, B1, ..."""
    turn, place = divmod(place, len(LETTERS))
    return LETTERS[place] + (str(turn) if turn else "")


def _fused(
    part: Comparable, answers: Sequence[Sequence[Mark]], names: Sequence[str], known: Mapping[str, AuthorSkill]
) -> tuple[list[FusedMark], list[Dispute]]:
    """What all answers say of the marks of one kind, and where they differ."""
    authors = {letter(i): marks for i, marks in enumerate(part.marks)}
    fused = _inferred(authors, known)
    here = {letter(i): [answers[i][no] for no in rows] for i, rows in enumerate(part.rows)}
    marks, disputes = [], []
    for row in range(len(fused.candidates)):
        members = fused.members(row)
        who = tuple(sorted(members))
        drawn = [here[w][members[w]] for w in who]
        name = names[int(fused.candidates.classes[row])]
        shown = _shown(fused, row, drawn, [_single(authors[w], members[w]) for w in who])
        if fused.kept[row]:
            sure = float(fused.confidence[row])
            marks.append(FusedMark(name, shown.shape, shown.bbox, sure, len(who), who, shown.geometry, _most(drawn)))
        said = tuple(m.label_class for m in drawn)
        if len(who) < len(authors):
            disputes.append(Dispute(shown.bbox, "existence", who, said))
        elif len(set(said)) > 1:
            disputes.append(Dispute(shown.bbox, "class", who, said))
        elif _least_overlap([_single(authors[w], members[w]) for w in who]) < PLACEMENT_DISPUTE_IOU:
            disputes.append(Dispute(shown.bbox, "placement", who, said))
    return marks, disputes


def _inferred(authors: Mapping[str, Kernel], known: Mapping[str, AuthorSkill]) -> Fused | FusedMasks:
    masks = {who: marks for who, marks in authors.items() if isinstance(marks, Masks)}
    if masks:
        return fuse_masks(masks, skills=known)
    return fuse_boxes({who: marks for who, marks in authors.items() if isinstance(marks, Boxes)}, skills=known)


def _shown(fused: Fused | FusedMasks, row: int, drawn: Sequence[Mark], members: Sequence[Marks]) -> Mark:
    """The mark that stands for a candidate: the fused box, else the drawn mark that overlaps the fused pixels most."""
    if all(mark.shape == BBOX for mark in drawn) and isinstance(fused, Fused):
        x_min, y_min, x_max, y_max = fused.candidates.xyxy[row].tolist()
        return replace(drawn[0], bbox=(x_min, y_min, x_max, y_max), geometry=None)
    candidate = _single(fused.candidates, row)
    near = [_overlap(candidate, member) for member in members]
    return drawn[near.index(max(near))]


def _most(drawn: Sequence[Mark]) -> dict[str, Any]:
    """Of each attribute the value that most gave, the earlier answer's on a tie."""
    chosen: dict[str, Any] = {}
    for name in sorted({name for mark in drawn for name in mark.attributes}):
        given = [mark.attributes[name] for mark in drawn if name in mark.attributes]
        chosen[name] = max(given, key=given.count)
    return chosen


def _least_overlap(drawn: Sequence[Marks]) -> float:
    return min((_overlap(a, b) for a, b in combinations(drawn, 2)), default=1.0)


def _single(marks: Kernel, row: int) -> Kernel:
    return marks.where(np.arange(len(marks)) == row)


def _overlap(a: Marks, b: Marks) -> float:
    """IoU of two single marks on one item."""
    found = similar_pairs(a, b)
    return float(found.values[0]) if len(found.values) else 0.0


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
