/* Agreement and scores of very many items: every comparison matched, everything added up as whole numbers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay_kernel.h"

#define FINE 68719476736.0 /* 2^36 steps of IoU in sums */
#define COARSE_SHIFT 28    /* from those to the 2^8 steps in products of sums */
#define COARSE_ONE 256
#define MAX_MARKS (INT64_C(1) << 23) /* marks met on one row; beyond, products would not fit */

/* What one comparison, or all of a person or row, adds up to. */
typedef struct {
    int64_t n, empty, left, right, matched, same, correct, iou, iou_same;
} tally;

/* The same by class. */
typedef struct {
    int64_t left, right, hits, iou;
} class_tally;

/* Memory of one run: tallies of the row at hand, by person and class, and which of them are in use. */
typedef struct {
    assay_matcher *matcher;
    tally total, *person;
    class_tally *label_class;
    int32_t *people, *classes;
    int32_t n_people, n_classes;
    int64_t *right_of_left;
    uint8_t *right_taken;
    double *iou;
    int64_t room;
} scratch;

static int scratch_new(scratch *s, const assay_comparisons *in) {
    memset(s, 0, sizeof *s);
    s->matcher = assay_matcher_new();
    s->person = calloc((size_t)in->n_people + 1, sizeof *s->person);
    s->label_class = calloc((size_t)in->n_classes + 1, sizeof *s->label_class);
    s->people = malloc(((size_t)in->n_people + 1) * sizeof *s->people);
    s->classes = malloc(((size_t)in->n_classes + 1) * sizeof *s->classes);
    int whole = s->matcher && s->person && s->label_class && s->people && s->classes;
    return whole ? ASSAY_OK : ASSAY_NO_MEMORY;
}

static void scratch_free(scratch *s) {
    assay_matcher_free(s->matcher);
    void *all[] = {s->person, s->label_class, s->people, s->classes, s->right_of_left, s->right_taken, s->iou};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static int scratch_room(scratch *s, int64_t n) {
    if (n <= s->room) return ASSAY_OK;
    ASSAY_GROW(s->right_of_left, 2 * n);
    ASSAY_GROW(s->right_taken, 2 * n);
    ASSAY_GROW(s->iou, 2 * n);
    s->room = 2 * n;
    return ASSAY_OK;
}

static void add(tally *to, const tally *t) {
    to->n += t->n;
    to->empty += t->empty;
    to->left += t->left;
    to->right += t->right;
    to->matched += t->matched;
    to->same += t->same;
    to->correct += t->correct;
    to->iou += t->iou;
    to->iou_same += t->iou_same;
}

static void add_to_person(scratch *s, int32_t person, const tally *t) {
    if (s->person[person].n == 0) s->people[s->n_people++] = person;
    add(&s->person[person], t);
}

static class_tally *of_class(scratch *s, int32_t c) {
    class_tally *t = &s->label_class[c];
    if (t->left == 0 && t->right == 0) s->classes[s->n_classes++] = c;
    return t;
}

static int64_t coarse(int64_t fine) { return (fine + (INT64_C(1) << (COARSE_SHIFT - 1))) >> COARSE_SHIFT; }

/* Match one comparison and count; `confusion` may be NULL. */
static int compare(scratch *s, const assay_comparisons *in, int64_t k, double threshold, double tight, tally *t,
                   int64_t *confusion) {
    const int64_t *r = in->ranges + 4 * k;
    int64_t n_left = r[1] - r[0], n_right = r[3] - r[2], n_kinds = in->n_classes + 1;
    if (n_left + n_right + s->total.left + s->total.right > MAX_MARKS) return ASSAY_TOO_MUCH;
    if (scratch_room(s, n_left > n_right ? n_left : n_right) != ASSAY_OK) return ASSAY_NO_MEMORY;
    const int32_t *left = in->classes + r[0], *right = in->classes + r[2];
    assay_side a = {in->boxes + 4 * r[0], left, (int32_t)n_left}, b = {in->boxes + 4 * r[2], right, (int32_t)n_right};
    int status = assay_match_item(s->matcher, a, b, threshold, ASSAY_TWO_PASS, s->right_of_left, s->iou);
    if (status != ASSAY_OK) return status;
    *t = (tally){.n = 1, .empty = n_left + n_right == 0, .left = n_left, .right = n_right};
    if (confusion != NULL) memset(s->right_taken, 0, (size_t)n_right);
    for (int64_t j = 0; j < n_right; j++) of_class(s, right[j])->right++;
    for (int64_t i = 0; i < n_left; i++) {
        class_tally *c = of_class(s, left[i]);
        int64_t j = s->right_of_left[i];
        c->left++;
        if (confusion != NULL) confusion[left[i] * n_kinds + (j < 0 ? in->n_classes : right[j])]++;
        if (j < 0) continue;
        int64_t iou = (int64_t)llrint(s->iou[i] * FINE);
        s->right_taken[j] = 1;
        t->matched++;
        t->iou += iou;
        if (left[i] != right[j]) continue;
        t->same++;
        t->iou_same += iou;
        t->correct += s->iou[i] >= tight;
        c->hits++;
        c->iou += iou;
    }
    for (int64_t j = 0; confusion != NULL && j < n_right; j++)
        if (!s->right_taken[j]) confusion[in->n_classes * n_kinds + right[j]]++;
    return ASSAY_OK;
}

static void put_agreement(int64_t *out, const tally *t) {
    int64_t hits = t->same + t->empty, seen = t->matched + t->empty, marks = t->left + t->right + 2 * t->empty;
    int64_t units = t->left + t->right - t->matched + t->empty;
    int64_t close = coarse(t->iou_same) + COARSE_ONE * t->empty, iou = coarse(t->iou);
    const int64_t columns[AGREE_COLUMNS] = {
        1, t->empty, t->left, t->right, t->matched, t->same, t->iou, t->iou_same, t->matched > 0, hits * hits,
        hits * marks, marks * marks, seen * seen, seen * marks, close * close, close * units, units * units,
        t->same * t->same, t->same * t->matched, t->matched * t->matched, iou * iou, iou * t->matched};
    for (int c = 0; c < AGREE_COLUMNS; c++) out[c] += columns[c];
}

static void put_score(int64_t *out, const tally *t) {
    int64_t gold = t->left, answer = t->right, hits = t->same, iou = coarse(t->iou_same);
    int64_t errors = gold - t->correct + answer - t->matched, units = gold + answer - t->matched + t->empty;
    const int64_t columns[SCORE_COLUMNS] = {
        1, t->empty, gold, answer, t->matched, hits, t->correct, t->iou_same, gold > 0, answer > 0, gold + answer > 0,
        hits > 0, hits * hits, hits * gold, hits * answer, gold * gold, gold * answer, answer * answer, iou * iou,
        iou * hits, errors * errors, errors * units, units * units};
    for (int c = 0; c < SCORE_COLUMNS; c++) out[c] += columns[c];
}

static void put_class_agreement(int64_t *out, const class_tally *t) {
    int64_t marks = t->left + t->right, units = marks - t->hits, iou = coarse(t->iou);
    const int64_t columns[AGREE_CLASS_COLUMNS] = {1, marks, t->hits, t->iou, t->hits * t->hits, t->hits * marks,
                                                  marks * marks, iou * iou, iou * units, units * units};
    for (int c = 0; c < AGREE_CLASS_COLUMNS; c++) out[c] += columns[c];
}

/* End of a row: what people and classes gathered goes to the sums. */
static void flush(scratch *s, const assay_row_sums *out, int64_t row, int is_score) {
    int columns = is_score ? SCORE_COLUMNS : AGREE_COLUMNS;
    void (*put)(int64_t *, const tally *) = is_score ? put_score : put_agreement;
    if (s->total.n > 0) put(out->total, &s->total);
    if (!is_score) {
        out->row_sums[2 * row] = 2 * (s->total.same + s->total.empty);
        out->row_sums[2 * row + 1] = s->total.left + s->total.right + 2 * s->total.empty;
    }
    for (int32_t k = 0; k < s->n_people; k++) {
        put(out->people + (int64_t)columns * s->people[k], &s->person[s->people[k]]);
        memset(&s->person[s->people[k]], 0, sizeof *s->person);
    }
    for (int32_t k = 0; k < s->n_classes; k++) {
        class_tally *c = &s->label_class[s->classes[k]];
        if (is_score) {
            tally t = {.n = 1, .left = c->left, .right = c->right, .matched = c->hits, .same = c->hits,
                       .correct = c->hits, .iou = c->iou, .iou_same = c->iou};
            put_score(out->classes + (int64_t)SCORE_COLUMNS * s->classes[k], &t);
        } else {
            put_class_agreement(out->classes + (int64_t)AGREE_CLASS_COLUMNS * s->classes[k], c);
        }
        memset(c, 0, sizeof *c);
    }
    memset(&s->total, 0, sizeof s->total);
    s->n_people = s->n_classes = 0;
}

static int add_rows(const assay_comparisons *in, double threshold, double tight, const assay_row_sums *out, int is_score,
                    int64_t *stopped_at) {
    scratch s;
    int status = scratch_new(&s, in);
    for (int64_t k = 0; k < in->n && status == ASSAY_OK; k++) {
        tally t;
        *stopped_at = in->rows[k];
        status = compare(&s, in, k, threshold, tight, &t, is_score ? out->confusion : NULL);
        if (status != ASSAY_OK) break;
        add(&s.total, &t);
        if (!is_score) {
            put_agreement(out->pairs + (int64_t)AGREE_COLUMNS * in->pair[k], &t);
            add_to_person(&s, in->left[k], &t);
        }
        add_to_person(&s, in->right[k], &t);
        if (k + 1 == in->n || in->rows[k + 1] != in->rows[k]) flush(&s, out, in->rows[k], is_score);
    }
    scratch_free(&s);
    return status;
}

int assay_agree_rows(const assay_comparisons *in, double threshold, const assay_row_sums *out, int64_t *stopped_at) {
    return add_rows(in, threshold, 0, out, 0, stopped_at);
}

int assay_score_rows(const assay_comparisons *in, double threshold, double tight, const assay_row_sums *out,
                     int64_t *stopped_at) {
    return add_rows(in, threshold, tight, out, 1, stopped_at);
}

int64_t assay_pack_boxes(const double *x_min, const double *y_min, const double *x_max, const double *y_max, int64_t n,
                         double largest, double *boxes) {
    int64_t wrong = -1;
    for (int64_t i = 0; i < n; i++) {
        double a = x_min[i], b = y_min[i], c = x_max[i], d = y_max[i];
        double *box = boxes + 4 * i;
        box[0] = a;
        box[1] = b;
        box[2] = c;
        box[3] = d;
        int right = a >= -largest && b >= -largest && c <= largest && d <= largest && a < c && b < d;
        if (!right && wrong < 0) wrong = i;
    }
    return wrong;
}
