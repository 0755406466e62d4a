"""How alike each pair of people's marks are, with an interval that allows for errors that share an image."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from assay.governance import policy_in
from assay.kernel.actor import Actor
from assay.kernel.estimate import Estimate
from assay.quality.marks import Marks
from assay.quality.matching import match_marks
from assay.quality.ratios import share_over_items
from assay.review import AnswerBoxes, answer_boxes
from assay.storage import House


@dataclass(frozen=True, slots=True)
class PairF1:
    """F1 of two people on ordinary images that both answered; images both left empty are no evidence.

    Attributes:
        f1: 2 x pairs of one class / marks of both; n counts the marks of both.
        n_first: marks of the first on shared images.
        n_second: of the second.
        n_both: images both answered.
    """

    first: str
    second: str
    f1: Estimate
    n_first: int
    n_second: int
    n_both: int


def read_pairs(actor: Actor, project: str, *, house: House) -> list[PairF1]:
    """Every pair of people who share an image. Reads every answer of the project and compares them anew."""
    with house.read(actor, project) as rx:
        policy = policy_in(rx)
        boxes = answer_boxes(rx)
    return pairs_of(boxes, match_iou=policy.match_iou)


def pairs_of(boxes: AnswerBoxes, *, match_iou: float) -> list[PairF1]:
    """Compare people two by two, marks of every shape; the interval is a bootstrap over images."""
    rng = np.random.default_rng(0)
    found = []
    layers: dict[str, tuple[Marks, ...]] = boxes.placed
    if (tags := boxes.tags) is not None:
        layers = {name: (*mine, tags[name]) for name, mine in layers.items()}
    for first, second in combinations(sorted(boxes.authors), 2):
        both = boxes.assigned[first] & boxes.assigned[second]
        if not both.any():
            continue
        n_a, n_b = (np.sum([marks.counts for marks in layers[who]], axis=0)[both] for who in (first, second))
        same = np.zeros(len(both), np.int64)
        for a, b in zip(layers[first], layers[second], strict=True):
            matches = match_marks(a, b, threshold=match_iou, mode="class_aware")
            same += np.bincount(a.items[matches.left_rows], minlength=a.n_items)
        same = same[both]
        f1 = share_over_items(2 * same, n_a + n_b, rng, n=int((n_a + n_b).sum()))
        found.append(PairF1(first, second, f1, int(n_a.sum()), int(n_b.sum()), int(both.sum())))
    return found
