"""COCO's evaluation by the compiled kernel, or by its numpy twin where no compiler was at hand.

Answers and gold of one image and class form a group. Answers of a group stand by falling score, equal scores in the
order given.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from assay.kernel import native, twin_coco
from assay.kernel.twin_coco import Bits, Flags, Floats, Longs


def _module(backend: native.Backend) -> ModuleType:
    return twin_coco if backend == "numpy" else native.compiled


@dataclass(frozen=True, eq=False)
class Groups:
    """Answers and gold, both sorted by group.

    Attributes:
        answer_starts: (n_groups + 1,) where each group's answers begin.
        gold_starts: (n_groups + 1,) where each group's gold begins.
        answer_area: (n_answers,) square pixels.
        gold_area: (n_gold,) square pixels.
        gold_ignored: (n_gold,) 1 where a match neither helps nor harms.
        gold_crowd: (n_gold,) 1 where many answers may match.
    """

    answer_starts: Longs
    gold_starts: Longs
    answer_area: Floats
    gold_area: Floats
    gold_ignored: Flags
    gold_crowd: Flags


def coco_box_iou(answers: Floats, gold: Floats, groups: Groups, *, backend: native.Backend = native.BACKEND) -> Floats:
    """IoU of boxes x, y, width, height: one block (answers of a group, gold of a group) after another.

    With crowd gold the shared area is divided by the answer's own.
    """
    sizes = np.diff(groups.answer_starts) * np.diff(groups.gold_starts)
    out = np.zeros(int(sizes.sum()))
    _module(backend).coco_box_iou(answers, gold, groups.gold_crowd, groups.answer_starts, groups.gold_starts, out)
    return out


def coco_match(
    groups: Groups, iou: Floats, thresholds: Floats, ranges: Floats, *, backend: native.Backend = native.BACKEND
) -> tuple[Bits, Bits]:
    """Match greedily by score, for every area range and threshold.

    Returns:
        Two (n_ranges, n_answers) uint32 tables with a bit per threshold: the answer is matched; the answer is not
        counted (it matched ignored gold, or matched nothing and lies outside the range).
    """
    shape = (len(ranges), len(groups.answer_area))
    matched, ignored = np.zeros(shape, np.uint32), np.zeros(shape, np.uint32)
    _module(backend).coco_match(
        groups.answer_starts, groups.gold_starts, groups.answer_area, groups.gold_area, groups.gold_ignored,
        groups.gold_crowd, thresholds, iou, ranges, matched, ignored,
    )  # fmt: skip
    return matched, ignored


@dataclass(frozen=True, eq=False)
class Ranking:
    """Answers of each class by falling score over all images.

    Attributes:
        starts: (n_classes + 1,) where each class begins in `order`.
        order: (n_answers,) answers.
        images: (n_answers,) the image of each answer.
        ranks: (n_answers,) int32 place among the answers of the same image and class.
    """

    starts: Longs
    order: Longs
    images: Longs
    ranks: NDArray[np.int32]


def coco_accumulate(
    ranking: Ranking,
    matched: Bits,
    ignored: Bits,
    n_gold: Floats,
    levels: Floats,
    *,
    max_answers: int,
    n_thresholds: int,
    weights: Floats | None = None,
    with_precision: bool = True,
    backend: native.Backend = native.BACKEND,
) -> tuple[Floats | None, Floats]:
    """Precision at recall levels (n_thresholds, n_levels, n_classes), and recall (n_thresholds, n_classes).

    Args:
        ranking: the answers.
        matched: (n_answers,) bits from `coco_match` for one area range.
        ignored: (n_answers,) the same.
        n_gold: (n_classes,) gold that counts, weighted like the images; a class without any gets -1.
        levels: (n_levels,) recall levels, ascending.
        max_answers: answers of one image and class that count.
        n_thresholds: bits in use.
        weights: (n_images,) how often each image counts, whole numbers; once when left out.
        with_precision: leave precision out to save time.
        backend: which implementation runs.
    """
    n_classes = len(ranking.starts) - 1
    precision = np.empty((n_thresholds, len(levels), n_classes)) if with_precision else None
    recall = np.empty((n_thresholds, n_classes))
    _module(backend).coco_accumulate(
        ranking.starts, ranking.order, ranking.images, ranking.ranks, max_answers, n_thresholds,
        matched, ignored, n_gold, weights, levels, precision, recall,
    )  # fmt: skip
    return precision, recall
