/* Optimal one-to-one assignment on a sparse graph, by connected components, with an exact tie rule.
 *
 * Weights are IoUs turned into integers (steps of 2^-48 for ordinary components), so that equal means equal and no rounding
 * decides a tie. Every weight carries +1 in its low bits: of two assignments with the same total the one with
 * more pairs wins. Among those that are left, rows in ascending order take their lowest possible column.
 * Method: shortest augmenting paths with duals (Kuhn-Munkres), then alternating-cycle swaps on tight edges.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay_kernel.h"

#define NONE (-1)
#define START (-2) /* the row being decided */
#define POOL (-3)  /* the pool of dummies: whoever holds an unmatched row or column */
#define UNREACHED INT64_MAX
#define MAX_STEPS INT64_C(3000000000) /* edge visits one component may cost: about ten seconds */

typedef struct {
    int64_t dist;
    int32_t col;
} heap_entry;

struct assay_solver {
    int64_t row_room, col_room, edge_room;
    int64_t *row_start, *col_start, *weight; /* edges of a row; places of a column; weight of an edge */
    int32_t *col_edges, *queue, *rows, *cols;
    int64_t *y, *z, *dist;        /* duals of rows and columns; distance of a column in the running search */
    int32_t *via, *pred, *popped; /* row that reached a column; who displaced a row; columns that are final */
    int8_t *row_seen, *col_seen, *row_fixed, *col_fixed;
    heap_entry *heap;
    int64_t heap_n, heap_room;
    /* the item at hand */
    const assay_edges *edges;
    int32_t *mate, *owner; /* column of a row, row of a column */
    int32_t n_rows_here, n_cols_here;
    int64_t steps;
};

assay_solver *assay_solver_new(void) { return calloc(1, sizeof(assay_solver)); }

void assay_solver_free(assay_solver *s) {
    if (s == NULL) return;
    void *all[] = {s->row_start, s->col_start, s->weight,   s->col_edges, s->queue,     s->rows,      s->cols, s->y,   s->z,
                   s->dist,      s->via,       s->pred,     s->popped,    s->row_seen,  s->col_seen,  s->row_fixed,
                   s->col_fixed, s->heap};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
    free(s);
}

static int make_room(assay_solver *s, int32_t n_rows, int32_t n_cols, int64_t n_edges) {
    if (n_rows > s->row_room) {
        int64_t room = 2 * (int64_t)n_rows;
        ASSAY_GROW(s->row_start, room + 1);
        ASSAY_GROW(s->rows, room);
        ASSAY_GROW(s->queue, room);
        ASSAY_GROW(s->y, room);
        ASSAY_GROW(s->pred, room);
        ASSAY_GROW(s->row_seen, room);
        ASSAY_GROW(s->row_fixed, room);
        s->row_room = room;
    }
    if (n_cols > s->col_room) {
        int64_t room = 2 * (int64_t)n_cols;
        ASSAY_GROW(s->col_start, room + 1);
        ASSAY_GROW(s->cols, room);
        ASSAY_GROW(s->z, room);
        ASSAY_GROW(s->dist, room);
        ASSAY_GROW(s->via, room);
        ASSAY_GROW(s->popped, room);
        ASSAY_GROW(s->col_seen, room);
        ASSAY_GROW(s->col_fixed, room);
        s->col_room = room;
    }
    if (n_edges > s->edge_room) {
        int64_t room = 2 * n_edges;
        ASSAY_GROW(s->weight, room);
        ASSAY_GROW(s->col_edges, room);
        s->edge_room = room;
    }
    return ASSAY_OK;
}

/* ---- a heap of columns by distance, then column ---- */

static int before(heap_entry a, heap_entry b) { return a.dist < b.dist || (a.dist == b.dist && a.col < b.col); }

static int push(assay_solver *s, int64_t dist, int32_t col) {
    if (s->heap_n == s->heap_room) {
        int64_t room = 2 * s->heap_room + 64;
        ASSAY_GROW(s->heap, room);
        s->heap_room = room;
    }
    heap_entry entry = {dist, col};
    int64_t at = s->heap_n++;
    while (at > 0 && before(entry, s->heap[(at - 1) / 2])) {
        s->heap[at] = s->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    s->heap[at] = entry;
    return ASSAY_OK;
}

static heap_entry pop(assay_solver *s) {
    heap_entry top = s->heap[0], last = s->heap[--s->heap_n];
    int64_t at = 0;
    for (;;) {
        int64_t child = 2 * at + 1;
        if (child >= s->heap_n) break;
        if (child + 1 < s->heap_n && before(s->heap[child + 1], s->heap[child])) child++;
        if (!before(s->heap[child], last)) break;
        s->heap[at] = s->heap[child];
        at = child;
    }
    s->heap[at] = last;
    return top;
}

/* ---- shortest augmenting path from one new row ---- */

typedef struct {
    int64_t best;         /* cost of the best end so far */
    int32_t col_end, row_end; /* a free column, or a row that is left unmatched */
} path_end;

static int scan_row(assay_solver *s, int32_t row, int64_t d, path_end *end) {
    for (int64_t e = s->row_start[row]; e < s->row_start[row + 1]; e++) {
        int32_t col = s->edges->col[e];
        s->steps++;
        int64_t reach = d + ((s->y[row] - s->weight[e]) + s->z[col]);
        if (reach >= end->best || reach >= s->dist[col]) continue;
        if (s->dist[col] == UNREACHED) s->cols[s->n_cols_here++] = col;
        s->dist[col] = reach;
        s->via[col] = row;
        if (s->owner[col] == NONE) {
            *end = (path_end){reach, col, NONE};
        } else if (push(s, reach, col) != ASSAY_OK) {
            return ASSAY_NO_MEMORY;
        }
    }
    return ASSAY_OK;
}

/* Walk back from the end of a path and swap along it. */
static void augment(assay_solver *s, int32_t root, path_end end) {
    int32_t col = end.col_end;
    if (col == NONE) {
        if (end.row_end == root) return;
        col = s->mate[end.row_end];
        s->mate[end.row_end] = NONE;
    }
    for (;;) {
        int32_t row = s->via[col], left_behind = s->mate[row];
        s->mate[row] = col;
        s->owner[col] = row;
        if (row == root) return;
        col = left_behind;
    }
}

static int insert_row(assay_solver *s, int32_t root) {
    int64_t top = 0;
    for (int64_t e = s->row_start[root]; e < s->row_start[root + 1]; e++) {
        int64_t need = s->weight[e] - s->z[s->edges->col[e]];
        if (need > top) top = need;
    }
    s->y[root] = top;
    path_end end = {top, NONE, root};
    int32_t n_popped = 0;
    s->heap_n = 0;
    s->n_cols_here = 0;
    int status = scan_row(s, root, 0, &end);
    while (status == ASSAY_OK && s->heap_n > 0) {
        heap_entry entry = pop(s);
        if (entry.dist >= end.best) break;
        if (entry.dist != s->dist[entry.col]) continue; /* an older, longer way */
        int32_t row = s->owner[entry.col];
        s->popped[n_popped++] = entry.col;
        if (entry.dist + s->y[row] < end.best) end = (path_end){entry.dist + s->y[row], NONE, row};
        status = scan_row(s, row, entry.dist, &end);
        if (s->steps > MAX_STEPS) status = ASSAY_TOO_MUCH;
    }
    if (status == ASSAY_OK) {
        s->y[root] -= end.best;
        for (int32_t k = 0; k < n_popped; k++) {
            int32_t col = s->popped[k];
            if (s->dist[col] >= end.best) continue; /* the end moved nearer after it was taken */
            s->z[col] += end.best - s->dist[col];
            s->y[s->owner[col]] -= end.best - s->dist[col];
        }
        augment(s, root, end);
    }
    for (int32_t k = 0; k < s->n_cols_here; k++) s->dist[s->cols[k]] = UNREACHED;
    return status;
}

/* ---- ties ---- */

static int is_tight(const assay_solver *s, int32_t row, int64_t e) {
    return s->y[row] + s->z[s->edges->col[e]] == s->weight[e];
}

typedef struct {
    int32_t chosen, took;   /* the row being decided and the column it wants */
    int32_t freed;          /* the column it gives up, or NONE */
    int32_t n_queue;
    int32_t pool_pred, pool_takes; /* who reached the pool, and with which free column */
    int pool_seen;
} swap_search;

static void displace(assay_solver *s, swap_search *w, int32_t row, int32_t by) {
    if (s->row_seen[row] || s->row_fixed[row]) return;
    s->row_seen[row] = 1;
    s->pred[row] = by;
    s->queue[w->n_queue++] = row;
}

static void reach_pool(swap_search *w, int32_t by, int32_t takes) {
    if (w->pool_seen) return;
    w->pool_seen = 1;
    w->pool_pred = by;
    w->pool_takes = takes;
}

/* Give `taker` the column `col`, and everybody on the way back what their successor held. */
static void apply_swap(assay_solver *s, const swap_search *w, int32_t taker, int32_t col) {
    if (w->freed != NONE) s->owner[w->freed] = NONE;
    while (taker != START) {
        if (taker == POOL) {
            taker = w->pool_pred;
            col = w->pool_takes;
            continue;
        }
        int32_t held = s->mate[taker];
        s->mate[taker] = col;
        if (col != NONE) s->owner[col] = taker;
        taker = s->pred[taker];
        if (taker == POOL && held != NONE) s->owner[held] = NONE;
        col = held;
    }
    s->mate[w->chosen] = w->took;
    s->owner[w->took] = w->chosen;
}

/* Once the pool is reached it can close the cycle, make an unmatched row find a column, or set a worthless column free
 * so that its row must find another. */
static int settle_pool(assay_solver *s, swap_search *w) {
    if (w->freed == NONE || s->z[w->freed] == 0) {
        apply_swap(s, w, POOL, NONE);
        return 1;
    }
    for (int32_t k = 0; k < s->n_rows_here; k++) {
        int32_t row = s->rows[k];
        if (s->mate[row] == NONE || s->z[s->mate[row]] == 0) displace(s, w, row, POOL);
    }
    return 0;
}

/* Can `row` have `col` in an optimal assignment that keeps what is fixed? If so, make it. */
static int try_swap(assay_solver *s, int32_t row, int32_t col) {
    swap_search w = {.chosen = row, .took = col, .freed = s->mate[row]};
    int done = 0, pool_settled = 0;
    s->row_seen[row] = 1;
    if (s->owner[col] == NONE) {
        reach_pool(&w, START, NONE);
    } else {
        displace(s, &w, s->owner[col], START);
    }
    for (int32_t at = 0; !done && (at < w.n_queue || (w.pool_seen && !pool_settled));) {
        if (w.pool_seen && !pool_settled) {
            pool_settled = 1;
            done = settle_pool(s, &w);
            continue;
        }
        int32_t loser = s->queue[at++];
        if (s->y[loser] == 0) reach_pool(&w, loser, NONE);
        for (int64_t e = s->row_start[loser]; !done && e < s->row_start[loser + 1]; e++) {
            int32_t other = s->edges->col[e];
            s->steps++;
            if (other == col || s->col_fixed[other] || other == s->mate[loser] || !is_tight(s, loser, e)) continue;
            if (other == w.freed) {
                apply_swap(s, &w, loser, other);
                done = 1;
            } else if (s->owner[other] == NONE) {
                reach_pool(&w, loser, other);
            } else {
                displace(s, &w, s->owner[other], loser);
            }
        }
    }
    s->row_seen[row] = 0;
    for (int32_t k = 0; k < w.n_queue; k++) s->row_seen[s->queue[k]] = 0;
    return done;
}

static int has_ties(const assay_solver *s) {
    for (int32_t k = 0; k < s->n_rows_here; k++) {
        int32_t row = s->rows[k];
        for (int64_t e = s->row_start[row]; e < s->row_start[row + 1]; e++)
            if (s->edges->col[e] != s->mate[row] && is_tight(s, row, e)) return 1;
    }
    return 0;
}

static int settle_ties(assay_solver *s) {
    if (!has_ties(s)) return ASSAY_OK;
    for (int32_t k = 0; k < s->n_rows_here; k++) {
        int32_t row = s->rows[k];
        for (int64_t e = s->row_start[row]; e < s->row_start[row + 1]; e++) {
            int32_t col = s->edges->col[e];
            if (col == s->mate[row]) break;
            if (s->col_fixed[col] || !is_tight(s, row, e)) continue;
            if (try_swap(s, row, col)) break;
            if (s->steps > MAX_STEPS) return ASSAY_TOO_MUCH;
        }
        s->row_fixed[row] = 1;
        if (s->mate[row] != NONE) s->col_fixed[s->mate[row]] = 1;
    }
    return ASSAY_OK;
}

/* ---- components ---- */

static void index_edges(assay_solver *s, int32_t n_rows, int32_t n_cols) {
    const assay_edges *g = s->edges;
    memset(s->row_start, 0, sizeof(int64_t) * ((size_t)n_rows + 1));
    memset(s->col_start, 0, sizeof(int64_t) * ((size_t)n_cols + 1));
    for (int64_t e = 0; e < g->n; e++) {
        s->row_start[g->row[e] + 1]++;
        s->col_start[g->col[e] + 1]++;
    }
    for (int32_t r = 0; r < n_rows; r++) s->row_start[r + 1] += s->row_start[r];
    for (int32_t c = 0; c < n_cols; c++) s->col_start[c + 1] += s->col_start[c];
}

/* List the rows of every column; col_start is used as a cursor and put back. */
static void index_columns(assay_solver *s, int32_t n_cols) {
    const assay_edges *g = s->edges;
    for (int64_t e = 0; e < g->n; e++) s->col_edges[s->col_start[g->col[e]]++] = g->row[e];
    for (int32_t c = n_cols; c > 0; c--) s->col_start[c] = s->col_start[c - 1];
    s->col_start[0] = 0;
}

static int ascending(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* Collect the component of `seed` into s->rows; answer how many columns it has. */
static int32_t collect(assay_solver *s, int32_t seed) {
    int32_t n_cols = 0;
    s->n_rows_here = 0;
    s->rows[s->n_rows_here++] = seed;
    s->row_seen[seed] = 1;
    for (int32_t at = 0; at < s->n_rows_here; at++) {
        int32_t row = s->rows[at];
        for (int64_t e = s->row_start[row]; e < s->row_start[row + 1]; e++) {
            int32_t col = s->edges->col[e];
            if (s->col_seen[col]) continue;
            s->col_seen[col] = 1;
            n_cols++;
            for (int64_t k = s->col_start[col]; k < s->col_start[col + 1]; k++) {
                int32_t next = s->col_edges[k];
                if (s->row_seen[next]) continue;
                s->row_seen[next] = 1;
                s->rows[s->n_rows_here++] = next;
            }
        }
    }
    qsort(s->rows, (size_t)s->n_rows_here, sizeof *s->rows, ascending);
    return n_cols;
}

static int bits_of(int32_t n) {
    int bits = 0;
    while (n > 0) {
        bits++;
        n >>= 1;
    }
    return bits;
}

static int solve_component(assay_solver *s, int32_t n_cols) {
    int32_t pairs = s->n_rows_here < n_cols ? s->n_rows_here : n_cols;
    int low_bits = bits_of(pairs), iou_bits = 60 - low_bits < 48 ? 60 - low_bits : 48;
    double scale = (double)(INT64_C(1) << iou_bits);
    for (int32_t k = 0; k < s->n_rows_here; k++) {
        int32_t row = s->rows[k];
        for (int64_t e = s->row_start[row]; e < s->row_start[row + 1]; e++)
            s->weight[e] = ((int64_t)llrint(s->edges->iou[e] * scale) << low_bits) + 1;
    }
    s->steps = 0;
    for (int32_t k = 0; k < s->n_rows_here; k++) s->row_seen[s->rows[k]] = 0;
    int status = ASSAY_OK;
    for (int32_t k = 0; k < s->n_rows_here && status == ASSAY_OK; k++) status = insert_row(s, s->rows[k]);
    if (status == ASSAY_OK) status = settle_ties(s);
    for (int32_t k = 0; k < s->n_rows_here; k++) s->row_seen[s->rows[k]] = 1;
    return status;
}

static int solve_tangled(assay_solver *s, int32_t n_rows, int32_t n_cols) {
    index_columns(s, n_cols);
    memset(s->row_seen, 0, (size_t)n_rows);
    memset(s->row_fixed, 0, (size_t)n_rows);
    memset(s->col_seen, 0, (size_t)n_cols);
    memset(s->col_fixed, 0, (size_t)n_cols);
    for (int32_t c = 0; c < n_cols; c++) {
        s->z[c] = 0;
        s->dist[c] = UNREACHED;
    }
    for (int32_t row = 0; row < n_rows; row++) {
        if (s->row_seen[row] || s->mate[row] != NONE || s->row_start[row] == s->row_start[row + 1]) continue;
        int status = solve_component(s, collect(s, row));
        if (status != ASSAY_OK) return status;
    }
    return ASSAY_OK;
}

int assay_assign(assay_solver *s, int32_t n_rows, int32_t n_cols, const assay_edges *edges, assay_pairing out) {
    for (int32_t r = 0; r < n_rows; r++) out.col_of_row[r] = NONE;
    for (int32_t c = 0; c < n_cols; c++) out.row_of_col[c] = NONE;
    if (edges->n == 0 || n_rows <= 0 || n_cols <= 0) return ASSAY_OK;
    if (make_room(s, n_rows, n_cols, edges->n) != ASSAY_OK) return ASSAY_NO_MEMORY;
    s->edges = edges;
    s->mate = out.col_of_row;
    s->owner = out.row_of_col;
    index_edges(s, n_rows, n_cols);
    int64_t tangled = 0;
    for (int64_t e = 0; e < edges->n; e++) {
        int32_t r = edges->row[e], c = edges->col[e];
        if (s->row_start[r + 1] - s->row_start[r] == 1 && s->col_start[c + 1] - s->col_start[c] == 1) {
            out.col_of_row[r] = c; /* nobody else wants either */
            out.row_of_col[c] = r;
        } else {
            tangled++;
        }
    }
    return tangled == 0 ? ASSAY_OK : solve_tangled(s, n_rows, n_cols);
}
