/* Matching of two people's boxes on many items: pairs at or above the threshold, then the optimal assignment. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay_kernel.h"

#define SWEEP_FROM 2048                  /* pairs from which sorting by x pays */
#define MAX_EDGES INT64_C(10000000)      /* pairs at or above the threshold that one item may have */

/* Memory of one worker, reused from item to item. */
typedef struct {
    assay_edges all, part;
    assay_solver *solver;
    int32_t *col_of_row, *row_of_col, *order;
    double *x_min;
    int64_t row_room, col_room;
} workspace;

static double overlap(double a_min, double a_max, double b_min, double b_max) {
    return (a_max < b_max ? a_max : b_max) - (a_min > b_min ? a_min : b_min);
}

static double area(const double *box) { return (box[2] - box[0]) * (box[3] - box[1]); }

static double iou_of(const double *a, const double *b) {
    double w = overlap(a[0], a[2], b[0], b[2]), h = overlap(a[1], a[3], b[1], b[3]);
    if (w <= 0 || h <= 0) return 0;
    double inter = w * h;
    return inter / (area(a) + area(b) - inter);
}

void assay_box_iou(const double *a, int64_t n_a, const double *b, int64_t n_b, double *out) {
    for (int64_t i = 0; i < n_a; i++)
        for (int64_t j = 0; j < n_b; j++) out[i * n_b + j] = iou_of(a + 4 * i, b + 4 * j);
}

static int add_edge(assay_edges *g, int32_t row, int32_t col, double iou) {
    if (g->n == g->room) {
        if (g->n >= MAX_EDGES) return ASSAY_TOO_MUCH;
        int64_t room = 2 * g->room + 256 < MAX_EDGES ? 2 * g->room + 256 : MAX_EDGES;
        ASSAY_GROW(g->row, room);
        ASSAY_GROW(g->col, room);
        ASSAY_GROW(g->iou, room);
        g->room = room;
    }
    g->row[g->n] = row;
    g->col[g->n] = col;
    g->iou[g->n++] = iou;
    return ASSAY_OK;
}

static int all_pairs(assay_edges *g, const double *left, int32_t n_left, const double *right, int32_t n_right, double t) {
    for (int32_t i = 0; i < n_left; i++) {
        const double *a = left + 4 * (int64_t)i;
        for (int32_t j = 0; j < n_right; j++) {
            const double *b = right + 4 * (int64_t)j;
            double w = overlap(a[0], a[2], b[0], b[2]), h = overlap(a[1], a[3], b[1], b[3]);
            if (w <= 0 || h <= 0) continue;
            double inter = w * h, iou = inter / (area(a) + area(b) - inter);
            if (iou < t) continue;
            int status = add_edge(g, i, j, iou);
            if (status != ASSAY_OK) return status;
        }
    }
    return ASSAY_OK;
}

typedef struct {
    double x;
    int32_t at;
} keyed;

static int by_key(const void *a, const void *b) {
    const keyed *x = a, *y = b;
    if (x->x != y->x) return x->x < y->x ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static int by_number(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static int sort_by_x(workspace *w, const double *right, int32_t n_right) {
    keyed *keys = malloc(sizeof(keyed) * (size_t)n_right);
    if (keys == NULL) return ASSAY_NO_MEMORY;
    for (int32_t j = 0; j < n_right; j++) keys[j] = (keyed){right[4 * (int64_t)j], j};
    qsort(keys, (size_t)n_right, sizeof *keys, by_key);
    for (int32_t j = 0; j < n_right; j++) {
        w->x_min[j] = keys[j].x;
        w->order[j] = keys[j].at;
    }
    free(keys);
    return ASSAY_OK;
}

static int32_t first_not_below(const double *sorted, int32_t n, double x) {
    int32_t low = 0, high = n;
    while (low < high) {
        int32_t mid = low + (high - low) / 2;
        if (sorted[mid] < x) low = mid + 1;
        else high = mid;
    }
    return low;
}

/* IoU >= t bounds the width ratio by t, so a partner starts at most width / t before the box and before its end. */
static int sweep_pairs(workspace *w, const double *left, int32_t n_left, const double *right, int32_t n_right, double t) {
    assay_edges *g = &w->all;
    int32_t *hits = malloc(sizeof(int32_t) * (size_t)n_right);
    if (hits == NULL) return ASSAY_NO_MEMORY;
    int status = sort_by_x(w, right, n_right);
    for (int32_t i = 0; i < n_left && status == ASSAY_OK; i++) {
        const double *a = left + 4 * (int64_t)i;
        double reach = (a[2] - a[0]) / t * (1 + 1e-9);
        int32_t n_hits = 0;
        for (int32_t k = first_not_below(w->x_min, n_right, a[0] - reach); k < n_right && w->x_min[k] < a[2]; k++) {
            const double *b = right + 4 * (int64_t)w->order[k];
            if (b[2] > a[0] && b[1] < a[3] && b[3] > a[1] && iou_of(a, b) >= t) hits[n_hits++] = w->order[k];
        }
        qsort(hits, (size_t)n_hits, sizeof *hits, by_number);
        for (int32_t k = 0; k < n_hits && status == ASSAY_OK; k++)
            status = add_edge(g, i, hits[k], iou_of(a, right + 4 * (int64_t)hits[k]));
    }
    free(hits);
    return status;
}

static int make_room(workspace *w, int32_t n_left, int32_t n_right) {
    if (n_left > w->row_room) {
        ASSAY_GROW(w->col_of_row, 2 * (int64_t)n_left);
        w->row_room = 2 * (int64_t)n_left;
    }
    if (n_right > w->col_room) {
        ASSAY_GROW(w->row_of_col, 2 * (int64_t)n_right);
        ASSAY_GROW(w->order, 2 * (int64_t)n_right);
        ASSAY_GROW(w->x_min, 2 * (int64_t)n_right);
        w->col_room = 2 * (int64_t)n_right;
    }
    return ASSAY_OK;
}

/* One item's slice of the whole matching. */
typedef struct {
    const int32_t *left_class, *right_class;
    int64_t left_from, right_from;
    int32_t n_left, n_right;
    int64_t *right_of_left, *left_of_right; /* of this item, values global */
    double *iou_of_left;
} item_view;

static int select_edges(workspace *w, const item_view *v, int same_class_only) {
    w->part.n = 0;
    for (int64_t e = 0; e < w->all.n; e++) {
        int32_t i = w->all.row[e], j = w->all.col[e];
        if (v->right_of_left[i] >= 0 || v->left_of_right[j] >= 0) continue;
        if (same_class_only && v->left_class[i] != v->right_class[j]) continue;
        int status = add_edge(&w->part, i, j, w->all.iou[e]);
        if (status != ASSAY_OK) return status;
    }
    return ASSAY_OK;
}

static int assign_part(workspace *w, const item_view *v, const assay_edges *g) {
    assay_pairing out = {w->col_of_row, w->row_of_col};
    int status = assay_assign(w->solver, v->n_left, v->n_right, g, out);
    if (status != ASSAY_OK) return status;
    for (int64_t e = 0; e < g->n; e++) {
        int32_t i = g->row[e], j = g->col[e];
        if (out.col_of_row[i] != j) continue;
        v->right_of_left[i] = v->right_from + j;
        v->left_of_right[j] = v->left_from + i;
        v->iou_of_left[i] = g->iou[e];
    }
    return ASSAY_OK;
}

/* Match what stands in w->all, in one pass or two. */
static int match_edges(workspace *w, const item_view *v, int mode) {
    if (w->all.n == 0) return ASSAY_OK;
    if (mode == ASSAY_CLASS_AGNOSTIC) return assign_part(w, v, &w->all);
    for (int pass = 0; pass < (mode == ASSAY_TWO_PASS ? 2 : 1); pass++) {
        int status = select_edges(w, v, pass == 0);
        if (status == ASSAY_OK && w->part.n > 0) status = assign_part(w, v, &w->part);
        if (status != ASSAY_OK) return status;
    }
    return ASSAY_OK;
}

/* Everything about one item of a matching; unmatched to begin with. */
static item_view view_item(assay_boxes left, assay_boxes right, int64_t item, int64_t *right_of_left,
                           int64_t *left_of_right, double *iou_of_left) {
    int64_t a = left.offsets[item], b = right.offsets[item];
    int64_t n_left = left.offsets[item + 1] - a, n_right = right.offsets[item + 1] - b;
    for (int64_t i = 0; i < n_left; i++) {
        right_of_left[a + i] = -1;
        iou_of_left[a + i] = 0;
    }
    for (int64_t j = 0; j < n_right; j++) left_of_right[b + j] = -1;
    return (item_view){left.classes + a,  right.classes + b, a, b, (int32_t)n_left, (int32_t)n_right,
                       right_of_left + a, left_of_right + b, iou_of_left + a};
}

static void release(workspace *w) {
    assay_solver_free(w->solver);
    void *all[] = {w->all.row,  w->all.col,    w->all.iou,    w->part.row, w->part.col,
                   w->part.iou, w->col_of_row, w->row_of_col, w->order,    w->x_min};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

int assay_match_boxes(assay_boxes left, assay_boxes right, int64_t first, int64_t last, double threshold, int mode,
                      int64_t *right_of_left, int64_t *left_of_right, double *iou_of_left, int64_t *stopped_at) {
    workspace w = {.solver = assay_solver_new()};
    int status = w.solver == NULL ? ASSAY_NO_MEMORY : ASSAY_OK;
    for (int64_t item = first; item < last && status == ASSAY_OK; item++) {
        item_view v = view_item(left, right, item, right_of_left, left_of_right, iou_of_left);
        if (v.n_left == 0 || v.n_right == 0) continue;
        const double *a = left.boxes + 4 * v.left_from, *b = right.boxes + 4 * v.right_from;
        *stopped_at = item;
        w.all.n = 0;
        status = make_room(&w, v.n_left, v.n_right);
        if (status != ASSAY_OK) break;
        status = (int64_t)v.n_left * v.n_right < SWEEP_FROM ? all_pairs(&w.all, a, v.n_left, b, v.n_right, threshold)
                                                            : sweep_pairs(&w, a, v.n_left, b, v.n_right, threshold);
        if (status == ASSAY_OK) status = match_edges(&w, &v, mode);
    }
    release(&w);
    return status;
}

int assay_match_pairs(assay_boxes left, assay_boxes right, assay_pairs pairs, int64_t n_items, double threshold, int mode,
                      int64_t *right_of_left, int64_t *left_of_right, double *iou_of_left, int64_t *stopped_at) {
    workspace w = {.solver = assay_solver_new()};
    int status = w.solver == NULL ? ASSAY_NO_MEMORY : ASSAY_OK;
    for (int64_t item = 0; item < n_items && status == ASSAY_OK; item++) {
        item_view v = view_item(left, right, item, right_of_left, left_of_right, iou_of_left);
        *stopped_at = item;
        w.all.n = 0;
        status = make_room(&w, v.n_left, v.n_right);
        for (int64_t k = pairs.starts[item]; k < pairs.starts[item + 1] && status == ASSAY_OK; k++)
            if (pairs.values[k] >= threshold)
                status = add_edge(&w.all, (int32_t)(pairs.rows[k] - v.left_from), (int32_t)(pairs.cols[k] - v.right_from),
                                  pairs.values[k]);
        if (status == ASSAY_OK) status = match_edges(&w, &v, mode);
    }
    release(&w);
    return status;
}

static int add_row_pair(assay_row_pairs *p, int64_t row, int64_t col) {
    if (p->n == p->room) {
        int64_t room = 2 * p->room + 1024;
        ASSAY_GROW(p->row, room);
        ASSAY_GROW(p->col, room);
        p->room = room;
    }
    p->row[p->n] = row;
    p->col[p->n++] = col;
    return ASSAY_OK;
}

static int overlapping(const double *a, const double *b) {
    return overlap(a[0], a[2], b[0], b[2]) > 0 && overlap(a[1], a[3], b[1], b[3]) > 0;
}

int assay_box_pairs(assay_boxes left, assay_boxes right, int64_t n_items, int64_t *pair_starts, assay_row_pairs *out,
                    int64_t *stopped_at) {
    int status = ASSAY_OK;
    pair_starts[0] = 0;
    for (int64_t item = 0; item < n_items && status == ASSAY_OK; item++) {
        int64_t before = out->n;
        *stopped_at = item;
        for (int64_t i = left.offsets[item]; i < left.offsets[item + 1] && status == ASSAY_OK; i++) {
            for (int64_t j = right.offsets[item]; j < right.offsets[item + 1] && status == ASSAY_OK; j++)
                if (overlapping(left.boxes + 4 * i, right.boxes + 4 * j)) status = add_row_pair(out, i, j);
            if (out->n - before > MAX_EDGES) status = ASSAY_TOO_MUCH;
        }
        pair_starts[item + 1] = out->n;
    }
    return status;
}
