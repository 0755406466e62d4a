"""What COCO's evaluation compares: gold and answers, their groups by image and class, and their similarities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assay.kernel import native_coco, native_masks
from assay.quality.errors import MarksMisshapenError
from assay.quality.masks import Masks

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Kind = Literal["bbox", "segm", "keypoints"]


@dataclass(frozen=True, eq=False)
class CocoSide:
    """Gold or answers of many images, one row a mark, in any order.

    Attributes:
        images: (n,) number of each mark's image, from 0 in the order of the images' ids.
        classes: (n,) number of each mark's class, from 0.
        areas: (n,) area as the file states it; for answers that of the box or mask.
        xywh: (n, 4) x, y, width, height; for `bbox`, and for `keypoints` without labelled points.
        masks: the same marks as masks, in the same order, which then goes by image; for `segm`.
        keypoints: (n, k, 3); for `keypoints`.
        scores: (n,) for answers.
        is_crowd: (n,) for gold; nobody when left out.
    """

    images: Longs
    classes: Longs
    areas: Floats
    xywh: Floats | None = None
    masks: Masks | None = None
    keypoints: Floats | None = None
    scores: Floats | None = None
    is_crowd: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        n = len(self.images)
        for name in ("classes", "areas", "xywh", "masks", "keypoints", "scores", "is_crowd"):
            values = getattr(self, name)
            if values is not None and len(values) != n:
                raise MarksMisshapenError(f"There are {n} images of marks but {len(values)} {name}.")
        for name in ("areas", "xywh", "keypoints", "scores"):
            values = getattr(self, name)
            if values is not None and not np.isfinite(values).all():
                raise MarksMisshapenError(f"Some {name} are not finite numbers.")


def make_groups(
    gold: CocoSide, answers: CocoSide, answer_key: Longs, gold_key: Longs, kept: Longs, gold_order: Longs, kind: Kind
) -> native_coco.Groups:
    """Cut answers and gold, both sorted by key (class, then image), into groups."""
    keys = np.unique(np.concatenate([answer_key, gold_key]))
    crowd = np.zeros(len(gold.images), np.bool_) if gold.is_crowd is None else np.asarray(gold.is_crowd, np.bool_)
    ignored = crowd
    if kind == "keypoints" and gold.keypoints is not None:
        ignored = crowd | ((gold.keypoints[:, :, 2] > 0).sum(axis=1) == 0)
    return native_coco.Groups(
        answer_starts=np.append(np.searchsorted(answer_key, keys), len(answer_key)).astype(np.int64),
        gold_starts=np.append(np.searchsorted(gold_key, keys), len(gold_key)).astype(np.int64),
        answer_area=np.ascontiguousarray(answers.areas[kept], np.float64),
        gold_area=np.ascontiguousarray(gold.areas[gold_order], np.float64),
        gold_ignored=ignored[gold_order].astype(np.uint8),
        gold_crowd=crowd[gold_order].astype(np.uint8),
    )


def measure_groups(
    gold: CocoSide, answers: CocoSide, kept: Longs, gold_order: Longs, groups: native_coco.Groups, kind: Kind,
    sigmas: Floats,
) -> Floats:  # fmt: skip
    """The blocks of all groups, one after another."""
    if kind == "bbox":
        mine, theirs = _need(answers.xywh, "xywh")[kept], _need(gold.xywh, "xywh")[gold_order]
        return native_coco.coco_box_iou(np.ascontiguousarray(mine), np.ascontiguousarray(theirs), groups)
    rows, cols = _block_rows(groups)
    if kind == "segm":
        if answers.masks is None or gold.masks is None:
            raise MarksMisshapenError("There are no masks to compare.")
        inter = native_masks.overlap_masks(answers.masks.runs, gold.masks.runs, kept[rows], gold_order[cols])
        own, other = answers.masks.areas[kept[rows]], gold.masks.areas[gold_order[cols]]
        whole = np.where(groups.gold_crowd[cols] == 1, own, own + other - inter)
        return np.divide(inter, whole, out=np.zeros(len(inter)), where=inter > 0)
    points, drawn = _need(gold.keypoints, "keypoints")[gold_order], _need(answers.keypoints, "keypoints")[kept]
    boxes = _need(gold.xywh, "xywh")[gold_order][cols]
    return _coco_oks(points[cols], groups.gold_area[cols], boxes, drawn[rows], sigmas)


def _need(values: Floats | None, name: str) -> Floats:
    if values is None:
        raise MarksMisshapenError(f"There are no {name} to compare.")
    return values


def _block_rows(groups: native_coco.Groups) -> tuple[Longs, Longs]:
    """Answer and gold of every cell of the blocks."""
    n_gold = np.diff(groups.gold_starts)
    group_of_answer = np.repeat(np.arange(len(n_gold)), np.diff(groups.answer_starts))
    per_answer = n_gold[group_of_answer]
    rows = np.repeat(np.arange(len(per_answer)), per_answer)
    ends = np.cumsum(per_answer)
    first = groups.gold_starts[:-1][group_of_answer]
    return rows, np.arange(len(rows)) + np.repeat(first - (ends - per_answer), per_answer)


def _coco_oks(gold: Floats, areas: Floats, xywh: Floats, answer: Floats, sigmas: Floats) -> Floats:
    """COCO's keypoint similarity; without labelled points, distances count only beyond twice the gold's box."""
    labelled = gold[..., 2] > 0
    none = np.asarray(~labelled.any(axis=1), np.bool_)
    apart = answer[..., :2] - gold[..., :2]
    low, high = xywh[:, None, :2] - xywh[:, None, 2:], xywh[:, None, :2] + 2 * xywh[:, None, 2:]
    beyond = np.maximum(0, low - answer[..., :2]) + np.maximum(0, answer[..., :2] - high)
    squared = np.asarray((np.where(none[:, None, None], beyond, apart) ** 2).sum(axis=-1), np.float64)
    scaled = squared / (sigmas * 2) ** 2 / (areas[:, None] + np.spacing(1)) / 2
    counts = labelled | none[:, None]
    return np.asarray(np.where(counts, np.exp(-scaled), 0).sum(axis=1) / counts.sum(axis=1), np.float64)
