# Types of the compiled kernel; the meaning of each function stands in native.py.

import numpy as np
from numpy.typing import NDArray

def match_boxes(
    left_offsets: NDArray[np.int64],
    left: NDArray[np.float64],
    left_classes: NDArray[np.int32],
    right_offsets: NDArray[np.int64],
    right: NDArray[np.float64],
    right_classes: NDArray[np.int32],
    first: int,
    last: int,
    threshold: float,
    mode: int,
    right_of_left: NDArray[np.int64],
    left_of_right: NDArray[np.int64],
    iou_of_left: NDArray[np.float64],
) -> int: ...
def box_iou(a: NDArray[np.float64], b: NDArray[np.float64], out: NDArray[np.float64]) -> None: ...
def cluster_boxes(
    starts: NDArray[np.int64],
    authors: NDArray[np.int32],
    boxes: NDArray[np.float64],
    threshold: float,
    group: NDArray[np.int64],
    tightness: NDArray[np.float64],
) -> int: ...
def cluster_pairs(
    starts: NDArray[np.int64],
    authors: NDArray[np.int32],
    pair_starts: NDArray[np.int64],
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    values: NDArray[np.float64],
    threshold: float,
    group: NDArray[np.int64],
    tightness: NDArray[np.float64],
) -> int: ...
def match_pairs(
    left_offsets: NDArray[np.int64],
    left_classes: NDArray[np.int32],
    right_offsets: NDArray[np.int64],
    right_classes: NDArray[np.int32],
    pair_starts: NDArray[np.int64],
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    values: NDArray[np.float64],
    threshold: float,
    mode: int,
    right_of_left: NDArray[np.int64],
    left_of_right: NDArray[np.int64],
    iou_of_left: NDArray[np.float64],
) -> int: ...
def box_pairs(
    left_offsets: NDArray[np.int64],
    left: NDArray[np.float64],
    right_offsets: NDArray[np.int64],
    right: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], int]: ...
def rasterise(
    points: NDArray[np.float64],
    ring_points: NDArray[np.int64],
    is_hole: NDArray[np.uint8],
    mask_rings: NDArray[np.int64],
    sizes: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]: ...
def combine_runs(
    a_start: NDArray[np.int32],
    a_end: NDArray[np.int32],
    b_start: NDArray[np.int32],
    b_end: NDArray[np.int32],
    keep: int,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]: ...
def read_rle(
    text: NDArray[np.uint8], text_starts: NDArray[np.int64], sizes: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32], int]: ...
def write_rle(start: NDArray[np.int32], end: NDArray[np.int32], area: int) -> bytes: ...
def measure_masks(
    run_starts: NDArray[np.int64],
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    heights: NDArray[np.int32],
    area: NDArray[np.int64],
    boxes: NDArray[np.float64],
) -> None: ...
def overlap_masks(
    a_starts: NDArray[np.int64],
    a_start: NDArray[np.int32],
    a_end: NDArray[np.int32],
    b_starts: NDArray[np.int64],
    b_start: NDArray[np.int32],
    b_end: NDArray[np.int32],
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    out: NDArray[np.int64],
) -> None: ...
def overlap_rotated(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    rows: NDArray[np.int64],
    cols: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None: ...
def coco_box_iou(
    answers: NDArray[np.float64],
    gold: NDArray[np.float64],
    crowd: NDArray[np.uint8],
    answer_starts: NDArray[np.int64],
    gold_starts: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None: ...
def coco_match(
    answer_starts: NDArray[np.int64],
    gold_starts: NDArray[np.int64],
    answer_area: NDArray[np.float64],
    gold_area: NDArray[np.float64],
    gold_ignored: NDArray[np.uint8],
    gold_crowd: NDArray[np.uint8],
    thresholds: NDArray[np.float64],
    iou: NDArray[np.float64],
    ranges: NDArray[np.float64],
    matched: NDArray[np.uint32],
    ignored: NDArray[np.uint32],
) -> None: ...
def coco_accumulate(
    starts: NDArray[np.int64],
    order: NDArray[np.int64],
    images: NDArray[np.int64],
    ranks: NDArray[np.int32],
    max_answers: int,
    n_thresholds: int,
    matched: NDArray[np.uint32],
    ignored: NDArray[np.uint32],
    n_gold: NDArray[np.float64],
    weights: NDArray[np.float64] | None,
    levels: NDArray[np.float64],
    precision: NDArray[np.float64] | None,
    recall: NDArray[np.float64],
) -> None: ...
def skene_round(
    starts: NDArray[np.int64],
    workers: NDArray[np.int32],
    labels: NDArray[np.int32],
    prior: NDArray[np.float64],
    error: NDArray[np.float64],
    posterior: NDArray[np.float64],
    counts: NDArray[np.float64],
) -> float: ...
def robust_means(
    starts: NDArray[np.int64],
    boxes: NDArray[np.float64],
    weights: NDArray[np.float64],
    reach: float,
    least_spread: float,
    fused: NDArray[np.float64],
) -> None: ...
def fuse_items(
    offsets: NDArray[np.int64],
    begins: NDArray[np.int64],
    boxes: NDArray[np.float64],
    scores: NDArray[np.float64],
    classes: NDArray[np.int32],
    used: NDArray[np.uint8],
    threshold: float,
    largest_weight: float,
    total_weight: float,
    take_highest: bool,
    out_offsets: NDArray[np.int64],
    out_boxes: NDArray[np.float64],
    out_scores: NDArray[np.float64],
    out_classes: NDArray[np.int32],
    out_sizes: NDArray[np.int32],
) -> None: ...
def agree_rows(
    boxes: NDArray[np.float64],
    classes: NDArray[np.int32],
    ranges: NDArray[np.int64],
    rows: NDArray[np.int64],
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    pair: NDArray[np.int32],
    threshold: float,
    pairs: NDArray[np.int64],
    people: NDArray[np.int64],
    total: NDArray[np.int64],
    by_class: NDArray[np.int64],
    row_sums: NDArray[np.int64],
) -> int: ...
def score_rows(
    boxes: NDArray[np.float64],
    classes: NDArray[np.int32],
    ranges: NDArray[np.int64],
    rows: NDArray[np.int64],
    right: NDArray[np.int32],
    threshold: float,
    tight: float,
    people: NDArray[np.int64],
    total: NDArray[np.int64],
    by_class: NDArray[np.int64],
    confusion: NDArray[np.int64],
) -> int: ...
def pack_boxes(
    x_min: NDArray[np.float64],
    y_min: NDArray[np.float64],
    x_max: NDArray[np.float64],
    y_max: NDArray[np.float64],
    largest: float,
    boxes: NDArray[np.float64],
) -> int: ...
