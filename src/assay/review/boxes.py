"""All answers of a project that count, as the arrays the quality engine reads. For background work, not for pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from assay.annotations import Layers, Mark, Submission, WorkBoxes, boxes_of_work, layers_of, shaped_marks_of_work
from assay.items import items_by_id
from assay.kernel.marks import BBOX
from assay.quality.boxes import Boxes
from assay.quality.marks import Marks
from assay.review import store
from assay.review.model import Standing
from assay.storage import Rx

OUT = (Standing.REJECTED, Standing.FIXED)


@dataclass(frozen=True, slots=True, eq=False)
class AnswerBoxes:
    """Every counting answer to ordinary work.

    Attributes:
        items: item ids in order; the rows of the masks.
        classes: label class ids; a mark's class is its place here.
        authors: each person's boxes over all items.
        assigned: (n_items,) per person: which items they answered.
        submissions: the answers themselves, oldest first.
        standing: the latest verdict on those that have one.
        shaped: marks on the items that have other shapes than boxes, their boxes included; None where there are none.
        plain: (n_items,) items without such shapes.
    """

    items: tuple[str, ...]
    classes: tuple[str, ...]
    authors: dict[str, Boxes]
    assigned: dict[str, NDArray[np.bool_]]
    submissions: tuple[Submission, ...]
    standing: dict[str, Standing]
    shaped: Layers | None = None
    plain: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

    @property
    def placed(self) -> dict[str, tuple[Marks, ...]]:
        """Everybody's marks that have a place, in layers that are compared one by one."""
        if self.shaped is None:
            return {name: (boxes,) for name, boxes in self.authors.items()}
        return {
            name: (boxes.where(self.plain[boxes.items]), *self.shaped.placed[name])
            for name, boxes in self.authors.items()
        }

    @property
    def tags(self) -> dict[str, Boxes] | None:
        """Everybody's tags of the whole image; None in a project of boxes alone."""
        return None if self.shaped is None else self.shaped.tags


def answer_boxes(rx: Rx, *, without: frozenset[str] = frozenset()) -> AnswerBoxes:
    """Load what counts: people's answers and reviewers' fixes, less what was rejected or corrected.

    Args:
        rx: an open transaction.
        without: items to leave out, such as gold.
    """
    work = boxes_of_work(rx)
    standing = store.all_standings(rx)
    valid = [s for s in work.submissions if standing.get(s.id) not in OUT and s.item_id not in without]
    items = tuple(sorted({s.item_id for s in valid}))
    place = {item: i for i, item in enumerate(items)}
    authors: dict[str, Boxes] = {}
    assigned: dict[str, NDArray[np.bool_]] = {}
    by_author: dict[str, list[Submission]] = {}
    for submission in valid:
        by_author.setdefault(submission.author_id, []).append(submission)
    for author, mine in by_author.items():
        ordered = sorted(mine, key=lambda s: (place[s.item_id], s.id))
        authors[author] = work.boxes(ordered, place, len(items))
        mask = np.zeros(len(items), np.bool_)
        mask[[place[s.item_id] for s in ordered]] = True
        assigned[author] = mask
    found = AnswerBoxes(items, work.classes, authors, assigned, tuple(valid), standing)
    return _with_shapes(rx, found, work, by_author, place)


def _with_shapes(
    rx: Rx, found: AnswerBoxes, work: WorkBoxes, by_author: Mapping[str, Sequence[Submission]], place: Mapping[str, int]
) -> AnswerBoxes:
    """The same with what is no box; where two answers of one person to an item stand, the later one counts."""
    shapes = shaped_marks_of_work(rx)
    if not shapes:
        return found
    latest = {author: {place[s.item_id]: s.id for s in mine} for author, mine in by_author.items()}
    shaped = {item for mine in latest.values() for item, answer in mine.items() if answer in shapes}
    plain = np.ones(len(found.items), np.bool_)
    plain[sorted(shaped)] = False
    more = sorted({mark.label_class for marks in shapes.values() for mark in marks} - set(work.classes))
    classes = (*work.classes, *more)
    answers = {
        author: {
            item: [*_boxes(work, answer), *shapes.get(answer, ())] for item, answer in mine.items() if item in shaped
        }
        for author, mine in latest.items()
    }
    known = items_by_id(rx, [found.items[item] for item in sorted(shaped)])
    media = [known[item].medium if item in known else None for item in found.items]
    sizes = [(1, 1) if medium is None else (medium.width_px, medium.height_px) for medium in media]
    layers = layers_of(answers, {name: number for number, name in enumerate(classes)}, sizes)
    return replace(found, classes=classes, shaped=layers, plain=plain)


def _boxes(work: WorkBoxes, submission_id: str) -> list[Mark]:
    start, end = work.starts.get(submission_id, (0, 0))
    rows = zip(work.codes[start:end].tolist(), work.xyxy[start:end].tolist(), strict=True)
    return [Mark(work.classes[code], BBOX, (box[0], box[1], box[2], box[3])) for code, box in rows]
