/* Weighted boxes fusion: boxes of one item and class, best score first, join the fused box they overlap most. */
#include <stdlib.h>

#include "assay_kernel.h"

typedef struct {
    int64_t room;
    int64_t *order;     /* the item's boxes by class, then by falling score */
    double *sums;       /* of each fused box: sides times score, and score */
    double *box, *best; /* fused sides; score */
    int32_t *size, *label, *final;
} bench;

static int make_room(bench *b, int64_t n) {
    if (n <= b->room) return ASSAY_OK;
    ASSAY_GROW(b->order, 2 * n);
    ASSAY_GROW(b->sums, 10 * n);
    ASSAY_GROW(b->box, 8 * n);
    ASSAY_GROW(b->best, 2 * n);
    ASSAY_GROW(b->size, 2 * n);
    ASSAY_GROW(b->label, 2 * n);
    ASSAY_GROW(b->final, 2 * n);
    b->room = 2 * n;
    return ASSAY_OK;
}

/* By class, falling score, and the later box first: the order of the published code for a few boxes. */
static int comes_first(const assay_fusion *in, int64_t a, int64_t b) {
    if (in->classes[a] != in->classes[b]) return in->classes[a] < in->classes[b];
    if (in->scores[a] != in->scores[b]) return in->scores[a] > in->scores[b];
    return a > b;
}

static void sort_boxes(const assay_fusion *in, int64_t *order, int64_t n) {
    for (int64_t gap = n / 2; gap > 0; gap /= 2) {
        for (int64_t i = gap; i < n; i++) {
            int64_t x = order[i], at = i;
            for (; at >= gap && comes_first(in, x, order[at - gap]); at -= gap) order[at] = order[at - gap];
            order[at] = x;
        }
    }
}

static int64_t gather(const assay_fusion *in, int64_t item, bench *b, int *status) {
    int64_t n = 0, most = 0;
    for (int32_t m = 0; m < in->n_models; m++) {
        const int64_t *offsets = in->offsets + m * (in->n_items + 1);
        most += offsets[item + 1] - offsets[item];
    }
    *status = make_room(b, most);
    for (int32_t m = 0; m < in->n_models && *status == ASSAY_OK; m++) {
        const int64_t *offsets = in->offsets + m * (in->n_items + 1);
        for (int64_t row = offsets[item]; row < offsets[item + 1]; row++)
            if (in->used[in->begins[m] + row]) b->order[n++] = in->begins[m] + row;
    }
    return n;
}

/* Join one box to the fused boxes of its class, which stand from `first` to `found`. */
static int64_t join(const assay_fusion *in, int64_t row, bench *b, int64_t first, int64_t found) {
    const double *side = in->boxes + 4 * row;
    double weight = in->scores[row], most = in->threshold;
    int64_t into = -1;
    for (int64_t k = first; k < found; k++) {
        double iou;
        assay_box_iou(b->box + 4 * k, 1, side, 1, &iou);
        if (iou > most) {
            most = iou;
            into = k;
        }
    }
    if (into < 0) {
        into = found++;
        b->size[into] = 0;
        b->label[into] = in->classes[row];
        b->best[into] = weight;
        for (int c = 0; c < 5; c++) b->sums[5 * into + c] = 0;
    }
    double *sum = b->sums + 5 * into;
    for (int c = 0; c < 4; c++) sum[c] += weight * side[c];
    sum[4] += weight;
    b->size[into]++;
    for (int c = 0; c < 4; c++) b->box[4 * into + c] = b->size[into] == 1 ? side[c] : sum[c] / sum[4];
    return found;
}

/* Score of a fused box: the highest, or the mean scaled by the share of the weight that could have joined. */
static double final_score(const assay_fusion *in, const bench *b, int64_t k) {
    if (in->take_highest) return b->best[k] / in->largest_weight;
    double joined = b->size[k] < in->n_models ? b->size[k] : in->n_models;
    return b->sums[5 * k + 4] / b->size[k] * joined / in->total_weight;
}

int assay_fuse_items(const assay_fusion *in, assay_fused *out) {
    bench b = {0};
    int status = ASSAY_OK;
    int64_t at = 0;
    out->offsets[0] = 0;
    for (int64_t item = 0; item < in->n_items && status == ASSAY_OK; item++) {
        int64_t n = gather(in, item, &b, &status), first = 0, found = 0;
        if (status != ASSAY_OK) break;
        sort_boxes(in, b.order, n);
        for (int64_t j = 0; j < n; j++) {
            if (j > 0 && in->classes[b.order[j]] != in->classes[b.order[j - 1]]) first = found;
            found = join(in, b.order[j], &b, first, found);
        }
        for (int64_t k = 0; k < found; k++) {
            b.best[k] = final_score(in, &b, k);
            int64_t place = k; /* by falling score, equals in the order they were started */
            for (; place > 0 && b.best[b.final[place - 1]] < b.best[k]; place--) b.final[place] = b.final[place - 1];
            b.final[place] = (int32_t)k;
        }
        for (int64_t place = 0; place < found; place++, at++) {
            int32_t k = b.final[place];
            for (int c = 0; c < 4; c++) out->boxes[4 * at + c] = b.box[4 * k + c];
            out->scores[at] = b.best[k];
            out->classes[at] = b.label[k];
            out->sizes[at] = b.size[k];
        }
        out->offsets[item + 1] = at;
    }
    void *all[] = {b.order, b.sums, b.box, b.best, b.size, b.label, b.final};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
    return status;
}
