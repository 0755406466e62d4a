"""Without the compiled extension everything still works, and says so."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
sys.modules["assay.kernel._native"] = None  # as where no compiler was at hand
import numpy as np
from assay.kernel import native
from assay.quality import (
    Boxes, CocoSide, Masks, RotatedBoxes, Votes, coco_statistics, dawid_skene, fuse_boxes, fuse_masks, match_boxes,
    match_marks, similar_pairs, weighted_boxes_fusion,
)
a, b = Boxes.of([[(0, 0, 9, 9), (20, 20, 30, 30)]]), Boxes.of([[(0, 0, 9, 8)]])
assert native.BACKEND == match_boxes(a, b).backend == "numpy"
assert match_boxes(a, b).right_of_left.tolist() == [0, -1]
assert len(fuse_boxes({"a": a, "b": b}).candidates) == 2
square = Masks.from_polygons([0, 1], [[12, 12]], [[[[1, 1, 1, 9, 9, 9, 9, 1]]]], [0])
assert Masks.from_rle([0, 1], [[12, 12]], square.to_rle(), [0]).areas.tolist() == [64]
assert similar_pairs(square, square).values.tolist() == [1.0]
assert fuse_masks({"a": square, "b": square}).masks.areas.tolist() == [64]
turned = RotatedBoxes([0, 1], [[5.0, 5, 4, 2, 0.5]], [0])
assert match_marks(turned, turned).pair_iou.round(9).tolist() == [1.0]
side = CocoSide(np.zeros(1, int), np.zeros(1, int), np.array([81.0]), xywh=np.array([[0.0, 0, 9, 9]]))
given = CocoSide(np.zeros(1, int), np.zeros(1, int), np.array([81.0]), xywh=side.xywh, scores=np.array([0.5]))
assert round(coco_statistics(side, given, n_images=1, n_classes=1).values["AP"].value, 9) == 1.0
assert dawid_skene(Votes.of([0, 0, 1], [0, 1, 0], [1, 1, 0])).classes.tolist() == [1, 0]
assert len(weighted_boxes_fusion([a, b], [[0.9, 0.8], [0.7]]).boxes) == 2
"""


def test_the_numpy_twin_stands_in_where_the_extension_is_missing() -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
