"""COCO's own evaluation on in-memory data, and the same data as Assay takes it."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
import pycocotools.mask as coco_masks
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from assay.quality import CocoSide, Masks


def reference_statistics(gold: dict[str, Any], answers: list[dict[str, Any]], kind: str) -> np.ndarray:
    """The numbers the reference code prints."""
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = gold
        truth.createIndex()
        run = COCOeval(truth, truth.loadRes(answers), kind)
        run.evaluate()
        run.accumulate()
        run.summarize()
    return np.asarray(run.stats)


def as_side(gold: dict[str, Any], marks: list[dict[str, Any]], kind: str, *, is_gold: bool) -> CocoSide:
    """Marks of a COCO file as plain arrays; images and classes are numbered by their sorted ids."""
    images = {image["id"]: image for image in gold["images"]}
    numbers = {key: place for place, key in enumerate(sorted(images))}
    classes = {c["id"]: place for place, c in enumerate(sorted(gold["categories"], key=lambda c: c["id"]))}
    marks = sorted(marks, key=lambda mark: numbers[mark["image_id"]])
    of_image = np.array([numbers[mark["image_id"]] for mark in marks], np.int64)
    of_class = np.array([classes[mark["category_id"]] for mark in marks], np.int64)
    xywh = np.array([mark.get("bbox", [0, 0, 0, 0]) for mark in marks], np.float64).reshape(-1, 4)
    masks = points = None
    areas = xywh[:, 2] * xywh[:, 3]
    if kind == "segm":
        sizes = np.array([[images[key]["height"], images[key]["width"]] for key in sorted(images)])
        offsets = np.searchsorted(of_image, np.arange(len(images) + 1))
        masks = Masks.from_rle(offsets, sizes, [_rle(mark, images) for mark in marks], of_class)
        areas = masks.areas.astype(np.float64)
    if kind == "keypoints":
        points = np.array([mark["keypoints"] for mark in marks], np.float64).reshape(len(marks), -1, 3)
        extent = points[:, :, :2].max(axis=1) - points[:, :, :2].min(axis=1)
        areas = extent.prod(axis=1)
    return CocoSide(
        images=of_image,
        classes=of_class,
        areas=np.array([mark["area"] for mark in marks], np.float64) if is_gold else areas,
        xywh=xywh,
        masks=masks,
        keypoints=points,
        scores=None if is_gold else np.array([mark["score"] for mark in marks], np.float64),
        is_crowd=np.array([bool(mark.get("iscrowd", 0)) for mark in marks]) if is_gold else None,
    )


def _rle(mark: dict[str, Any], images: dict[int, dict[str, Any]]) -> bytes:
    image, outline = images[mark["image_id"]], mark["segmentation"]
    if isinstance(outline, list):
        return coco_masks.merge(coco_masks.frPyObjects(outline, image["height"], image["width"]))["counts"]
    if isinstance(outline["counts"], list):
        return coco_masks.frPyObjects(outline, image["height"], image["width"])["counts"]
    text = outline["counts"]
    return text.encode() if isinstance(text, str) else text
