/* Average linkage of several people's marks on many items: the closest groups first, at most one mark a person. */
#include <stdlib.h>
#include <string.h>

#include "assay_kernel.h"

#define LARGEST_TANGLE 4096              /* marks that hang together by overlaps, on one item */
#define MOST_PAIRS INT64_C(10000000) /* overlapping pairs on one item */
#define NONE (-1)

typedef struct {
    int64_t node_room, cell_room;
    assay_edges pairs;                  /* of one item, row < col, by row */
    int64_t *row_start;                 /* where each mark's pairs begin */
    int32_t *parent, *nodes, *next;     /* union-find; marks of a tangle; chain of the members of a group */
    int32_t *place;                     /* of a mark within its tangle */
    int32_t *size, *best, *last;        /* of a group: members, closest later group, last member */
    double *sums;                       /* IoU summed over the pairs of two groups */
    double *inner;                      /* IoU summed over the pairs within a group */
    uint8_t *apart;                     /* whether two groups share a person */
    int64_t *keys;
} linkage;

static int32_t root_of(int32_t *parent, int32_t node) {
    while (parent[node] != node) {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    return node;
}

static int make_room(linkage *l, int64_t n) {
    if (n <= l->node_room) return ASSAY_OK;
    int64_t room = 2 * n;
    ASSAY_GROW(l->parent, room);
    ASSAY_GROW(l->nodes, room);
    ASSAY_GROW(l->next, room);
    ASSAY_GROW(l->size, room);
    ASSAY_GROW(l->best, room);
    ASSAY_GROW(l->last, room);
    ASSAY_GROW(l->inner, room);
    ASSAY_GROW(l->keys, room);
    ASSAY_GROW(l->place, room);
    ASSAY_GROW(l->row_start, room + 1);
    l->node_room = room;
    return ASSAY_OK;
}

static int make_cells(linkage *l, int64_t n) {
    if (n * n <= l->cell_room) return ASSAY_OK;
    ASSAY_GROW(l->sums, n * n);
    ASSAY_GROW(l->apart, n * n);
    l->cell_room = n * n;
    return ASSAY_OK;
}

static int add_pair(assay_edges *g, int32_t row, int32_t col, double value) {
    if (g->n == g->room) {
        if (g->n >= MOST_PAIRS) return ASSAY_TOO_MUCH;
        int64_t room = 2 * g->room + 256 < MOST_PAIRS ? 2 * g->room + 256 : MOST_PAIRS;
        ASSAY_GROW(g->row, room);
        ASSAY_GROW(g->col, room);
        ASSAY_GROW(g->iou, room);
        g->room = room;
    }
    g->row[g->n] = row;
    g->col[g->n] = col;
    g->iou[g->n++] = value;
    return ASSAY_OK;
}

/* Boxes come sorted by x_min, so only those that begin before a box ends can overlap it. */
static int pair_boxes(linkage *l, const double *boxes, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        const double *a = boxes + 4 * (int64_t)i;
        for (int32_t j = i + 1; j < n && boxes[4 * (int64_t)j] < a[2]; j++) {
            const double *b = boxes + 4 * (int64_t)j;
            if (b[1] >= a[3] || b[3] <= a[1]) continue;
            double iou;
            assay_box_iou(a, 1, b, 1, &iou);
            int status = add_pair(&l->pairs, i, j, iou);
            if (status != ASSAY_OK) return status;
        }
    }
    return ASSAY_OK;
}

static void find_tangles(linkage *l, int32_t n) {
    for (int32_t i = 0; i < n; i++) l->parent[i] = i;
    memset(l->row_start, 0, sizeof(int64_t) * ((size_t)n + 1));
    for (int64_t k = 0; k < l->pairs.n; k++) {
        int32_t x = root_of(l->parent, l->pairs.row[k]), y = root_of(l->parent, l->pairs.col[k]);
        if (x < y) l->parent[y] = x;
        else l->parent[x] = y;
        l->row_start[l->pairs.row[k] + 1]++;
    }
    for (int32_t i = 0; i < n; i++) l->row_start[i + 1] += l->row_start[i];
}

static double mean_between(const linkage *l, int32_t n, int32_t i, int32_t j) {
    int64_t cell = (int64_t)i * n + j;
    if (l->apart[cell]) return -1;
    return l->sums[cell] / ((double)l->size[i] * (double)l->size[j]);
}

static void find_best(linkage *l, int32_t n, int32_t i) {
    double top = -1;
    l->best[i] = NONE;
    for (int32_t j = i + 1; j < n; j++) {
        if (l->size[j] == 0) continue;
        double mean = mean_between(l, n, i, j);
        if (mean > top) {
            top = mean;
            l->best[i] = j;
        }
    }
}

static void merge(linkage *l, int32_t n, int32_t i, int32_t j) {
    l->inner[i] += l->inner[j] + l->sums[(int64_t)i * n + j];
    l->next[l->last[i]] = j;
    l->last[i] = l->last[j];
    l->size[i] += l->size[j];
    l->size[j] = 0;
    for (int32_t k = 0; k < n; k++) {
        if (l->size[k] == 0 || k == i) continue;
        int64_t ik = (int64_t)i * n + k, jk = (int64_t)j * n + k, ki = (int64_t)k * n + i;
        l->sums[ik] += l->sums[jk];
        l->sums[ki] = l->sums[ik];
        l->apart[ik] |= l->apart[jk];
        l->apart[ki] = l->apart[ik];
    }
    for (int32_t k = 0; k < j; k++) {
        if (l->size[k] == 0) continue;
        if (k == i || l->best[k] == i || l->best[k] == j) {
            find_best(l, n, k);
        } else if (k < i) {
            double here = mean_between(l, n, k, i);
            double top = l->best[k] == NONE ? -1 : mean_between(l, n, k, l->best[k]);
            if (here > top || (here == top && here >= 0 && i < l->best[k])) l->best[k] = i;
        }
    }
}

static void link_tangle(linkage *l, int32_t n, double threshold) {
    for (int32_t i = 0; i < n; i++) find_best(l, n, i);
    for (;;) {
        double top = -1;
        int32_t first = NONE;
        for (int32_t i = 0; i < n; i++) {
            if (l->size[i] == 0 || l->best[i] == NONE) continue;
            double mean = mean_between(l, n, i, l->best[i]);
            if (mean > top) {
                top = mean;
                first = i;
            }
        }
        if (first == NONE || top < threshold) return;
        merge(l, n, first, l->best[first]);
    }
}

/* Solve the tangle listed in l->nodes; write each mark's group (its first mark) and that group's mean similarity. */
static int solve(linkage *l, const int32_t *authors, int32_t n, double threshold, int64_t *group, double *tightness) {
    if (n > LARGEST_TANGLE) return ASSAY_TOO_MUCH;
    if (make_cells(l, n) != ASSAY_OK) return ASSAY_NO_MEMORY;
    memset(l->sums, 0, sizeof(double) * (size_t)n * (size_t)n);
    for (int32_t i = 0; i < n; i++) l->place[l->nodes[i]] = i;
    for (int32_t i = 0; i < n; i++) {
        int32_t node = l->nodes[i];
        l->size[i] = 1;
        l->last[i] = i;
        l->next[i] = NONE;
        l->inner[i] = 0;
        for (int32_t j = 0; j < n; j++) l->apart[(int64_t)i * n + j] = authors[node] == authors[l->nodes[j]];
        for (int64_t k = l->row_start[node]; k < l->row_start[node + 1]; k++) {
            int32_t j = l->place[l->pairs.col[k]];
            l->sums[(int64_t)i * n + j] = l->sums[(int64_t)j * n + i] = l->pairs.iou[k];
        }
    }
    link_tangle(l, n, threshold);
    for (int32_t i = 0; i < n; i++) {
        if (l->size[i] == 0) continue;
        double pairs = 0.5 * (double)l->size[i] * (double)(l->size[i] - 1);
        for (int32_t k = i; k != NONE; k = l->next[k]) {
            group[l->nodes[k]] = l->nodes[i];
            tightness[l->nodes[k]] = pairs > 0 ? l->inner[i] / pairs : 1;
        }
    }
    return ASSAY_OK;
}

static int by_key(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int link_item(linkage *l, const int32_t *authors, int32_t n, double threshold, int64_t *group,
                     double *tightness) {
    find_tangles(l, n);
    for (int32_t i = 0; i < n; i++) l->keys[i] = ((int64_t)root_of(l->parent, i) << 32) | i;
    qsort(l->keys, (size_t)n, sizeof *l->keys, by_key);
    for (int32_t from = 0; from < n;) {
        int32_t count = 0;
        for (int32_t k = from; k < n && l->keys[k] >> 32 == l->keys[from] >> 32; k++)
            l->nodes[count++] = (int32_t)(l->keys[k] & 0xffffffff);
        int status = solve(l, authors, count, threshold, group, tightness);
        if (status != ASSAY_OK) return status;
        from += count;
    }
    return ASSAY_OK;
}

int assay_cluster_marks(const assay_cluster_input *in, int64_t n_items, double threshold, int64_t *group,
                        double *tightness, int64_t *stopped_at) {
    linkage l = {0};
    int status = ASSAY_OK;
    for (int64_t item = 0; item < n_items && status == ASSAY_OK; item++) {
        int64_t from = in->starts[item];
        int32_t n = (int32_t)(in->starts[item + 1] - from);
        if (n == 0) continue;
        *stopped_at = item;
        l.pairs.n = 0;
        status = make_room(&l, n);
        if (status == ASSAY_OK && in->boxes != NULL) status = pair_boxes(&l, in->boxes + 4 * from, n);
        if (in->boxes == NULL)
            for (int64_t k = in->pair_starts[item]; k < in->pair_starts[item + 1] && status == ASSAY_OK; k++)
                status = add_pair(&l.pairs, (int32_t)(in->rows[k] - from), (int32_t)(in->cols[k] - from), in->values[k]);
        if (status == ASSAY_OK) status = link_item(&l, in->authors + from, n, threshold, group + from, tightness + from);
        for (int64_t k = from; status == ASSAY_OK && k < in->starts[item + 1]; k++) group[k] += from;
    }
    void *all[] = {l.parent, l.nodes, l.next,  l.size,  l.best,      l.last,      l.sums,      l.inner,
                   l.apart,  l.keys,  l.place, l.pairs.row, l.pairs.col, l.pairs.iou, l.row_start};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
    return status;
}
