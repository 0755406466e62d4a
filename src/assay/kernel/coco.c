/* COCO's evaluation: greedy matching of scored answers to gold per image and class, precision at recall levels. */
#include <stdlib.h>
#include <string.h>

#include "assay_kernel.h"

#define NONE (-1)

void assay_coco_box_iou(const double *answers, const double *gold, const uint8_t *crowd, const int64_t *answer_starts,
                        const int64_t *gold_starts, int64_t n_groups, double *out) {
    for (int64_t g = 0; g < n_groups; g++) {
        for (int64_t i = answer_starts[g]; i < answer_starts[g + 1]; i++) {
            const double *d = answers + 4 * i;
            for (int64_t j = gold_starts[g]; j < gold_starts[g + 1]; j++, out++) {
                const double *b = gold + 4 * j;
                double right = d[2] + d[0] < b[2] + b[0] ? d[2] + d[0] : b[2] + b[0];
                double low = d[3] + d[1] < b[3] + b[1] ? d[3] + d[1] : b[3] + b[1];
                double w = right - (d[0] > b[0] ? d[0] : b[0]), h = low - (d[1] > b[1] ? d[1] : b[1]);
                *out = 0;
                if (w <= 0 || h <= 0) continue;
                double inter = w * h, area = d[2] * d[3];
                *out = inter / (crowd[j] ? area : area + b[2] * b[3] - inter);
            }
        }
    }
}

typedef struct {
    int64_t gold_room;
    int32_t *order; /* gold that counts first, ignored gold last */
    uint8_t *ignored, *taken;
} scratch;

static int make_room(scratch *s, int64_t n) {
    if (n <= s->gold_room) return ASSAY_OK;
    ASSAY_GROW(s->order, 2 * n);
    ASSAY_GROW(s->ignored, 2 * n);
    ASSAY_GROW(s->taken, 2 * n);
    s->gold_room = 2 * n;
    return ASSAY_OK;
}

/* The gold an answer gets at one threshold: of what is free, the best; counted before ignored, later wins a tie. */
static int32_t best_gold(const scratch *s, const double *iou, const uint8_t *crowd, int32_t n_gold, double least) {
    int32_t best = NONE;
    for (int32_t k = 0; k < n_gold; k++) {
        int32_t j = s->order[k];
        if (s->taken[j] && !crowd[j]) continue;
        if (best != NONE && !s->ignored[best] && s->ignored[j]) break;
        if (iou[j] < least) continue;
        least = iou[j];
        best = j;
    }
    return best;
}

static void order_gold(scratch *s, const assay_coco *c, int64_t from, int32_t n, const double *range) {
    int32_t at = 0;
    for (int32_t j = 0; j < n; j++) {
        double area = c->gold_area[from + j];
        s->ignored[j] = c->gold_ignored[from + j] || area < range[0] || area > range[1];
        if (!s->ignored[j]) s->order[at++] = j;
    }
    for (int32_t j = 0; j < n; j++)
        if (s->ignored[j]) s->order[at++] = j;
}

static void match_group(scratch *s, const assay_coco *c, int64_t group, const double *iou, const double *range,
                        uint32_t *matched, uint32_t *ignored) {
    int64_t first = c->answer_starts[group], last = c->answer_starts[group + 1], gold = c->gold_starts[group];
    int32_t n_gold = (int32_t)(c->gold_starts[group + 1] - gold);
    order_gold(s, c, gold, n_gold, range);
    for (int64_t i = first; i < last; i++) matched[i] = ignored[i] = 0;
    for (int32_t t = 0; t < c->n_thresholds && n_gold > 0; t++) {
        double least = c->thresholds[t] < 1 - 1e-10 ? c->thresholds[t] : 1 - 1e-10;
        memset(s->taken, 0, (size_t)n_gold);
        for (int64_t i = first; i < last; i++) {
            int32_t j = best_gold(s, iou + (i - first) * n_gold, c->gold_crowd + gold, n_gold, least);
            if (j == NONE) continue;
            s->taken[j] = 1;
            matched[i] |= (uint32_t)1 << t;
            if (s->ignored[j]) ignored[i] |= (uint32_t)1 << t;
        }
    }
    uint32_t every = c->n_thresholds == 32 ? UINT32_MAX : ((uint32_t)1 << c->n_thresholds) - 1;
    for (int64_t i = first; i < last; i++)
        if (c->answer_area[i] < range[0] || c->answer_area[i] > range[1]) ignored[i] |= every & ~matched[i];
}

/* No answer may have two golds, no gold two answers: then every threshold up to the IoU matches, whatever the range. */
static int is_plain(const double *iou, int64_t n_answers, int64_t n_gold, double least, int32_t *gold_of) {
    for (int64_t i = 0; i < n_answers; i++) {
        gold_of[i] = NONE;
        for (int64_t j = 0; j < n_gold; j++) {
            if (iou[i * n_gold + j] < least) continue;
            if (gold_of[i] != NONE) return 0;
            gold_of[i] = (int32_t)j;
            for (int64_t k = 0; k < i; k++)
                if (gold_of[k] == j) return 0;
        }
    }
    return 1;
}

static void match_plain(const assay_coco *c, int64_t group, const double *iou, const int32_t *gold_of,
                        const double *range, uint32_t *matched, uint32_t *ignored) {
    int64_t first = c->answer_starts[group], last = c->answer_starts[group + 1], gold = c->gold_starts[group];
    int64_t n_gold = c->gold_starts[group + 1] - gold;
    uint32_t every = c->n_thresholds == 32 ? UINT32_MAX : ((uint32_t)1 << c->n_thresholds) - 1;
    for (int64_t i = first; i < last; i++) {
        int32_t j = gold_of[i - first];
        matched[i] = ignored[i] = 0;
        if (j != NONE) {
            double value = iou[(i - first) * n_gold + j], area = c->gold_area[gold + j];
            for (int32_t t = 0; t < c->n_thresholds; t++)
                if (value >= (c->thresholds[t] < 1 - 1e-10 ? c->thresholds[t] : 1 - 1e-10)) matched[i] |= (uint32_t)1 << t;
            if (c->gold_ignored[gold + j] || area < range[0] || area > range[1]) ignored[i] = matched[i];
        }
        if (c->answer_area[i] < range[0] || c->answer_area[i] > range[1]) ignored[i] |= every & ~matched[i];
    }
}

int assay_coco_match(const assay_coco *c, const double *iou, const double *ranges, int32_t n_ranges, uint32_t *matched,
                     uint32_t *ignored) {
    scratch s = {0};
    int32_t plain[64];
    int status = ASSAY_OK;
    int64_t n_answers = c->answer_starts[c->n_groups];
    double least = 1 - 1e-10;
    for (int32_t t = 0; t < c->n_thresholds; t++)
        if (c->thresholds[t] < least) least = c->thresholds[t];
    for (int64_t group = 0; group < c->n_groups && status == ASSAY_OK; group++) {
        int64_t answers = c->answer_starts[group + 1] - c->answer_starts[group];
        int64_t gold = c->gold_starts[group + 1] - c->gold_starts[group];
        int easy = answers <= 64 && is_plain(iou, answers, gold, least, plain);
        status = easy ? ASSAY_OK : make_room(&s, gold + 1);
        for (int32_t r = 0; r < n_ranges && status == ASSAY_OK; r++) {
            if (easy) {
                match_plain(c, group, iou, plain, ranges + 2 * r, matched + r * n_answers, ignored + r * n_answers);
            } else {
                match_group(&s, c, group, iou, ranges + 2 * r, matched + r * n_answers, ignored + r * n_answers);
            }
        }
        iou += answers * gold;
    }
    free(s.order);
    free(s.ignored);
    free(s.taken);
    return status;
}

/* Precision at each recall level is the best precision at that recall or a higher one. */
static void at_levels(const double *true_so_far, const double *best, int64_t n_true, double n_gold, const double *levels,
                      int32_t n_levels, double *out, int64_t stride) {
    int64_t k = 0;
    for (int32_t r = 0; r < n_levels; r++) {
        while (k < n_true && true_so_far[k] / n_gold < levels[r]) k++;
        out[r * stride] = k < n_true ? best[k] : 0;
    }
}

int assay_coco_accumulate(const assay_coco_list *l, const double *levels, int32_t n_levels, double *precision,
                          double *recall) {
    double *true_so_far = NULL, *best = NULL;
    int64_t longest = 0;
    for (int64_t k = 0; k < l->n_classes; k++)
        if (l->starts[k + 1] - l->starts[k] > longest) longest = l->starts[k + 1] - l->starts[k];
    true_so_far = malloc(sizeof(double) * (size_t)(longest + 1));
    best = malloc(sizeof(double) * (size_t)(longest + 1));
    if (true_so_far == NULL || best == NULL) {
        free(true_so_far);
        free(best);
        return ASSAY_NO_MEMORY;
    }
    for (int64_t k = 0; k < l->n_classes; k++) {
        for (int32_t t = 0; t < l->n_thresholds; t++) {
            double n_gold = l->n_gold[k], tp = 0, fp = 0;
            double *out = precision == NULL ? NULL : precision + (int64_t)t * n_levels * l->n_classes + k;
            recall[t * l->n_classes + k] = -1;
            for (int32_t r = 0; r < n_levels && out != NULL; r++) out[r * l->n_classes] = -1;
            if (n_gold <= 0) continue;
            int64_t n_true = 0;
            for (int64_t at = l->starts[k]; at < l->starts[k + 1]; at++) {
                int64_t i = l->order[at];
                if (l->ranks[i] >= l->max_answers) continue;
                double weight = l->weights == NULL ? 1 : l->weights[l->images[i]];
                if (weight == 0 || l->ignored[i] >> t & 1) continue;
                if (l->matched[i] >> t & 1) {
                    tp += weight;
                    true_so_far[n_true] = tp;
                    best[n_true++] = tp / (fp + tp + 2.220446049250313e-16);
                } else {
                    fp += weight;
                }
            }
            recall[t * l->n_classes + k] = tp / n_gold;
            for (int64_t i = n_true - 1; i > 0; i--)
                if (best[i] > best[i - 1]) best[i - 1] = best[i];
            if (out != NULL) at_levels(true_so_far, best, n_true, n_gold, levels, n_levels, out, l->n_classes);
        }
    }
    free(true_so_far);
    free(best);
    return ASSAY_OK;
}
