"""Looks for practice that differs, on hidden gold and on shared work, with the pictures that show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.annotations import Box, Submission, WorkBoxes, boxes_of_work
from assay.gold import Gold
from assay.insights.model import Crop, CropMark, Finding
from assay.items import Item
from assay.quality.boxes import Boxes
from assay.quality.habit_evidence import Opportunities, opportunities_on_gold, opportunities_on_work
from assay.quality.habits import Habit, find_habits
from assay.storage import Rx

N_CROPS = 6
MIN_PEOPLE = 3


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Everybody's marks on some items, as the search for habits reads them.

    Attributes:
        items: in order; rows of the masks.
        sizes: (n, 2) width and height in px.
    """

    items: tuple[Item, ...]
    authors: dict[str, Boxes]
    shown: dict[str, NDArray[np.bool_]]
    sizes: NDArray[np.float64]


def look_for_habits(
    rx: Rx, items: Sequence[Item], gold: Sequence[Gold], *, things: str, people: frozenset[str]
) -> list[Finding]:
    """Find practice that differs among the people whose work counts.

    Args:
        rx: an open transaction.
        items: everything in ordinary batches.
        gold: live gold.
        things: what the objects are called, plural.
        people: who is compared; somebody whose marks are mostly wrong has no practice to compare.
    """
    work = boxes_of_work(rx)
    signed = {g.item_id: g for g in gold if g.state.value == "live"}
    on_gold = _seen(work, [i for i in items if i.id in signed], people)
    on_work = _seen(work, [i for i in items if i.id not in signed], people)
    if len(people) < MIN_PEOPLE:
        return []
    parts, where = [], []
    if on_gold.items:
        code = {name: i for i, name in enumerate(work.classes)}
        answer = _gold_boxes(on_gold.items, signed, code)
        parts.append(opportunities_on_gold(answer, on_gold.authors, on_gold.shown, on_gold.sizes))
        where += _places(on_gold.items, parts[-1])
    if on_work.items:
        parts.append(opportunities_on_work(on_work.authors, on_work.shown, on_work.sizes))
        where += _places(on_work.items, parts[-1])
    parts = [p for p in parts if len(p)]
    if not parts:
        return []
    evidence = Opportunities.joined(parts)
    return [_finding(habit, evidence, where, work) for habit in find_habits(evidence, things=things)]


def _places(items: Sequence[Item], part: Opportunities) -> list[Item]:
    """Items by the image numbers they get once the parts are joined."""
    return list(items[: int(part.image.max(initial=-1)) + 1])


def _seen(work: WorkBoxes, items: Sequence[Item], people: frozenset[str]) -> Seen:
    place = {item.id: i for i, item in enumerate(items)}
    by_author: dict[str, list[Submission]] = {person: [] for person in sorted(people)}
    for submission in work.submissions:
        if submission.item_id in place and submission.origin.value == "person" and submission.author_id in people:
            by_author[submission.author_id].append(submission)
    authors, shown = {}, {}
    for person, mine in by_author.items():
        authors[person] = work.boxes(mine, place, len(items))
        mask = np.zeros(len(items), np.bool_)
        mask[[place[s.item_id] for s in mine]] = True
        shown[person] = mask
    sizes = np.array([[i.medium.width_px, i.medium.height_px] for i in items], np.float64).reshape(-1, 2)
    return Seen(tuple(items), authors, shown, sizes)


def _gold_boxes(items: Sequence[Item], signed: Mapping[str, Gold], code: Mapping[str, int]) -> Boxes:
    marks = [[m for m in signed[item.id].marks if m.label_class in code] for item in items]
    return Boxes.of([[m.bbox for m in part] for part in marks], [[code[m.label_class] for m in part] for part in marks])


def _finding(habit: Habit, evidence: Opportunities, where: Sequence[Item], work: WorkBoxes) -> Finding:
    return Finding(
        id="",
        feature=habit.feature,
        title=habit.title,
        people=habit.people,
        others=habit.other_people,
        value=habit.value,
        reference=habit.others,
        clause_hint=habit.clause_hint,
        drafted_clause=habit.drafted_clause,
        crops=_crops(habit, evidence, where, work),
        state="open",
    )


def _crops(habit: Habit, evidence: Opportunities, where: Sequence[Item], work: WorkBoxes) -> tuple[Crop, ...]:
    """Objects of ordinary size first, one a picture: what is shown should be typical, not spectacular."""
    size = (evidence.box[:, 2] - evidence.box[:, 0]) * (evidence.box[:, 3] - evidence.box[:, 1])
    usual = float(np.median(size[habit.rows])) if len(habit.rows) else 1.0
    rows = sorted(habit.rows.tolist(), key=lambda r: (abs(float(np.log(size[r] / usual))), r))
    chosen: list[int] = []
    for row in rows:
        if len(chosen) == N_CROPS:
            break
        if all(evidence.image[row] != evidence.image[c] for c in chosen):
            chosen.append(row)
    latest = {(s.author_id, s.item_id): s.id for s in work.submissions}
    return tuple(_crop(evidence, row, where[int(evidence.image[row])], work, latest) for row in chosen)


def _crop(
    evidence: Opportunities,
    row: int,
    item: Item,
    work: WorkBoxes,
    latest: Mapping[tuple[str, str], str],
) -> Crop:
    person = evidence.people[int(evidence.person[row])]
    box = _box(evidence.box[row])
    start, end = work.starts.get(latest.get((person, item.id), ""), (0, 0))
    view = surroundings(box, item.medium.width_px, item.medium.height_px)
    own = [
        CropMark(_box(work.xyxy[i]), work.classes[int(work.codes[i])], "drawn", person)
        for i in range(start, end)
        if _touches(_box(work.xyxy[i]), view)
    ]
    style = "left_out" if bool(evidence.missed[row]) else "expected"
    caption = "left out" if style == "left_out" else "drawn larger"
    marks = (CropMark(box, "", style, None), *own)
    return Crop(item.id, item.medium.width_px, item.medium.height_px, view, marks, caption, None, box)


def surroundings(box: Box, width_px: int, height_px: int, *, least_px: float = 48.0) -> Box:
    """The mark with at least half its size of surroundings on each side; may leave the picture, as the page shows."""
    del width_px, height_px
    pad_x = max((box[2] - box[0]) * 0.5, least_px / 2)
    pad_y = max((box[3] - box[1]) * 0.5, least_px / 2)
    return box[0] - pad_x, box[1] - pad_y, box[2] + pad_x, box[3] + pad_y


def _touches(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _box(row: NDArray[np.float64]) -> Box:
    x_min, y_min, x_max, y_max = row.tolist()
    return x_min, y_min, x_max, y_max
