"""All answers of a project that count, as the arrays the quality engine reads. For background work, not for pages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.annotations import Submission, boxes_of_work
from assay.quality.boxes import Boxes
from assay.review import store
from assay.review.model import Standing
from assay.storage import Rx

OUT = (Standing.REJECTED, Standing.FIXED)


@dataclass(frozen=True, slots=True, eq=False)
class AnswerBoxes:
    """Every counting answer to ordinary work.

    Attributes:
        items: item ids in order; the rows of the masks.
        classes: label class ids; a box's class is its place here.
        authors: each person's boxes over all items.
        assigned: (n_items,) per person: which items they answered.
        submissions: the answers themselves, oldest first.
        standing: the latest verdict on those that have one.
    """

    items: tuple[str, ...]
    classes: tuple[str, ...]
    authors: dict[str, Boxes]
    assigned: dict[str, NDArray[np.bool_]]
    submissions: tuple[Submission, ...]
    standing: dict[str, Standing]


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
    return AnswerBoxes(items, work.classes, authors, assigned, tuple(valid), standing)
