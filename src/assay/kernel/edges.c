/* Pairs of boxes of one item at or above a threshold of IoU: all against all, or swept by x where there are many. */
#include <stdlib.h>
#include <string.h>

#include "assay_kernel.h"

#define SWEEP_FROM 16384            /* pairs from which sorting by x pays */
#define MAX_EDGES INT64_C(10000000) /* pairs at or above the threshold that one item may have */

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define HAS_AVX2_PATH 1
#include <immintrin.h>
#endif

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

int assay_edges_room(assay_edges *g, int64_t more) {
    if (g->n + more <= g->room) return ASSAY_OK;
    if (g->n + more > MAX_EDGES) return ASSAY_TOO_MUCH;
    int64_t room = 2 * (g->n + more) + 256;
    ASSAY_GROW(g->row, room);
    ASSAY_GROW(g->col, room);
    ASSAY_GROW(g->iou, room);
    g->room = room;
    return ASSAY_OK;
}

static void put_edge(assay_edges *g, int32_t row, int32_t col, double iou) {
    g->row[g->n] = row;
    g->col[g->n] = col;
    g->iou[g->n++] = iou;
}

#define LANES 4 /* boxes met at a time; the last group is filled up with boxes that overlap nothing */

static int64_t padded(int32_t n) { return ((int64_t)n + LANES - 1) / LANES * LANES; }

/* Lay the right side's columns side by side: x_min, y_min, x_max, y_max, area. */
static int lay_out(assay_finder *f, const double *right, int32_t n) {
    int64_t m = padded(n);
    if (m > f->room) {
        ASSAY_GROW(f->lanes, 5 * 2 * m);
        ASSAY_GROW(f->hits, 2 * m);
        f->room = 2 * m;
    }
    double *x0 = f->lanes, *y0 = x0 + m, *x1 = y0 + m, *y1 = x1 + m, *size = y1 + m;
    for (int32_t j = 0; j < n; j++) {
        const double *b = right + 4 * (int64_t)j;
        x0[j] = b[0];
        y0[j] = b[1];
        x1[j] = b[2];
        y1[j] = b[3];
        size[j] = area(b);
    }
    for (int64_t j = n; j < m; j++) {
        x0[j] = y0[j] = 1e18;
        x1[j] = y1[j] = -1e18;
        size[j] = 0;
    }
    return ASSAY_OK;
}

/* Columns whose shared area with `a` is at least `least` of the joint area; near equality the caller asks again. */
static int32_t meet_plain(const double *a, double least, int64_t m, const double *lanes, int32_t *hits) {
    const double *x0 = lanes, *y0 = x0 + m, *x1 = y0 + m, *y1 = x1 + m, *size = y1 + m;
    double mine = area(a);
    int32_t n = 0;
    for (int64_t j = 0; j < m; j++) {
        double w = overlap(a[0], a[2], x0[j], x1[j]), h = overlap(a[1], a[3], y0[j], y1[j]);
        double inter = (w > 0 ? w : 0) * (h > 0 ? h : 0);
        hits[n] = (int32_t)j;
        n += inter >= least * (mine + size[j] - inter);
    }
    return n;
}

#ifdef HAS_AVX2_PATH
/* The same, four columns at a time. */
__attribute__((target("avx2"))) static int32_t meet_avx2(const double *a, double least, int64_t m, const double *lanes,
                                                         int32_t *hits) {
    const double *x0 = lanes, *y0 = x0 + m, *x1 = y0 + m, *y1 = x1 + m, *size = y1 + m;
    __m256d a0 = _mm256_set1_pd(a[0]), a1 = _mm256_set1_pd(a[1]), a2 = _mm256_set1_pd(a[2]), a3 = _mm256_set1_pd(a[3]);
    __m256d mine = _mm256_set1_pd(area(a)), part = _mm256_set1_pd(least), zero = _mm256_setzero_pd();
    int32_t n = 0;
    for (int64_t j = 0; j < m; j += LANES) {
        __m256d w = _mm256_sub_pd(_mm256_min_pd(a2, _mm256_loadu_pd(x1 + j)), _mm256_max_pd(a0, _mm256_loadu_pd(x0 + j)));
        __m256d h = _mm256_sub_pd(_mm256_min_pd(a3, _mm256_loadu_pd(y1 + j)), _mm256_max_pd(a1, _mm256_loadu_pd(y0 + j)));
        __m256d inter = _mm256_mul_pd(_mm256_max_pd(w, zero), _mm256_max_pd(h, zero));
        __m256d joint = _mm256_sub_pd(_mm256_add_pd(mine, _mm256_loadu_pd(size + j)), inter);
        int found = _mm256_movemask_pd(_mm256_cmp_pd(inter, _mm256_mul_pd(part, joint), _CMP_GE_OQ));
        for (; found; found &= found - 1) hits[n++] = (int32_t)j + __builtin_ctz((unsigned)found);
    }
    return n;
}
#endif

typedef int32_t (*meeting)(const double *a, double least, int64_t m, const double *lanes, int32_t *hits);

/* Both paths round alike, so the machine does not change the answer. */
static meeting choose_meeting(void) {
#ifdef HAS_AVX2_PATH
    if (__builtin_cpu_supports("avx2")) return meet_avx2;
#endif
    return meet_plain;
}

static int all_pairs(assay_finder *f, const double *left, int32_t n_left, const double *right, int32_t n_right, double t) {
    meeting meet = choose_meeting();
    int status = lay_out(f, right, n_right);
    double least = t * (1 - 1e-9);
    for (int32_t i = 0; i < n_left && status == ASSAY_OK; i++) {
        const double *a = left + 4 * (int64_t)i;
        int32_t n_hits = meet(a, least, padded(n_right), f->lanes, f->hits);
        if (n_hits == 0) continue;
        status = assay_edges_room(&f->edges, n_hits);
        for (int32_t k = 0; k < n_hits && status == ASSAY_OK; k++) {
            double iou = iou_of(a, right + 4 * (int64_t)f->hits[k]);
            if (iou >= t) put_edge(&f->edges, i, f->hits[k], iou);
        }
    }
    return status;
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

static int32_t first_not_below(const keyed *sorted, int32_t n, double x) {
    int32_t low = 0, high = n;
    while (low < high) {
        int32_t mid = low + (high - low) / 2;
        if (sorted[mid].x < x) low = mid + 1;
        else high = mid;
    }
    return low;
}

/* IoU >= t bounds the width ratio by t, so a partner starts at most width / t before the box and before its end. */
static int sweep_pairs(assay_finder *f, const double *left, int32_t n_left, const double *right, int32_t n_right,
                       double t) {
    keyed *keys = malloc(sizeof(keyed) * (size_t)n_right);
    int32_t *hits = malloc(sizeof(int32_t) * (size_t)n_right);
    int status = keys == NULL || hits == NULL ? ASSAY_NO_MEMORY : ASSAY_OK;
    for (int32_t j = 0; j < n_right && status == ASSAY_OK; j++) keys[j] = (keyed){right[4 * (int64_t)j], j};
    if (status == ASSAY_OK) qsort(keys, (size_t)n_right, sizeof *keys, by_key);
    for (int32_t i = 0; i < n_left && status == ASSAY_OK; i++) {
        const double *a = left + 4 * (int64_t)i;
        double reach = (a[2] - a[0]) / t * (1 + 1e-9);
        int32_t n_hits = 0;
        for (int32_t k = first_not_below(keys, n_right, a[0] - reach); k < n_right && keys[k].x < a[2]; k++) {
            const double *b = right + 4 * (int64_t)keys[k].at;
            if (b[2] > a[0] && b[1] < a[3] && b[3] > a[1] && iou_of(a, b) >= t) hits[n_hits++] = keys[k].at;
        }
        qsort(hits, (size_t)n_hits, sizeof *hits, by_number);
        status = assay_edges_room(&f->edges, n_hits);
        for (int32_t k = 0; k < n_hits && status == ASSAY_OK; k++)
            put_edge(&f->edges, i, hits[k], iou_of(a, right + 4 * (int64_t)hits[k]));
    }
    free(keys);
    free(hits);
    return status;
}

int assay_find_edges(assay_finder *f, const double *left, int32_t n_left, const double *right, int32_t n_right, double t) {
    f->edges.n = 0;
    return (int64_t)n_left * n_right < SWEEP_FROM ? all_pairs(f, left, n_left, right, n_right, t)
                                                  : sweep_pairs(f, left, n_left, right, n_right, t);
}

void assay_finder_free(assay_finder *f) {
    void *all[] = {f->edges.row, f->edges.col, f->edges.iou, f->lanes, f->hits};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}
