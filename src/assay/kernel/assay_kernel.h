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

/* Make room for `more` pairs; ASSAY_TOO_MUCH beyond ten million. */
int assay_edges_room(assay_edges *edges, int64_t more);

/* Finds pairs; its memory is reused from item to item. */
typedef struct {
    assay_edges edges;
    double *lanes;
    int32_t *hits;
    int64_t room;
} assay_finder;

int assay_find_edges(assay_finder *finder, const double *left, int32_t n_left, const double *right, int32_t n_right,
                     double threshold);
void assay_finder_free(assay_finder *finder);

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

/* Marks of one person on one item. */
typedef struct {
    const double *boxes;
    const int32_t *classes;
    int32_t n;
} assay_side;

/* Matches one item after another; its memory is reused. */
typedef struct assay_matcher assay_matcher;

assay_matcher *assay_matcher_new(void);
void assay_matcher_free(assay_matcher *matcher);

/* `right_of_left` holds rows of the right side or -1, `iou_of_left` 0 if unmatched. */
int assay_match_item(assay_matcher *matcher, assay_side left, assay_side right, double threshold, int mode,
                     int64_t *right_of_left, double *iou_of_left);

/* ---- very many items: comparisons added up as whole numbers, so that no order or cut can change a sum ---- */

/* Comparisons of two people on an item, those of a row together: marks [left_from, left_to) with [right_from, right_to).
 * `left` and `right` are people, `pair` numbers the two of them. */
typedef struct {
    const double *boxes;
    const int32_t *classes;
    const int64_t *ranges; /* (n, 4) */
    const int64_t *rows;
    const int32_t *left, *right, *pair;
    int64_t n;
    int32_t n_people, n_classes;
} assay_comparisons;

/* Columns of sums over comparisons of people; products are of sums over an item. IoU in steps of 2^-36, in products 2^-8. */
enum {
    AGREE_ITEMS, AGREE_EMPTY, AGREE_LEFT, AGREE_RIGHT, AGREE_MATCHED, AGREE_SAME, AGREE_IOU, AGREE_IOU_SAME,
    AGREE_ITEMS_MATCHED, AGREE_HITS_HITS, AGREE_HITS_MARKS, AGREE_MARKS_MARKS, AGREE_SEEN_SEEN, AGREE_SEEN_MARKS,
    AGREE_CLOSE_CLOSE, AGREE_CLOSE_UNITS, AGREE_UNITS_UNITS, AGREE_SAME_SAME, AGREE_SAME_MATCHED, AGREE_MATCHED_MATCHED,
    AGREE_IOU_IOU, AGREE_IOU_MATCHED, AGREE_COLUMNS
};
/* The same by class: marks of both sides, pairs of that class, their IoU. */
enum {
    AGREE_CLASS_ITEMS, AGREE_CLASS_MARKS, AGREE_CLASS_HITS, AGREE_CLASS_IOU, AGREE_CLASS_HITS_HITS, AGREE_CLASS_HITS_MARKS,
    AGREE_CLASS_MARKS_MARKS, AGREE_CLASS_IOU_IOU, AGREE_CLASS_IOU_UNITS, AGREE_CLASS_UNITS_UNITS, AGREE_CLASS_COLUMNS
};
/* Columns of sums over comparisons of an answer (right) with gold (left). */
enum {
    SCORE_ITEMS, SCORE_EMPTY, SCORE_GOLD, SCORE_ANSWER, SCORE_MATCHED, SCORE_HITS, SCORE_CORRECT, SCORE_IOU,
    SCORE_ITEMS_GOLD, SCORE_ITEMS_ANSWER, SCORE_ITEMS_ANY, SCORE_ITEMS_HIT, SCORE_HITS_HITS, SCORE_HITS_GOLD,
    SCORE_HITS_ANSWER, SCORE_GOLD_GOLD, SCORE_GOLD_ANSWER, SCORE_ANSWER_ANSWER, SCORE_IOU_IOU, SCORE_IOU_HITS,
    SCORE_ERRORS_ERRORS, SCORE_ERRORS_UNITS, SCORE_UNITS_UNITS, SCORE_COLUMNS
};

/* Where sums go, all zero to begin with. Agreement: `pairs` (n_pairs, AGREE_COLUMNS), `people`, `total`, `classes`
 * (n_classes, AGREE_CLASS_COLUMNS), `row_sums` (n_rows, 2) hits and marks of each row. Scores: SCORE_COLUMNS everywhere,
 * no pairs, `confusion` (n_classes + 1, n_classes + 1) gold by answer, the last being nothing. */
typedef struct {
    int64_t *pairs, *people, *total, *classes, *row_sums, *confusion;
} assay_row_sums;

/* `stopped_at` names the row when the answer is ASSAY_TOO_MUCH. */
int assay_agree_rows(const assay_comparisons *in, double threshold, const assay_row_sums *out, int64_t *stopped_at);
int assay_score_rows(const assay_comparisons *in, double threshold, double tight, const assay_row_sums *out,
                     int64_t *stopped_at);

/* Sides of n boxes from four columns into `boxes` (n, 4); the first row that is no box within `largest`, or -1. */
int64_t assay_pack_boxes(const double *x_min, const double *y_min, const double *x_max, const double *y_max, int64_t n,
                         double largest, double *boxes);

/* IoU of every box of `a` (n_a, 4) with every box of `b` (n_b, 4), row-major into `out` (n_a, n_b). */
void assay_box_iou(const double *a, int64_t n_a, const double *b, int64_t n_b, double *out);

/* Marks of several people, cut into items by `starts`. Either boxes, sorted by x_min within an item, or pairs of marks
 * with their similarities: row < col, both global, by row, cut into items by `pair_starts`. */
typedef struct {
    const int64_t *starts;
    const int32_t *authors;
    const double *boxes; /* NULL when pairs are given */
    const int64_t *pair_starts, *rows, *cols;
    const double *values;
} assay_cluster_input;

/* Join marks by average linkage, at most one a person in a group, down to `threshold`. `group` names each mark's group by
 * its first mark, `tightness` gives the group's mean pairwise similarity (1 for a mark alone). */
int assay_cluster_marks(const assay_cluster_input *in, int64_t n_items, double threshold, int64_t *group,
                        double *tightness, int64_t *stopped_at);

/* ---- pairs of any geometry ---- */

/* Pairs given by the caller, item by item (`starts`, n_items + 1), by row, then column, both global. */
typedef struct {
    const int64_t *starts, *rows, *cols;
    const double *values;
} assay_pairs;

/* As assay_match_boxes, for similarities measured elsewhere. Boxes of the sides are not looked at. */
int assay_match_pairs(assay_boxes left, assay_boxes right, assay_pairs pairs, int64_t n_items, double threshold, int mode,
                      int64_t *right_of_left, int64_t *left_of_right, double *iou_of_left, int64_t *stopped_at);

/* A growing list of pairs of rows. */
typedef struct {
    int64_t *row, *col;
    int64_t n, room;
} assay_row_pairs;

/* Pairs of boxes of the same item that overlap (share some area), by row, then column. */
int assay_box_pairs(assay_boxes left, assay_boxes right, int64_t n_items, int64_t *pair_starts, assay_row_pairs *out,
                    int64_t *stopped_at);

/* ---- masks ---- */

typedef struct {
    int32_t *start, *end;
    int64_t n, room;
} assay_runs;

/* Rings of points; each mask is made of rings, a hole is cut out of the outer ring before it. Sizes are height, width. */
typedef struct {
    const double *points;
    const int64_t *ring_points, *mask_rings;
    const uint8_t *is_hole;
    const int32_t *sizes;
} assay_polygons;

/* What to keep of two masks: bit 2 * (in a) + (in b). */
#define ASSAY_OR 14
#define ASSAY_AND 8
#define ASSAY_MINUS 4

int assay_runs_add(assay_runs *runs, int32_t start, int32_t end, int64_t floor);
void assay_runs_free(assay_runs *runs);
int assay_runs_combine(const int32_t *a_start, const int32_t *a_end, int64_t n_a, const int32_t *b_start,
                       const int32_t *b_end, int64_t n_b, int keep, assay_runs *out);
int assay_rasterise(const assay_polygons *polygons, int64_t n_masks, int64_t *run_starts, assay_runs *out);
int assay_read_rle(const uint8_t *text, const int64_t *text_starts, const int32_t *sizes, int64_t n_masks,
                   int64_t *run_starts, assay_runs *out, int64_t *wrong);
int64_t assay_write_rle(const int32_t *start, const int32_t *end, int64_t n, int64_t area, uint8_t *text);
void assay_mask_measure(const int64_t *run_starts, const int32_t *start, const int32_t *end, const int32_t *heights,
                        int64_t n_masks, int64_t *area, double *boxes);
void assay_mask_overlap(const int64_t *a_starts, const int32_t *a_start, const int32_t *a_end, const int64_t *b_starts,
                        const int32_t *b_start, const int32_t *b_end, const int64_t *rows, const int64_t *cols,
                        int64_t n_pairs, int64_t *out);

/* ---- rotated boxes: centre x, centre y, width, height, angle in radians clockwise ---- */

/* The area that boxes `rows` of `a` and `cols` of `b` (both (n, 5)) share. */
void assay_rotated_overlap(const double *a, const double *b, const int64_t *rows, const int64_t *cols, int64_t n_pairs,
                           double *out);

/* ---- COCO's evaluation ---- */

/* Answers and gold of each image and class form a group; answers of a group stand by falling score. */
typedef struct {
    int64_t n_groups;
    const int64_t *answer_starts, *gold_starts;
    const double *answer_area, *gold_area;
    const uint8_t *gold_ignored, *gold_crowd;
    const double *thresholds;
    int32_t n_thresholds; /* at most 32 */
} assay_coco;

/* Answers of each class by falling score (`order`, cut by `starts`). Weights are by image, NULL for 1. */
typedef struct {
    int64_t n_classes;
    const int64_t *starts, *order, *images;
    const int32_t *ranks; /* place of an answer among those of its image and class */
    int32_t max_answers, n_thresholds;
    const uint32_t *matched, *ignored; /* a bit per threshold */
    const double *n_gold, *weights;
} assay_coco_list;

/* IoU of boxes x, y, width, height: blocks (answers of a group, gold of a group), one after another. */
void assay_coco_box_iou(const double *answers, const double *gold, const uint8_t *crowd, const int64_t *answer_starts,
                        const int64_t *gold_starts, int64_t n_groups, double *out);
int assay_coco_match(const assay_coco *c, const double *iou, const double *ranges, int32_t n_ranges, uint32_t *matched,
                     uint32_t *ignored);
/* precision (n_thresholds, n_levels, n_classes) or NULL, recall (n_thresholds, n_classes); -1 without gold. */
int assay_coco_accumulate(const assay_coco_list *l, const double *levels, int32_t n_levels, double *precision,
                          double *recall);

/* ---- votes on classes ---- */

/* Votes sorted by task; each says which worker gave which label. */
typedef struct {
    int64_t n_tasks;
    int32_t n_workers, n_classes;
    const int64_t *starts;
    const int32_t *workers, *labels;
} assay_votes;

/* One EM round: posterior (n_tasks, n_classes) and counts for the next error tables; answers the log likelihood. */
double assay_skene_round(const assay_votes *v, const double *prior, const double *error, double *posterior,
                         double *counts);

/* ---- fusing boxes ---- */

/* (n_groups, 4) weighted Huber means of each side; `reach` in spreads, `least_spread` as a share of width or height. */
int assay_robust_means(const int64_t *starts, int64_t n_groups, const double *boxes, const double *weights, double reach,
                       double least_spread, double *fused);

/* Boxes of several models over the same items, one model after another; model m's rows begin at begins[m]. */
typedef struct {
    int64_t n_items;
    int32_t n_models;
    const int64_t *offsets, *begins; /* (n_models, n_items + 1), (n_models) */
    const double *boxes, *scores;    /* scores times the model's weight */
    const int32_t *classes;
    const uint8_t *used;
    double threshold, largest_weight, total_weight;
    int take_highest;
} assay_fusion;

typedef struct {
    int64_t *offsets;
    double *boxes, *scores;
    int32_t *classes, *sizes;
} assay_fused;

int assay_fuse_items(const assay_fusion *in, assay_fused *out);

#endif
