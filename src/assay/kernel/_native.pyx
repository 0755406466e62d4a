# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""A thin door from Python buffers to the compiled kernel; every loop is C and runs without the interpreter lock."""

from libc.stdint cimport int32_t, int64_t


cdef extern from "assay_kernel.h" nogil:
    int ASSAY_OK, ASSAY_NO_MEMORY, ASSAY_TOO_MUCH

    ctypedef struct assay_boxes:
        const int64_t *offsets
        const double *boxes
        const int32_t *classes

    int assay_match_boxes(
        assay_boxes left, assay_boxes right, int64_t first, int64_t last, double threshold, int mode,
        int64_t *right_of_left, int64_t *left_of_right, double *iou_of_left, int64_t *stopped_at)
    int assay_cluster_boxes(
        const int64_t *starts, int64_t first, int64_t last, const double *boxes, const int32_t *authors,
        double threshold, int64_t *group, double *tightness, int64_t *stopped_at)
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


def cluster_boxes(
    const int64_t[::1] starts, const double[:, ::1] boxes, const int32_t[::1] authors,
    int64_t first, int64_t last, double threshold, int64_t[::1] group, double[::1] tightness,
):
    """Write each box's group and that group's mean IoU; the item that was too much, or -1."""
    cdef int64_t stopped_at = -1
    cdef int status = ASSAY_OK
    if boxes.shape[0] == 0:
        return -1
    with nogil:
        status = assay_cluster_boxes(
            &starts[0], first, last, &boxes[0, 0], &authors[0], threshold, &group[0], &tightness[0], &stopped_at)
    if status == ASSAY_NO_MEMORY:
        raise MemoryError
    return stopped_at if status == ASSAY_TOO_MUCH else -1
