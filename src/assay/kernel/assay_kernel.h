/* The compiled kernel's plain C face: ragged boxes in, matches and geometry out. No Python in here. */
#ifndef ASSAY_KERNEL_H
#define ASSAY_KERNEL_H

#include <stdint.h>
#include <stdlib.h>

/* What every function answers: fine, out of memory, or more work than one item may cost. */
#define ASSAY_OK 0
#define ASSAY_NO_MEMORY 1
#define ASSAY_TOO_MUCH 2

static inline int assay_grow(void **memory, int64_t count, size_t size) {
    void *larger = realloc(*memory, (size_t)(count > 0 ? count : 1) * size);
    if (larger == NULL) return ASSAY_NO_MEMORY;
    *memory = larger;
    return ASSAY_OK;
}

/* Make an array field hold `count` elements, or leave the calling function. */
#define ASSAY_GROW(field, count) \
    if (assay_grow((void **)&(field), (count), sizeof *(field)) != ASSAY_OK) return ASSAY_NO_MEMORY

/* Which pairs may match. */
#define ASSAY_CLASS_AGNOSTIC 0
#define ASSAY_CLASS_AWARE 1
#define ASSAY_TWO_PASS 2

/* One side of a matching: offsets (n_items + 1), boxes (n, 4) x_min y_min x_max y_max, classes (n). */
typedef struct {
    const int64_t *offsets;
    const double *boxes;
    const int32_t *classes;
} assay_boxes;

/* Pairs at or above the threshold in one item, ordered by row, then column. */
typedef struct {
    int32_t *row, *col;
    double *iou;
    int64_t n, room;
} assay_edges;

/* Where a matching writes: for each row its column or -1, for each column its row or -1, both item-local. */
typedef struct {
    int32_t *col_of_row, *row_of_col;
} assay_pairing;

/* Scratch memory of the assignment solver, grown when an item needs more and reused between items. */
typedef struct assay_solver assay_solver;

assay_solver *assay_solver_new(void);
void assay_solver_free(assay_solver *solver);

/* Maximise the sum of weights (then the number of pairs, then lowest rows with lowest columns) over `edges`. */
int assay_assign(assay_solver *solver, int32_t n_rows, int32_t n_cols, const assay_edges *edges, assay_pairing out);

/* Match items [first, last). `right_of_left`, `left_of_right` hold global rows or -1; `iou_of_left` 0 if unmatched.
 * `stopped_at` names the item when the answer is ASSAY_TOO_MUCH. */
int assay_match_boxes(assay_boxes left, assay_boxes right, int64_t first, int64_t last, double threshold, int mode,
                      int64_t *right_of_left, int64_t *left_of_right, double *iou_of_left, int64_t *stopped_at);

/* IoU of every box of `a` (n_a, 4) with every box of `b` (n_b, 4), row-major into `out` (n_a, n_b). */
void assay_box_iou(const double *a, int64_t n_a, const double *b, int64_t n_b, double *out);

/* Join boxes of several people by average linkage, at most one a person in a group, down to `threshold`.
 * `starts` cuts the boxes into items; within an item they are sorted by x_min. `group` names each box's group by its
 * first box, `tightness` gives the group's mean pairwise IoU (1 for a box alone). */
int assay_cluster_boxes(const int64_t *starts, int64_t first, int64_t last, const double *boxes, const int32_t *authors,
                        double threshold, int64_t *group, double *tightness, int64_t *stopped_at);

#endif
