# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""A thin door from Python buffers to the compiled kernel; every loop is C and runs without the interpreter lock."""

import numpy as np

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t
from libc.stdlib cimport free
from libc.string cimport memcpy, memset


cdef extern from "assay_kernel.h" nogil:
    int ASSAY_OK, ASSAY_NO_MEMORY, ASSAY_TOO_MUCH

    ctypedef struct assay_boxes:
        const int64_t *offsets
        const double *boxes
        const int32_t *classes

    int assay_match_boxes(
        assay_boxes left, assay_boxes right, int64_t first, int64_t last, double threshold, int mode,
        int64_t *right_of_left, int64_t *left_of_right, double *iou_of_left, int64_t *stopped_at)
    void assay_box_iou(const double *a, int64_t n_a, const double *b, int64_t n_b, double *out)


cdef inline const double *_first(const double[:, ::1] rows) noexcept nogil:
    return &rows[0, 0] if rows.shape[0] > 0 else NULL


def match_boxes(
    const int64_t[::1] left_offsets, const double[:, ::1] left, const int32_t[::1] left_classes,
    const int64_t[::1] right_offsets, const double[:, ::1] right, const int32_t[::1] right_classes,
    int64_t first, int64_t last, double threshold, int mode,
    int64_t[::1] right_of_left, int64_t[::1] left_of_right, double[::1] iou_of_left,
):
    """Match items [first, last) into the three output arrays; the item that was too much, or -1."""
    cdef int64_t stopped_at = -1
    cdef int status = ASSAY_OK
    cdef assay_boxes a, b
    if left.shape[0] == 0 or right.shape[0] == 0:
        right_of_left[:] = -1
        left_of_right[:] = -1
        iou_of_left[:] = 0
        return -1
    a.offsets, a.boxes, a.classes = &left_offsets[0], &left[0, 0], &left_classes[0]
    b.offsets, b.boxes, b.classes = &right_offsets[0], &right[0, 0], &right_classes[0]
    with nogil:
        status = assay_match_boxes(
            a, b, first, last, threshold, mode,
            &right_of_left[0], &left_of_right[0], &iou_of_left[0], &stopped_at)
    if status == ASSAY_NO_MEMORY:
        raise MemoryError
    return stopped_at if status == ASSAY_TOO_MUCH else -1


def box_iou(const double[:, ::1] a, const double[:, ::1] b, double[:, ::1] out):
    """Write the IoU of every box of `a` with every box of `b` into `out`."""
    if a.shape[0] == 0 or b.shape[0] == 0:
        return
    with nogil:
        assay_box_iou(_first(a), a.shape[0], _first(b), b.shape[0], &out[0, 0])


cdef extern from "assay_kernel.h" nogil:
    ctypedef struct assay_cluster_input:
        const int64_t *starts
        const int32_t *authors
        const double *boxes
        const int64_t *pair_starts
        const int64_t *rows
        const int64_t *cols
        const double *values

    int assay_cluster_marks(
        const assay_cluster_input *in_, int64_t n_items, double threshold, int64_t *group, double *tightness,
        int64_t *stopped_at)


cdef object _cluster(assay_cluster_input *marks, int64_t n_items, double threshold, int64_t[::1] group, double[::1] tightness):
    cdef int64_t stopped_at = -1
    cdef int status
    with nogil:
        status = assay_cluster_marks(marks, n_items, threshold, &group[0], &tightness[0], &stopped_at)
    if status == ASSAY_NO_MEMORY:
        raise MemoryError
    return stopped_at if status == ASSAY_TOO_MUCH else -1


def cluster_boxes(
    const int64_t[::1] starts, const int32_t[::1] authors, const double[:, ::1] boxes, double threshold,
    int64_t[::1] group, double[::1] tightness,
):
    """Write each box's group and that group's mean IoU; the item that was too much, or -1."""
    cdef assay_cluster_input marks
    if boxes.shape[0] == 0:
        return -1
    memset(&marks, 0, sizeof(marks))
    marks.starts, marks.authors, marks.boxes = &starts[0], &authors[0], &boxes[0, 0]
    return _cluster(&marks, starts.shape[0] - 1, threshold, group, tightness)


def cluster_pairs(
    const int64_t[::1] starts, const int32_t[::1] authors, const int64_t[::1] pair_starts, const int64_t[::1] rows,
    const int64_t[::1] cols, const double[::1] values, double threshold, int64_t[::1] group, double[::1] tightness,
):
    """Write each mark's group and that group's mean similarity; the item that was too much, or -1."""
    cdef assay_cluster_input marks
    if authors.shape[0] == 0:
        return -1
    memset(&marks, 0, sizeof(marks))
    marks.starts, marks.authors, marks.pair_starts = &starts[0], &authors[0], &pair_starts[0]
    if rows.shape[0] > 0:
        marks.rows, marks.cols, marks.values = &rows[0], &cols[0], &values[0]
    return _cluster(&marks, starts.shape[0] - 1, threshold, group, tightness)


cdef extern from "assay_kernel.h" nogil:
    ctypedef struct assay_pairs:
        const int64_t *starts
        const int64_t *rows
        const int64_t *cols
        const double *values

    ctypedef struct assay_row_pairs:
        int64_t *row
        int64_t *col
        int64_t n

    ctypedef struct assay_runs:
        int32_t *start
        int32_t *end
        int64_t n

    ctypedef struct assay_polygons:
        const double *points
        const int64_t *ring_points
        const int64_t *mask_rings
        const uint8_t *is_hole
        const int32_t *sizes

    int assay_match_pairs(
        assay_boxes left, assay_boxes right, assay_pairs pairs, int64_t n_items, double threshold, int mode,
        int64_t *right_of_left, int64_t *left_of_right, double *iou_of_left, int64_t *stopped_at)
    int assay_box_pairs(
        assay_boxes left, assay_boxes right, int64_t n_items, int64_t *pair_starts, assay_row_pairs *out,
        int64_t *stopped_at)
    void assay_runs_free(assay_runs *runs)
    int assay_runs_combine(
        const int32_t *a_start, const int32_t *a_end, int64_t n_a, const int32_t *b_start, const int32_t *b_end,
        int64_t n_b, int keep, assay_runs *out)
    int assay_rasterise(const assay_polygons *polygons, int64_t n_masks, int64_t *run_starts, assay_runs *out)
    int assay_read_rle(
        const uint8_t *text, const int64_t *text_starts, const int32_t *sizes, int64_t n_masks,
        int64_t *run_starts, assay_runs *out, int64_t *wrong)
    int64_t assay_write_rle(const int32_t *start, const int32_t *end, int64_t n, int64_t area, uint8_t *text)
    void assay_mask_measure(
        const int64_t *run_starts, const int32_t *start, const int32_t *end, const int32_t *heights, int64_t n_masks,
        int64_t *area, double *boxes)
    void assay_mask_overlap(
        const int64_t *a_starts, const int32_t *a_start, const int32_t *a_end, const int64_t *b_starts,
        const int32_t *b_start, const int32_t *b_end, const int64_t *rows, const int64_t *cols, int64_t n_pairs,
        int64_t *out)


cdef const int32_t *_ints(const int32_t[::1] values) noexcept:
    return &values[0] if values.shape[0] > 0 else NULL


cdef object _take_runs(assay_runs *runs, int status):
    """The runs as two arrays; what C allocated is given back."""
    starts, ends = np.empty(runs.n, np.int32), np.empty(runs.n, np.int32)
    cdef int32_t[::1] to_start = starts, to_end = ends
    if runs.n > 0:
        memcpy(&to_start[0], runs.start, runs.n * sizeof(int32_t))
        memcpy(&to_end[0], runs.end, runs.n * sizeof(int32_t))
    assay_runs_free(runs)
    if status == ASSAY_NO_MEMORY:
        raise MemoryError
    return starts, ends


def match_pairs(
    const int64_t[::1] left_offsets, const int32_t[::1] left_classes,
    const int64_t[::1] right_offsets, const int32_t[::1] right_classes,
    const int64_t[::1] pair_starts, const int64_t[::1] rows, const int64_t[::1] cols, const double[::1] values,
    double threshold, int mode,
    int64_t[::1] right_of_left, int64_t[::1] left_of_right, double[::1] iou_of_left,
):
    """Match given pairs item by item into the three output arrays; the item that was too much, or -1."""
    cdef int64_t stopped_at = -1
    cdef int status = ASSAY_OK
    cdef assay_boxes a, b
    cdef assay_pairs pairs
    if rows.shape[0] == 0:
        right_of_left[:] = -1
        left_of_right[:] = -1
        iou_of_left[:] = 0
        return -1
    a.offsets, a.boxes, a.classes = &left_offsets[0], NULL, &left_classes[0]
    b.offsets, b.boxes, b.classes = &right_offsets[0], NULL, &right_classes[0]
    pairs.starts, pairs.rows, pairs.cols, pairs.values = &pair_starts[0], &rows[0], &cols[0], &values[0]
    with nogil:
        status = assay_match_pairs(
            a, b, pairs, left_offsets.shape[0] - 1, threshold, mode,
            &right_of_left[0], &left_of_right[0], &iou_of_left[0], &stopped_at)
    if status == ASSAY_NO_MEMORY:
        raise MemoryError
    return stopped_at if status == ASSAY_TOO_MUCH else -1


def box_pairs(
    const int64_t[::1] left_offsets, const double[:, ::1] left,
    const int64_t[::1] right_offsets, const double[:, ::1] right,
):
    """Where each item's pairs start, rows and columns of overlapping pairs, and the item that was too much, or -1."""
    cdef int64_t n_items = left_offsets.shape[0] - 1, stopped_at = -1
    cdef int status = ASSAY_OK
    cdef assay_boxes a, b
    cdef assay_row_pairs found
    starts = np.zeros(n_items + 1, np.int64)
    cdef int64_t[::1] to_starts = starts
    memset(&found, 0, sizeof(found))
    if left.shape[0] > 0 and right.shape[0] > 0:
        a.offsets, a.boxes, a.classes = &left_offsets[0], &left[0, 0], NULL
        b.offsets, b.boxes, b.classes = &right_offsets[0], &right[0, 0], NULL
        with nogil:
            status = assay_box_pairs(a, b, n_items, &to_starts[0], &found, &stopped_at)
    rows, cols = np.empty(found.n, np.int64), np.empty(found.n, np.int64)
    cdef int64_t[::1] to_rows = rows, to_cols = cols
    if found.n > 0:
        memcpy(&to_rows[0], found.row, found.n * sizeof(int64_t))
        memcpy(&to_cols[0], found.col, found.n * sizeof(int64_t))
    free(found.row)
    free(found.col)
    if status == ASSAY_NO_MEMORY:
        raise MemoryError
    return starts, rows, cols, stopped_at if status == ASSAY_TOO_MUCH else -1


def rasterise(
    const double[:, ::1] points, const int64_t[::1] ring_points, const uint8_t[::1] is_hole,
    const int64_t[::1] mask_rings, const int32_t[:, ::1] sizes,
):
    """Run starts of each mask, starts and ends of runs."""
    cdef int64_t n_masks = mask_rings.shape[0] - 1
    cdef assay_polygons polygons
    cdef assay_runs runs
    cdef int status = ASSAY_OK
    memset(&runs, 0, sizeof(runs))
    run_starts = np.zeros(n_masks + 1, np.int64)
    cdef int64_t[::1] to_starts = run_starts
    if points.shape[0] > 0 and n_masks > 0:
        polygons.points, polygons.ring_points, polygons.is_hole = &points[0, 0], &ring_points[0], &is_hole[0]
        polygons.mask_rings, polygons.sizes = &mask_rings[0], &sizes[0, 0]
        with nogil:
            status = assay_rasterise(&polygons, n_masks, &to_starts[0], &runs)
    starts, ends = _take_runs(&runs, status)
    return run_starts, starts, ends


def combine_runs(
    const int32_t[::1] a_start, const int32_t[::1] a_end, const int32_t[::1] b_start, const int32_t[::1] b_end, int keep,
):
    """Starts and ends of the runs of two masks put together; bit 2 * (in a) + (in b) of `keep` says what stays."""
    cdef assay_runs runs
    memset(&runs, 0, sizeof(runs))
    cdef int status = assay_runs_combine(
        _ints(a_start), _ints(a_end), a_start.shape[0], _ints(b_start), _ints(b_end), b_start.shape[0], keep, &runs)
    return _take_runs(&runs, status)


def read_rle(const uint8_t[::1] text, const int64_t[::1] text_starts, const int32_t[:, ::1] sizes):
    """Run starts of each mask, starts and ends of runs, and the number of the first wrong mask, or -1."""
    cdef int64_t n_masks = text_starts.shape[0] - 1, wrong = -1
    cdef assay_runs runs
    cdef int status = ASSAY_OK
    memset(&runs, 0, sizeof(runs))
    run_starts = np.zeros(n_masks + 1, np.int64)
    cdef int64_t[::1] to_starts = run_starts
    cdef const uint8_t *first = &text[0] if text.shape[0] > 0 else NULL
    if n_masks > 0:
        with nogil:
            status = assay_read_rle(first, &text_starts[0], &sizes[0, 0], n_masks, &to_starts[0], &runs, &wrong)
    starts, ends = _take_runs(&runs, status)
    return run_starts, starts, ends, wrong


def write_rle(const int32_t[::1] start, const int32_t[::1] end, int64_t area):
    """COCO's run-length string of one mask."""
    text = bytearray(7 * (2 * start.shape[0] + 1))
    cdef uint8_t[::1] to_text = text
    cdef int64_t length = assay_write_rle(_ints(start), _ints(end), start.shape[0], area, &to_text[0])
    return bytes(text[:length])


def measure_masks(
    const int64_t[::1] run_starts, const int32_t[::1] start, const int32_t[::1] end, const int32_t[::1] heights,
    int64_t[::1] area, double[:, ::1] boxes,
):
    """Write the number of set pixels and the enclosing box of every mask; an empty mask has an empty box at 0."""
    if heights.shape[0] == 0:
        return
    with nogil:
        assay_mask_measure(
            &run_starts[0], &start[0] if start.shape[0] > 0 else NULL, &end[0] if end.shape[0] > 0 else NULL,
            &heights[0], heights.shape[0], &area[0], &boxes[0, 0])


def overlap_masks(
    const int64_t[::1] a_starts, const int32_t[::1] a_start, const int32_t[::1] a_end,
    const int64_t[::1] b_starts, const int32_t[::1] b_start, const int32_t[::1] b_end,
    const int64_t[::1] rows, const int64_t[::1] cols, int64_t[::1] out,
):
    """Write the number of pixels that masks `rows` and `cols` share."""
    if rows.shape[0] == 0:
        return
    cdef const int32_t *as_ = _ints(a_start)
    cdef const int32_t *ae = _ints(a_end)
    cdef const int32_t *bs = _ints(b_start)
    cdef const int32_t *be = _ints(b_end)
    with nogil:
        assay_mask_overlap(&a_starts[0], as_, ae, &b_starts[0], bs, be, &rows[0], &cols[0], rows.shape[0], &out[0])


cdef extern from "assay_kernel.h" nogil:
    void assay_rotated_overlap(
        const double *a, const double *b, const int64_t *rows, const int64_t *cols, int64_t n_pairs, double *out)


def overlap_rotated(
    const double[:, ::1] a, const double[:, ::1] b, const int64_t[::1] rows, const int64_t[::1] cols, double[::1] out,
):
    """Write the area that rotated boxes `rows` of `a` and `cols` of `b` share."""
    if rows.shape[0] == 0:
        return
    with nogil:
        assay_rotated_overlap(&a[0, 0], &b[0, 0], &rows[0], &cols[0], rows.shape[0], &out[0])


cdef extern from "assay_kernel.h" nogil:
    ctypedef struct assay_coco:
        int64_t n_groups
        const int64_t *answer_starts
        const int64_t *gold_starts
        const double *answer_area
        const double *gold_area
        const uint8_t *gold_ignored
        const uint8_t *gold_crowd
        const double *thresholds
        int32_t n_thresholds

    ctypedef struct assay_coco_list:
        int64_t n_classes
        const int64_t *starts
        const int64_t *order
        const int64_t *images
        const int32_t *ranks
        int32_t max_answers
        int32_t n_thresholds
        const uint32_t *matched
        const uint32_t *ignored
        const double *n_gold
        const double *weights

    void assay_coco_box_iou(
        const double *answers, const double *gold, const uint8_t *crowd, const int64_t *answer_starts,
        const int64_t *gold_starts, int64_t n_groups, double *out)
    int assay_coco_match(
        const assay_coco *c, const double *iou, const double *ranges, int32_t n_ranges, uint32_t *matched,
        uint32_t *ignored)
    int assay_coco_accumulate(
        const assay_coco_list *l, const double *levels, int32_t n_levels, double *precision, double *recall)


def coco_box_iou(
    const double[:, ::1] answers, const double[:, ::1] gold, const uint8_t[::1] crowd,
    const int64_t[::1] answer_starts, const int64_t[::1] gold_starts, double[::1] out,
):
    """Write the IoU blocks of all groups."""
    if out.shape[0] == 0:
        return
    with nogil:
        assay_coco_box_iou(
            &answers[0, 0], &gold[0, 0], &crowd[0], &answer_starts[0], &gold_starts[0], answer_starts.shape[0] - 1, &out[0])


def coco_match(
    const int64_t[::1] answer_starts, const int64_t[::1] gold_starts,
    const double[::1] answer_area, const double[::1] gold_area,
    const uint8_t[::1] gold_ignored, const uint8_t[::1] gold_crowd,
    const double[::1] thresholds, const double[::1] iou, const double[:, ::1] ranges,
    uint32_t[:, ::1] matched, uint32_t[:, ::1] ignored,
):
    """Write, for each area range and answer, a bit per threshold: matched, and not to be counted."""
    cdef assay_coco c
    cdef int status = ASSAY_OK
    if answer_area.shape[0] == 0:
        return
    c.n_groups = answer_starts.shape[0] - 1
    c.answer_starts, c.gold_starts, c.answer_area = &answer_starts[0], &gold_starts[0], &answer_area[0]
    c.gold_area = &gold_area[0] if gold_area.shape[0] > 0 else NULL
    c.gold_ignored = &gold_ignored[0] if gold_area.shape[0] > 0 else NULL
    c.gold_crowd = &gold_crowd[0] if gold_area.shape[0] > 0 else NULL
    c.thresholds, c.n_thresholds = &thresholds[0], <int32_t>thresholds.shape[0]
    cdef const double *first_iou = &iou[0] if iou.shape[0] > 0 else NULL
    with nogil:
        status = assay_coco_match(
            &c, first_iou, &ranges[0, 0], <int32_t>ranges.shape[0], &matched[0, 0], &ignored[0, 0])
    if status == ASSAY_NO_MEMORY:
        raise MemoryError


def coco_accumulate(
    const int64_t[::1] starts, const int64_t[::1] order, const int64_t[::1] images, const int32_t[::1] ranks,
    int max_answers, int n_thresholds, const uint32_t[::1] matched, const uint32_t[::1] ignored,
    const double[::1] n_gold, const double[::1] weights, const double[::1] levels, double[:, :, ::1] precision,
    double[:, ::1] recall,
):
    """Write precision (n_thresholds, n_levels, n_classes), unless it is None, and recall (n_thresholds, n_classes)."""
    cdef assay_coco_list l
    cdef int status = ASSAY_OK
    cdef double *to_precision = NULL
    l.n_classes, l.max_answers, l.n_thresholds = starts.shape[0] - 1, max_answers, n_thresholds
    if l.n_classes == 0:
        return
    l.starts, l.n_gold = &starts[0], &n_gold[0]
    l.order = &order[0] if order.shape[0] > 0 else NULL
    l.images = &images[0] if order.shape[0] > 0 else NULL
    l.ranks = &ranks[0] if order.shape[0] > 0 else NULL
    l.matched = &matched[0] if order.shape[0] > 0 else NULL
    l.ignored = &ignored[0] if order.shape[0] > 0 else NULL
    l.weights = &weights[0] if weights is not None else NULL
    if precision is not None:
        to_precision = &precision[0, 0, 0]
    with nogil:
        status = assay_coco_accumulate(&l, &levels[0], <int32_t>levels.shape[0], to_precision, &recall[0, 0])
    if status == ASSAY_NO_MEMORY:
        raise MemoryError


cdef extern from "assay_kernel.h" nogil:
    ctypedef struct assay_votes:
        int64_t n_tasks
        int32_t n_workers
        int32_t n_classes
        const int64_t *starts
        const int32_t *workers
        const int32_t *labels

    double assay_skene_round(
        const assay_votes *v, const double *prior, const double *error, double *posterior, double *counts)


def skene_round(
    const int64_t[::1] starts, const int32_t[::1] workers, const int32_t[::1] labels,
    const double[::1] prior, const double[:, :, ::1] error, double[:, ::1] posterior, double[:, :, ::1] counts,
):
    """Write the posterior of every task and the counts for the next error tables; the log likelihood."""
    cdef assay_votes v
    cdef double likelihood
    v.n_tasks, v.n_workers, v.n_classes = starts.shape[0] - 1, <int32_t>counts.shape[0], <int32_t>counts.shape[1]
    if v.n_tasks == 0 or workers.shape[0] == 0:
        return 0.0
    v.starts, v.workers, v.labels = &starts[0], &workers[0], &labels[0]
    with nogil:
        likelihood = assay_skene_round(&v, &prior[0], &error[0, 0, 0], &posterior[0, 0], &counts[0, 0, 0])
    return likelihood


cdef extern from "assay_kernel.h" nogil:
    ctypedef struct assay_fusion:
        int64_t n_items
        int32_t n_models
        const int64_t *offsets
        const int64_t *begins
        const double *boxes
        const double *scores
        const int32_t *classes
        const uint8_t *used
        double threshold
        double largest_weight
        double total_weight
        int take_highest

    ctypedef struct assay_fused:
        int64_t *offsets
        double *boxes
        double *scores
        int32_t *classes
        int32_t *sizes

    int assay_fuse_items(const assay_fusion *in_, assay_fused *out)
    int assay_robust_means(
        const int64_t *starts, int64_t n_groups, const double *boxes, const double *weights, double reach,
        double least_spread, double *fused)


def robust_means(
    const int64_t[::1] starts, const double[:, ::1] boxes, const double[::1] weights, double reach, double least_spread,
    double[:, ::1] fused,
):
    """Write the weighted Huber mean of every side of every group."""
    cdef int status = ASSAY_OK
    if fused.shape[0] == 0:
        return
    with nogil:
        status = assay_robust_means(
            &starts[0], fused.shape[0], &boxes[0, 0], &weights[0], reach, least_spread, &fused[0, 0])
    if status == ASSAY_NO_MEMORY:
        raise MemoryError


def fuse_items(
    const int64_t[:, ::1] offsets, const int64_t[::1] begins, const double[:, ::1] boxes, const double[::1] scores,
    const int32_t[::1] classes, const uint8_t[::1] used, double threshold, double largest_weight, double total_weight,
    bint take_highest, int64_t[::1] out_offsets, double[:, ::1] out_boxes, double[::1] out_scores,
    int32_t[::1] out_classes, int32_t[::1] out_sizes,
):
    """Write the fused boxes of every item by falling score, and where each item's begin."""
    cdef assay_fusion given
    cdef assay_fused found
    cdef int status = ASSAY_OK
    given.n_items, given.n_models = offsets.shape[1] - 1, <int32_t>offsets.shape[0]
    if boxes.shape[0] == 0:
        out_offsets[:] = 0
        return
    given.offsets, given.begins, given.boxes, given.scores = &offsets[0, 0], &begins[0], &boxes[0, 0], &scores[0]
    given.classes, given.used, given.threshold = &classes[0], &used[0], threshold
    given.largest_weight, given.total_weight, given.take_highest = largest_weight, total_weight, take_highest
    found.offsets, found.boxes, found.scores = &out_offsets[0], &out_boxes[0, 0], &out_scores[0]
    found.classes, found.sizes = &out_classes[0], &out_sizes[0]
    with nogil:
        status = assay_fuse_items(&given, &found)
    if status == ASSAY_NO_MEMORY:
        raise MemoryError


cdef extern from "assay_kernel.h" nogil:
    int AGREE_COLUMNS, AGREE_CLASS_COLUMNS, SCORE_COLUMNS

    ctypedef struct assay_comparisons:
        const double *boxes
        const int32_t *classes
        const int64_t *ranges
        const int64_t *rows
        const int32_t *left
        const int32_t *right
        const int32_t *pair
        int64_t n
        int32_t n_people
        int32_t n_classes

    ctypedef struct assay_row_sums:
        int64_t *pairs
        int64_t *people
        int64_t *total
        int64_t *classes
        int64_t *row_sums
        int64_t *confusion

    int assay_agree_rows(
        const assay_comparisons *in_, double threshold, const assay_row_sums *out, int64_t *stopped_at)
    int assay_score_rows(
        const assay_comparisons *in_, double threshold, double tight, const assay_row_sums *out, int64_t *stopped_at)
    int64_t assay_pack_boxes(
        const double *x_min, const double *y_min, const double *x_max, const double *y_max, int64_t n, double largest,
        double *boxes)


def agree_rows(
    const double[:, ::1] boxes, const int32_t[::1] classes, const int64_t[:, ::1] ranges, const int64_t[::1] rows,
    const int32_t[::1] left, const int32_t[::1] right, const int32_t[::1] pair, double threshold,
    int64_t[:, ::1] pairs, int64_t[:, ::1] people, int64_t[::1] total, int64_t[:, ::1] by_class, int64_t[:, ::1] row_sums,
):
    """Add comparisons of people up into the last five arrays; the row that was too much, or -1."""
    cdef assay_comparisons given
    cdef assay_row_sums out
    cdef int64_t stopped_at = -1
    cdef int status
    if rows.shape[0] == 0:
        return -1
    assert pairs.shape[1] == AGREE_COLUMNS and by_class.shape[1] == AGREE_CLASS_COLUMNS
    memset(&out, 0, sizeof(out))
    given.boxes, given.classes = _first(boxes), _ints(classes)
    given.ranges, given.rows, given.n = &ranges[0, 0], &rows[0], rows.shape[0]
    given.left, given.right, given.pair = &left[0], &right[0], &pair[0]
    given.n_people, given.n_classes = people.shape[0], by_class.shape[0]
    out.pairs, out.people, out.total, out.row_sums = &pairs[0, 0], &people[0, 0], &total[0], &row_sums[0, 0]
    out.classes = &by_class[0, 0] if by_class.shape[0] > 0 else NULL
    with nogil:
        status = assay_agree_rows(&given, threshold, &out, &stopped_at)
    if status == ASSAY_NO_MEMORY:
        raise MemoryError
    return stopped_at if status == ASSAY_TOO_MUCH else -1


def score_rows(
    const double[:, ::1] boxes, const int32_t[::1] classes, const int64_t[:, ::1] ranges, const int64_t[::1] rows,
    const int32_t[::1] right, double threshold, double tight,
    int64_t[:, ::1] people, int64_t[::1] total, int64_t[:, ::1] by_class, int64_t[:, ::1] confusion,
):
    """Add comparisons of answers (right) with gold (left) up into the last four arrays; the row too much, or -1."""
    cdef assay_comparisons given
    cdef assay_row_sums out
    cdef int64_t stopped_at = -1
    cdef int status
    if rows.shape[0] == 0:
        return -1
    assert people.shape[1] == SCORE_COLUMNS and confusion.shape[0] == by_class.shape[0] + 1
    memset(&out, 0, sizeof(out))
    given.boxes, given.classes = _first(boxes), _ints(classes)
    given.ranges, given.rows, given.n = &ranges[0, 0], &rows[0], rows.shape[0]
    given.left, given.right, given.pair = &right[0], &right[0], NULL
    given.n_people, given.n_classes = people.shape[0], by_class.shape[0]
    out.people, out.total, out.confusion = &people[0, 0], &total[0], &confusion[0, 0]
    out.classes = &by_class[0, 0] if by_class.shape[0] > 0 else NULL
    with nogil:
        status = assay_score_rows(&given, threshold, tight, &out, &stopped_at)
    if status == ASSAY_NO_MEMORY:
        raise MemoryError
    return stopped_at if status == ASSAY_TOO_MUCH else -1


def pack_boxes(
    const double[::1] x_min, const double[::1] y_min, const double[::1] x_max, const double[::1] y_max, double largest,
    double[:, ::1] boxes,
):
    """Write four columns side by side; the first row that is no box, or -1."""
    cdef int64_t wrong
    if boxes.shape[0] == 0:
        return -1
    with nogil:
        wrong = assay_pack_boxes(&x_min[0], &y_min[0], &x_max[0], &y_max[0], boxes.shape[0], largest, &boxes[0, 0])
    return wrong
