/* Matching of two people's marks on many items: pairs at or above the threshold, then the optimal assignment. */
#include <stdlib.h>
#include <string.h>

#include "assay_kernel.h"

#define MAX_PAIRS INT64_C(10000000) /* pairs of overlapping boxes that one item may have */

/* Memory of one worker, reused from item to item. */
typedef struct {
    assay_finder finder;
    assay_edges part; /* those that are not alone */
    assay_solver *solver;
    int32_t *col_of_row, *row_of_col;
    int32_t *degree; /* pairs of each row, then of each column */
    int64_t row_room, col_room, degree_room;
} workspace;

static int make_room(workspace *w, int32_t n_left, int32_t n_right) {
    if (n_left > w->row_room) {
        ASSAY_GROW(w->col_of_row, 2 * (int64_t)n_left);
        w->row_room = 2 * (int64_t)n_left;
    }
    if (n_right > w->col_room) {
        ASSAY_GROW(w->row_of_col, 2 * (int64_t)n_right);
        w->col_room = 2 * (int64_t)n_right;
    }
    if ((int64_t)n_left + n_right > w->degree_room) {
        ASSAY_GROW(w->degree, 2 * ((int64_t)n_left + n_right));
        w->degree_room = 2 * ((int64_t)n_left + n_right);
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

static void match_pair(const item_view *v, int32_t i, int32_t j, double iou) {
    v->right_of_left[i] = v->right_from + j;
    v->left_of_right[j] = v->left_from + i;
    v->iou_of_left[i] = iou;
}

/* A pair that is alone in its row and column needs no choice. The others go to w->part; answers how many they are. */
static int64_t match_lone(workspace *w, const item_view *v, int mode) {
    const assay_edges *g = &w->finder.edges;
    int32_t *of_row = w->degree, *of_col = w->degree + v->n_left;
    memset(w->degree, 0, sizeof(int32_t) * ((size_t)v->n_left + (size_t)v->n_right));
    for (int64_t e = 0; e < g->n; e++) {
        of_row[g->row[e]]++;
        of_col[g->col[e]]++;
    }
    int64_t tangled = 0;
    for (int64_t e = 0; e < g->n; e++) {
        int32_t i = g->row[e], j = g->col[e];
        if (of_row[i] > 1 || of_col[j] > 1) {
            tangled++;
        } else if (mode != ASSAY_CLASS_AWARE || v->left_class[i] == v->right_class[j]) {
            match_pair(v, i, j, g->iou[e]);
        }
    }
    return tangled;
}

/* Collect the pairs of which both marks are still free; in the first of two passes only those of the same class. */
static int select_edges(workspace *w, const item_view *v, int same_class_only) {
    const assay_edges *g = &w->finder.edges;
    int32_t *of_row = w->degree, *of_col = w->degree + v->n_left;
    w->part.n = 0;
    int status = assay_edges_room(&w->part, g->n);
    for (int64_t e = 0; e < g->n && status == ASSAY_OK; e++) {
        int32_t i = g->row[e], j = g->col[e];
        if (of_row[i] == 1 && of_col[j] == 1) continue;
        if (v->right_of_left[i] >= 0 || v->left_of_right[j] >= 0) continue;
        if (same_class_only && v->left_class[i] != v->right_class[j]) continue;
        w->part.row[w->part.n] = i;
        w->part.col[w->part.n] = j;
        w->part.iou[w->part.n++] = g->iou[e];
    }
    return status;
}

static int assign_part(workspace *w, const item_view *v) {
    const assay_edges *g = &w->part;
    assay_pairing out = {w->col_of_row, w->row_of_col};
    int status = assay_assign(w->solver, v->n_left, v->n_right, g, out);
    for (int64_t e = 0; e < g->n && status == ASSAY_OK; e++)
        if (out.col_of_row[g->row[e]] == g->col[e]) match_pair(v, g->row[e], g->col[e], g->iou[e]);
    return status;
}

static int match_edges(workspace *w, const item_view *v, int mode) {
    if (w->finder.edges.n == 0) return ASSAY_OK;
    if (make_room(w, v->n_left, v->n_right) != ASSAY_OK) return ASSAY_NO_MEMORY;
    if (match_lone(w, v, mode) == 0) return ASSAY_OK;
    int first = mode == ASSAY_CLASS_AGNOSTIC ? 0 : 1, last = mode == ASSAY_CLASS_AWARE ? 1 : 0;
    for (int same_class_only = first; same_class_only >= last; same_class_only--) {
        int status = select_edges(w, v, same_class_only);
        if (status == ASSAY_OK && w->part.n > 0) status = assign_part(w, v);
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
    assay_finder_free(&w->finder);
    void *all[] = {w->part.row, w->part.col, w->part.iou, w->col_of_row, w->row_of_col, w->degree};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

struct assay_matcher {
    workspace work;
    int64_t *left_of_right;
    int64_t room;
};

assay_matcher *assay_matcher_new(void) {
    assay_matcher *m = calloc(1, sizeof *m);
    if (m != NULL) m->work.solver = assay_solver_new();
    if (m != NULL && m->work.solver == NULL) {
        free(m);
        return NULL;
    }
    return m;
}

void assay_matcher_free(assay_matcher *m) {
    if (m == NULL) return;
    release(&m->work);
    free(m->left_of_right);
    free(m);
}

int assay_match_item(assay_matcher *m, assay_side left, assay_side right, double threshold, int mode,
                     int64_t *right_of_left, double *iou_of_left) {
    for (int32_t i = 0; i < left.n; i++) {
        right_of_left[i] = -1;
        iou_of_left[i] = 0;
    }
    if (left.n == 0 || right.n == 0) return ASSAY_OK;
    if (right.n > m->room) {
        ASSAY_GROW(m->left_of_right, 2 * (int64_t)right.n);
        m->room = 2 * (int64_t)right.n;
    }
    for (int32_t j = 0; j < right.n; j++) m->left_of_right[j] = -1;
    item_view v = {left.classes, right.classes, 0, 0, left.n, right.n, right_of_left, m->left_of_right, iou_of_left};
    int status = assay_find_edges(&m->work.finder, left.boxes, left.n, right.boxes, right.n, threshold);
    return status == ASSAY_OK ? match_edges(&m->work, &v, mode) : status;
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
        status = assay_find_edges(&w.finder, a, v.n_left, b, v.n_right, threshold);
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
        assay_edges *g = &w.finder.edges;
        g->n = 0;
        status = assay_edges_room(g, pairs.starts[item + 1] - pairs.starts[item]);
        for (int64_t k = pairs.starts[item]; k < pairs.starts[item + 1] && status == ASSAY_OK; k++) {
            if (pairs.values[k] < threshold) continue;
            g->row[g->n] = (int32_t)(pairs.rows[k] - v.left_from);
            g->col[g->n] = (int32_t)(pairs.cols[k] - v.right_from);
            g->iou[g->n++] = pairs.values[k];
        }
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
    return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
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
            if (out->n - before > MAX_PAIRS) status = ASSAY_TOO_MUCH;
        }
        pair_starts[item + 1] = out->n;
    }
    return status;
}
