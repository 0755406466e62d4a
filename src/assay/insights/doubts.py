"""Labels that are probably wrong: found on the labels as they stand, decided one by one by people."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assay.annotations import Origin, Submission, submissions_of_item
from assay.insights import store
from assay.insights.findings import surroundings
from assay.insights.labels_now import LabelsNow, labels_now
from assay.insights.model import Crop, CropMark
from assay.items import Item
from assay.kernel.actor import Actor
from assay.labels import LabelClass, current_schema_version, schema_in
from assay.quality.boxes import Boxes
from assay.quality.findings import (
    ClassRule,
    Suspect,
    find_against,
    find_broken_rules,
    find_doubles,
    find_odd,
)
from assay.quality.matching import box_iou
from assay.review import AnswerBoxes, answer_boxes, look_at
from assay.storage import House

Box = tuple[float, float, float, float]
SAME_PLACE_IOU = 0.5
WHY_WORDS = {
    "odd_size": "far larger or smaller than others of its class",
    "odd_shape": "far longer or flatter than others of its class",
    "odd_position": "where its class hardly ever is",
    "no_extent": "thinner than two pixels",
    "duplicate": "the same thing boxed twice",
    "two_classes": "the same place boxed as two classes",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """One label that is probably wrong.

    Attributes:
        id: the same for the same place, kind and class, so that a decision about it stays.
        score: 0 to 1; comparable within a kind.
    """

    id: str
    kind: str
    score: float
    item_id: str
    why: str
    label_class: str | None
    suggested_class: str | None
    crop: Crop


def find_doubts(actor: Actor, project: str, *, house: House) -> tuple[list[Doubt], int]:
    """Look through every label as it stands; the most certain first. Also how many items were looked at."""
    with house.read(actor, project) as rx:
        if not current_schema_version(rx):
            return [], 0
        schema = schema_in(rx, None)
        labels = labels_now(rx, tuple(c.id for c in schema.classes))
        answers = answer_boxes(rx)
    found = [
        *_of_suspects(labels, find_doubles(labels.boxes)),
        *_of_suspects(labels, find_odd(labels.boxes, labels.sizes_px)),
        *_of_suspects(labels, find_broken_rules(labels.boxes, _rules(schema.classes), sizes_px=labels.sizes_px)),
        *_against_answers(labels, answers),
    ]
    unique = {doubt.id: doubt for doubt in reversed(found)}
    return sorted(unique.values(), key=lambda d: (-d.score, d.id)), len(labels.items)


def _rules(classes: Sequence[LabelClass]) -> dict[int, ClassRule]:
    return {
        number: ClassRule(
            min_width_px=c.rules.min_width_px,
            min_height_px=c.rules.min_height_px,
            inside_image=c.rules.inside_image,
            max_count=c.rules.max_count,
        )
        for number, c in enumerate(classes)
    }


def _of_suspects(labels: LabelsNow, suspects: Iterable[Suspect]) -> list[Doubt]:
    found = []
    for suspect in suspects:
        places = [look for look in suspect.looks if look.box is not None and look.item == suspect.item]
        mark = next((look.box for look in places if look.what == "mark"), None)
        if mark is None:
            continue
        own = CropMark(mark, _class(labels, suspect.label_class) or "", "drawn", None)
        others = [CropMark(p.box, "", "expected", None) for p in places if p.what == "other" and p.box is not None]
        why = str(suspect.evidence.get("why") or WHY_WORDS.get(suspect.kind, suspect.kind))
        found.append(_doubt(labels, suspect, mark, (own, *others), suspect.score, why))
    return found


def _against_answers(labels: LabelsNow, answers: AnswerBoxes) -> list[Doubt]:
    """What people drew otherwise: one doubt a place, weighed by the share of those who looked that say so."""
    place = {name: number for number, name in enumerate(labels.classes)}
    code = [place.get(name, -1) for name in answers.classes]
    row_of = {item.id: number for number, item in enumerate(labels.items)}
    groups: dict[tuple[int, str], list[list[tuple[str, Suspect, Box]]]] = {}
    looked: Counter[int] = Counter()
    for author, boxes in sorted(answers.authors.items()):
        theirs, seen = _aligned(boxes, answers, row_of, code, author, len(labels.items))
        looked.update(seen)
        inside = set(seen)
        for suspect in find_against(labels.boxes, theirs):
            box = next((look.box for look in suspect.looks if look.box is not None), None)
            if suspect.item in inside and box is not None:
                _join(groups.setdefault((suspect.item, suspect.kind), []), author, suspect, box)
    return [_said(labels, said, looked[item]) for (item, _), places in groups.items() for said in places]


def _aligned(
    boxes: Boxes, answers: AnswerBoxes, row_of: Mapping[str, int], code: Sequence[int], author: str, n_items: int
) -> tuple[Boxes, list[int]]:
    """One person's boxes by the items and classes of the labels, and the items they answered."""
    target = np.array([row_of.get(item, -1) for item in answers.items], np.int64)
    mine = target[boxes.items] >= 0
    classes = np.array(code, np.int32)[boxes.classes] if len(boxes) else np.empty(0, np.int32)
    keep = np.flatnonzero(mine & (classes >= 0)) if len(boxes) else np.empty(0, np.int64)
    rows = keep[np.argsort(target[boxes.items[keep]], kind="stable")]
    counts = np.bincount(target[boxes.items[rows]], minlength=n_items)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    seen = target[answers.assigned[author]]
    return Boxes(offsets, boxes.xyxy[rows], classes[rows]), [int(item) for item in seen if item >= 0]


def _join(places: list[list[tuple[str, Suspect, Box]]], author: str, suspect: Suspect, box: Box) -> None:
    """Put what one person says to what others say of the same place; each person counts once there."""
    for said in places:
        near = float(box_iou(np.array([box]), np.array([said[0][2]]))[0, 0]) >= SAME_PLACE_IOU
        if near and all(name != author for name, _, _ in said):
            said.append((author, suspect, box))
            return
    places.append([(author, suspect, box)])


def _said(labels: LabelsNow, said: list[tuple[str, Suspect, Box]], n_looked: int) -> Doubt:
    suspect = max((each for _, each, _ in said), key=lambda s: s.score)
    share = len(said) / max(1, n_looked)
    looks = [look for look in suspect.looks if look.box is not None and look.item == suspect.item]
    marks = [
        CropMark(
            look.box, _class(labels, suspect.label_class) or "", "drawn" if look.what == "mark" else "expected", None
        )
        for look in looks
        if look.box is not None
    ]
    what = {"overlooked": "drew something here", "swapped": "named it otherwise", "badly_placed": "placed it elsewhere"}
    why = f"{len(said)} of {max(1, n_looked)} {what.get(suspect.kind, suspect.kind)}"
    return _doubt(labels, suspect, said[0][2], tuple(marks), suspect.score * share, why)


def _doubt(labels: LabelsNow, suspect: Suspect, box: Box, marks: tuple[CropMark, ...], score: float, why: str) -> Doubt:
    item = labels.items[suspect.item]
    label_class = _class(labels, suspect.label_class)
    return Doubt(
        id=_id(item, suspect.kind, label_class or "", box),
        kind=suspect.kind,
        score=score,
        item_id=item.id,
        why=why,
        label_class=label_class,
        suggested_class=_class(labels, suspect.suggested_class),
        crop=Crop(
            item.id,
            item.medium.width_px,
            item.medium.height_px,
            surroundings(box, item.medium.width_px, item.medium.height_px),
            marks,
            why,
            None,
            box,
        ),
    )


def _class(labels: LabelsNow, number: int | None) -> str | None:
    return None if number is None else labels.classes[number]


def _id(item: Item, kind: str, label_class: str, box: Box) -> str:
    """The same for the same place to a pixel; a label that is drawn anew is a new doubt."""
    words = "/".join([item.id, kind, label_class, *(f"{side:.0f}" for side in box)])
    return hashlib.sha256(words.encode()).hexdigest()[:32]


def decide_doubt(actor: Actor, project: str, doubt: Doubt, state: str, *, why: str, house: House) -> None:
    """Keep what somebody says about a doubtful label.

    Args:
        actor: who.
        project: whose.
        doubt: the label, as it was found.
        state: `confirmed` sends the answers on its item to review, `dismissed` sets it aside, `open` takes either back
            (reviews that were asked for stay).
        why: for the audit log.
        house: where.
    """
    with house.write(actor, project, why or f"doubt {state}") as tx:
        store.put_doubt(tx, doubt.id, doubt.item_id, doubt.kind, state)
        tx.record(f"doubt.{state}", subject=f"item/{doubt.item_id}", doubt=doubt.id, kind=doubt.kind)
    if state != "confirmed":
        return
    with house.read(actor, project) as rx:
        answers = [s for s in submissions_of_item(rx, doubt.item_id) if _asked(s)]
    for answer in answers:
        key = f"doubt/{doubt.id}/{answer.id}"
        look_at(actor, project, answer.id, why=f"doubtful label: {doubt.why}", key=key, house=house)


def _asked(submission: Submission) -> bool:
    return submission.origin is Origin.PERSON and submission.batch_id is not None


def decisions(actor: Actor, project: str, *, house: House) -> dict[str, tuple[str, str]]:
    """State and author of every decision by the doubt's id."""
    with house.read(actor, project) as rx:
        return {row.id: (row.state, row.decided_by) for row in store.all_doubts(rx)}
