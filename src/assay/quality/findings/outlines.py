"""Masks whose areas agree and whose outlines do not."""

from __future__ import annotations

from typing import Final

import numpy as np

from assay.quality.boundary import boundary_iou
from assay.quality.findings.against import PLACED_IOU
from assay.quality.findings.model import Look, Suspect, as_box, best_first
from assay.quality.masks import Masks
from assay.quality.matching import box_iou, match_marks

LOOSE_BOUNDARY: Final = 0.5  # boundary IoU below which an outline is badly placed (assumed)


def find_loose_outlines(masks: Masks, others: Masks) -> list[Suspect]:
    """Find marks whose outline another person or a model draws otherwise though both mean the same thing.

    Pairs of one class from mask IoU .5 on, matched for the largest total. Reported are those whose mask IoU is below .6
    or whose boundary IoU is below .5, unless their boxes are apart already (`find_against` says so); scored by
    1 - boundary IoU.

    Args:
        masks: the marks in question.
        others: predictions, or another person's marks, over the same items.
    """
    matches = match_marks(masks, others)
    keep = matches.same_class
    rows, cols, iou = matches.left_rows[keep], matches.right_rows[keep], matches.pair_iou[keep]
    found = []
    for row, col, mask_iou, edge in zip(
        rows.tolist(), cols.tolist(), iou.tolist(), boundary_iou(masks, rows, others, cols).tolist(), strict=True
    ):
        boxes = box_iou(masks.envelopes[row], others.envelopes[col])[0, 0]
        if boxes < PLACED_IOU or (mask_iou >= PLACED_IOU and edge >= LOOSE_BOUNDARY):
            continue
        item = int(masks.items[row])
        found.append(
            Suspect(
                kind="badly_placed",
                score=float(np.clip(1 - edge, 0, 1)),
                item=item,
                row=row,
                label_class=int(masks.classes[row]),
                suggested_class=None,
                evidence={"iou": round(mask_iou, 6), "boundary_iou": round(edge, 6), "confidence": 1.0},
                looks=(
                    Look(item, as_box(masks.envelopes[row]), "mark"),
                    Look(item, as_box(others.envelopes[col]), "other"),
                ),
            )
        )
    return best_first(found)
