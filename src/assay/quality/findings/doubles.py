"""Things boxed twice by the same author."""

from __future__ import annotations

from typing import Final

import numpy as np

from assay.quality.boxes import Boxes
from assay.quality.findings.model import Look, Suspect, as_box, best_first
from assay.quality.matching import check_threshold
from assay.quality.similarity import similar_pairs

SAME_PLACE_IOU: Final = 0.85


def find_doubles(boxes: Boxes, *, threshold: float = SAME_PLACE_IOU) -> list[Suspect]:
    """Find pairs of marks of one author at the same place; two classes there are a finding of their own kind.

    The later row is the suspected one, the score is the IoU. Things that truly lie on each other rarely share 85 % of
    their union.

    Args:
        boxes: one author's marks; item by item.
        threshold: smallest IoU.
    """
    check_threshold("threshold", threshold)
    pairs = similar_pairs(boxes, boxes)
    close = (pairs.rows < pairs.cols) & (pairs.values >= threshold)
    found = []
    for first, second, iou in zip(pairs.rows[close], pairs.cols[close], pairs.values[close], strict=True):
        one, two = int(boxes.classes[first]), int(boxes.classes[second])
        item = int(boxes.items[second])
        apart = float(np.abs(boxes.xyxy[first] - boxes.xyxy[second]).max())
        looks = (Look(item, as_box(boxes.xyxy[second]), "mark"), Look(item, as_box(boxes.xyxy[first]), "other"))
        found.append(
            Suspect(
                kind="duplicate" if one == two else "two_classes",
                score=float(min(iou, 1.0)),
                item=item,
                row=int(second),
                label_class=two,
                suggested_class=None if one == two else one,
                evidence={"iou": round(float(iou), 6), "apart_px": round(apart, 3), "other_row": int(first)},
                looks=looks,
            )
        )
    return best_first(found)
