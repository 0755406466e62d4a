/* Masks as runs of set pixels in column order: rasterising, COCO's run-length strings, set operations, overlaps.
 *
 * A pixel's number is x * height + y. A mask is its runs [start, end), ascending, neither empty nor touching.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay_kernel.h"

int assay_runs_add(assay_runs *runs, int32_t start, int32_t end, int64_t floor) {
    if (start >= end) return ASSAY_OK;
    if (runs->n > floor && runs->end[runs->n - 1] >= start) { /* touches the run before */
        if (runs->end[runs->n - 1] < end) runs->end[runs->n - 1] = end;
        return ASSAY_OK;
    }
    if (runs->n == runs->room) {
        int64_t room = 2 * runs->room + 256;
        ASSAY_GROW(runs->start, room);
        ASSAY_GROW(runs->end, room);
        runs->room = room;
    }
    runs->start[runs->n] = start;
    runs->end[runs->n++] = end;
    return ASSAY_OK;
}

void assay_runs_free(assay_runs *runs) {
    free(runs->start);
    free(runs->end);
    memset(runs, 0, sizeof *runs);
}

/* ---- polygons ---- */

/* Where a ring's outline passes from one column's centre line to the next, the column's pixels below change side. */
typedef struct {
    int32_t *column, *y, *count, *sorted;
    int64_t n, room, column_room, sorted_room;
} crossings;

static int add_crossing(crossings *c, int32_t column, int32_t y) {
    if (c->n == c->room) {
        int64_t room = 2 * c->room + 256;
        ASSAY_GROW(c->column, room);
        ASSAY_GROW(c->y, room);
        c->room = room;
    }
    c->column[c->n] = column;
    c->y[c->n++] = y;
    return ASSAY_OK;
}

/* A crossing at fine row v (five to a pixel) changes the pixels from this row on. */
static int32_t pixel_row(int32_t v, int32_t height) {
    if (v <= 2) return 0;
    int32_t row = (v + 2) / 5;
    return row > height ? height : row;
}

static int32_t first_centre(int32_t fine) { /* the first fine column >= fine that is a pixel's centre line, 2 mod 5 */
    int32_t rest = ((fine - 2) % 5 + 5) % 5;
    return rest == 0 ? fine : fine + 5 - rest;
}

/* COCO walks every edge in steps of a fifth of a pixel, along its longer direction, rounding the other coordinate.
 * Only the steps across a pixel's centre line matter; they are found directly. */
static int cross_flat_edge(crossings *c, int32_t xs, int32_t ys, int32_t xe, int32_t ye, int32_t height, int32_t width) {
    double slope = (double)(ye - ys) / (xe - xs);
    for (int32_t fine = first_centre(xs > 0 ? xs : 0); fine < xe && (fine - 2) / 5 < width; fine += 5) {
        int32_t here = (int32_t)(ys + slope * (fine - xs) + .5), next = (int32_t)(ys + slope * (fine + 1 - xs) + .5);
        int status = add_crossing(c, (fine - 2) / 5, pixel_row(here < next ? here : next, height));
        if (status != ASSAY_OK) return status;
    }
    return ASSAY_OK;
}

static int cross_steep_edge(crossings *c, int32_t xs, int32_t ys, int32_t xe, int32_t ye, int32_t height, int32_t width) {
    double slope = (double)(xe - xs) / (ye - ys);
    int32_t low = xs < xe ? xs : xe, high = xs < xe ? xe : xs, last = ye - ys;
    for (int32_t fine = first_centre(low > 0 ? low : 0); fine < high && (fine - 2) / 5 < width; fine += 5) {
        /* the first step t at which the rounded column has left `fine` (rising) or reached it (falling) */
        int32_t t = (int32_t)((fine + .5 - xs) / slope);
        t = t < 1 ? 1 : t > last ? last : t;
#define PASSED(at) (slope > 0 ? (int32_t)(xs + slope * (at) + .5) > fine : (int32_t)(xs + slope * (at) + .5) <= fine)
        while (t > 1 && PASSED(t - 1)) t--;
        while (t < last && !PASSED(t)) t++;
#undef PASSED
        int status = add_crossing(c, (fine - 2) / 5, pixel_row(ys + t - 1, height));
        if (status != ASSAY_OK) return status;
    }
    return ASSAY_OK;
}

static int cross_edge(crossings *c, int32_t x0, int32_t y0, int32_t x1, int32_t y1, int32_t height, int32_t width) {
    int32_t dx = abs(x1 - x0), dy = abs(y1 - y0);
    if (x0 == x1) return ASSAY_OK;
    if (dx >= dy) {
        return x0 < x1 ? cross_flat_edge(c, x0, y0, x1, y1, height, width)
                       : cross_flat_edge(c, x1, y1, x0, y0, height, width);
    }
    return y0 < y1 ? cross_steep_edge(c, x0, y0, x1, y1, height, width)
                   : cross_steep_edge(c, x1, y1, x0, y0, height, width);
}

/* Sort the crossings by column, then row: counted by column, then insertion within. Afterwards `count[x]` is where the
 * crossings of column x end. */
static int sort_crossings(crossings *c, int32_t width) {
    if (width + 1 > c->column_room) {
        ASSAY_GROW(c->count, width + 1);
        c->column_room = width + 1;
    }
    if (c->n > c->sorted_room) {
        ASSAY_GROW(c->sorted, 2 * c->n);
        c->sorted_room = 2 * c->n;
    }
    memset(c->count, 0, sizeof(int32_t) * ((size_t)width + 1));
    for (int64_t i = 0; i < c->n; i++) c->count[c->column[i] + 1]++;
    for (int32_t x = 0; x < width; x++) c->count[x + 1] += c->count[x];
    for (int64_t i = 0; i < c->n; i++) c->sorted[c->count[c->column[i]]++] = c->y[i];
    for (int32_t x = 0, begin = 0; x < width; begin = c->count[x++]) {
        for (int32_t i = begin + 1; i < c->count[x]; i++) {
            int32_t y = c->sorted[i], at = i;
            for (; at > begin && c->sorted[at - 1] > y; at--) c->sorted[at] = c->sorted[at - 1];
            c->sorted[at] = y;
        }
    }
    return ASSAY_OK;
}

static int rasterise_ring(crossings *c, const double *xy, int64_t n_points, int32_t height, int32_t width,
                          assay_runs *out) {
    int64_t floor = out->n;
    c->n = 0;
    for (int64_t i = 0; i < n_points; i++) {
        const double *a = xy + 2 * i, *b = xy + 2 * (i + 1 < n_points ? i + 1 : 0);
        int status = cross_edge(c, (int32_t)(5 * a[0] + .5), (int32_t)(5 * a[1] + .5), (int32_t)(5 * b[0] + .5),
                                (int32_t)(5 * b[1] + .5), height, width);
        if (status != ASSAY_OK) return status;
    }
    if (c->n == 0) return ASSAY_OK;
    if (sort_crossings(c, width) != ASSAY_OK) return ASSAY_NO_MEMORY;
    for (int32_t x = 0, i = 0; x < width; x++) {
        for (; i + 1 < c->count[x]; i += 2) {
            int status = assay_runs_add(out, x * height + c->sorted[i], x * height + c->sorted[i + 1], floor);
            if (status != ASSAY_OK) return status;
        }
    }
    return ASSAY_OK;
}

/* ---- set operations ---- */

int assay_runs_combine(const int32_t *a_start, const int32_t *a_end, int64_t n_a, const int32_t *b_start,
                       const int32_t *b_end, int64_t n_b, int keep, assay_runs *out) {
    int64_t i = 0, j = 0, floor = out->n;
    int in_a = 0, in_b = 0;
    int32_t from = 0;
    while (i < n_a || j < n_b) {
        int32_t next_a = i < n_a ? (in_a ? a_end[i] : a_start[i]) : INT32_MAX;
        int32_t next_b = j < n_b ? (in_b ? b_end[j] : b_start[j]) : INT32_MAX;
        int32_t at = next_a < next_b ? next_a : next_b;
        if (keep >> (2 * in_a + in_b) & 1) {
            int status = assay_runs_add(out, from, at, floor);
            if (status != ASSAY_OK) return status;
        }
        from = at;
        if (next_a == at) {
            i += in_a;
            in_a = !in_a;
        }
        if (next_b == at) {
            j += in_b;
            in_b = !in_b;
        }
    }
    return ASSAY_OK;
}

/* ---- many polygons ---- */

typedef struct {
    crossings cross;
    assay_runs ring, part, whole, spare;
} raster;

static int put_together(raster *r, const assay_runs *more, int keep, assay_runs *into) {
    r->spare.n = 0;
    int status = assay_runs_combine(into->start, into->end, into->n, more->start, more->end, more->n, keep, &r->spare);
    assay_runs swap = *into;
    *into = r->spare;
    r->spare = swap;
    return status;
}

static int rasterise_mask(raster *r, const assay_polygons *p, int64_t mask) {
    int status = ASSAY_OK;
    r->whole.n = r->part.n = 0;
    for (int64_t ring = p->mask_rings[mask]; ring < p->mask_rings[mask + 1] && status == ASSAY_OK; ring++) {
        int64_t from = p->ring_points[ring], n = p->ring_points[ring + 1] - from;
        r->ring.n = 0;
        status = rasterise_ring(&r->cross, p->points + 2 * from, n, p->sizes[2 * mask], p->sizes[2 * mask + 1], &r->ring);
        if (status != ASSAY_OK) return status;
        if (p->is_hole[ring]) {
            status = put_together(r, &r->ring, ASSAY_MINUS, &r->part);
            continue;
        }
        status = put_together(r, &r->part, ASSAY_OR, &r->whole);
        r->part.n = 0;
        if (status == ASSAY_OK) status = put_together(r, &r->ring, ASSAY_OR, &r->part);
    }
    return status == ASSAY_OK ? put_together(r, &r->part, ASSAY_OR, &r->whole) : status;
}

int assay_rasterise(const assay_polygons *p, int64_t n_masks, int64_t *run_starts, assay_runs *out) {
    raster r = {0};
    int status = ASSAY_OK;
    run_starts[0] = 0;
    for (int64_t mask = 0; mask < n_masks && status == ASSAY_OK; mask++) {
        int64_t floor = out->n, ring = p->mask_rings[mask];
        if (p->mask_rings[mask + 1] == ring + 1 && !p->is_hole[ring]) {
            int64_t from = p->ring_points[ring];
            status = rasterise_ring(&r.cross, p->points + 2 * from, p->ring_points[ring + 1] - from, p->sizes[2 * mask],
                                    p->sizes[2 * mask + 1], out);
            run_starts[mask + 1] = out->n;
            continue;
        }
        status = rasterise_mask(&r, p, mask);
        for (int64_t k = 0; k < r.whole.n && status == ASSAY_OK; k++)
            status = assay_runs_add(out, r.whole.start[k], r.whole.end[k], floor);
        run_starts[mask + 1] = out->n;
    }
    assay_runs_free(&r.ring);
    assay_runs_free(&r.part);
    assay_runs_free(&r.whole);
    assay_runs_free(&r.spare);
    free(r.cross.column);
    free(r.cross.y);
    free(r.cross.count);
    free(r.cross.sorted);
    return status;
}

/* ---- COCO's run-length strings ---- */

/* Lengths of alternating unset and set runs, each but the first three as the difference to the one two before, five
 * bits to a character. Answers the number of the wrong mask, or -1. */
int assay_read_rle(const uint8_t *text, const int64_t *text_starts, const int32_t *sizes, int64_t n_masks,
                   int64_t *run_starts, assay_runs *out, int64_t *wrong) {
    *wrong = -1;
    run_starts[0] = 0;
    for (int64_t mask = 0; mask < n_masks; mask++) {
        int64_t floor = out->n, at = text_starts[mask], end = text_starts[mask + 1], total = 0, n = 0;
        int64_t area = (int64_t)sizes[2 * mask] * sizes[2 * mask + 1], before[2] = {0, 0};
        while (at < end) {
            int64_t count = 0;
            int shift = 0, more = 1;
            while (more) {
                int32_t c = at < end ? (int32_t)text[at] - 48 : -1;
                if (c < 0 || c > 63 || shift > 35) {
                    *wrong = mask;
                    return ASSAY_OK;
                }
                count |= (int64_t)(c & 0x1f) << shift;
                shift += 5;
                more = c & 0x20;
                at++;
                if (!more && (c & 0x10)) count |= -((int64_t)1 << shift);
            }
            if (n > 2) count += before[n & 1];
            if (count < 0 || total + count > area) {
                *wrong = mask;
                return ASSAY_OK;
            }
            if (n & 1) {
                int status = assay_runs_add(out, (int32_t)total, (int32_t)(total + count), floor);
                if (status != ASSAY_OK) return status;
            }
            before[n & 1] = count;
            total += count;
            n++;
        }
        if (total != area) {
            *wrong = mask;
            return ASSAY_OK;
        }
        run_starts[mask + 1] = out->n;
    }
    return ASSAY_OK;
}

static int64_t write_count(int64_t count, uint8_t *text) {
    int64_t n = 0;
    int more = 1;
    while (more) {
        int c = (int)(count & 0x1f);
        count >>= 5;
        more = (c & 0x10) ? count != -1 : count != 0;
        text[n++] = (uint8_t)((more ? c | 0x20 : c) + 48);
    }
    return n;
}

/* Write one mask; `text` has room for 7 characters a count, 2 * n + 1 counts. Answers the length. */
int64_t assay_write_rle(const int32_t *start, const int32_t *end, int64_t n, int64_t area, uint8_t *text) {
    int64_t length = 0, at = 0, number = 0, before[2] = {0, 0};
    for (int64_t k = 0; k <= 2 * n; k++) {
        int64_t until = k == 2 * n ? area : k % 2 == 0 ? start[k / 2] : end[k / 2], count = until - at;
        if (k == 2 * n && n > 0 && count == 0) break; /* nothing after the last set run */
        length += write_count(number > 2 ? count - before[number & 1] : count, text + length);
        before[number & 1] = count;
        number++;
        at = until;
    }
    return length;
}

/* ---- overlaps ---- */

void assay_mask_measure(const int64_t *run_starts, const int32_t *start, const int32_t *end, const int32_t *heights,
                        int64_t n_masks, int64_t *area, double *boxes) {
    for (int64_t mask = 0; mask < n_masks; mask++) {
        int64_t first = run_starts[mask], last = run_starts[mask + 1], total = 0;
        int32_t height = heights[mask], y_min = INT32_MAX, y_max = 0;
        int32_t top = first < last ? start[first] / height * height : 0; /* first pixel of the run's column */
        double *box = boxes + 4 * mask;
        for (int64_t k = first; k < last; k++) {
            if (start[k] - top >= height) {
                top += height; /* most often the next column */
                if (start[k] - top >= height) top = start[k] / height * height;
            }
            int32_t y0 = start[k] - top, y1 = end[k] - top;
            if (y1 > height) y0 = 0, y1 = height; /* goes on in the next column */
            total += end[k] - start[k];
            y_min = y0 < y_min ? y0 : y_min;
            y_max = y1 > y_max ? y1 : y_max;
        }
        area[mask] = total;
        box[0] = total ? start[first] / height : 0;
        box[1] = total ? y_min : 0;
        box[2] = total ? (end[last - 1] - 1) / height + 1 : 0;
        box[3] = y_max;
    }
}

/* First run in [from, to) that ends after `pixel`. */
static int64_t first_ending_after(const int32_t *end, int64_t from, int64_t to, int32_t pixel) {
    while (from < to) {
        int64_t mid = from + (to - from) / 2;
        if (end[mid] <= pixel) from = mid + 1;
        else to = mid;
    }
    return from;
}

static int64_t shared_pixels(const int32_t *a_start, const int32_t *a_end, int64_t i, int64_t i_end,
                             const int32_t *b_start, const int32_t *b_end, int64_t j, int64_t j_end) {
    int64_t common = 0;
    int32_t a0 = a_start[i], a1 = a_end[i], b0 = b_start[j], b1 = b_end[j];
    for (;;) {
        int32_t from = a0 > b0 ? a0 : b0, to = a1 < b1 ? a1 : b1;
        common += to > from ? to - from : 0;
        if (a1 <= b1) {
            if (++i == i_end) return common;
            a0 = a_start[i];
            a1 = a_end[i];
        } else {
            if (++j == j_end) return common;
            b0 = b_start[j];
            b1 = b_end[j];
        }
    }
}

void assay_mask_overlap(const int64_t *a_starts, const int32_t *a_start, const int32_t *a_end, const int64_t *b_starts,
                        const int32_t *b_start, const int32_t *b_end, const int64_t *rows, const int64_t *cols,
                        int64_t n_pairs, int64_t *out) {
    for (int64_t pair = 0; pair < n_pairs; pair++) {
        int64_t i = a_starts[rows[pair]], i_end = a_starts[rows[pair] + 1];
        int64_t j = b_starts[cols[pair]], j_end = b_starts[cols[pair] + 1], common = 0;
        if (i < i_end && j < j_end) {
            i = first_ending_after(a_end, i, i_end, b_start[j]);
            if (i < i_end) j = first_ending_after(b_end, j, j_end, a_start[i]);
        }
        if (i < i_end && j < j_end) common = shared_pixels(a_start, a_end, i, i_end, b_start, b_end, j, j_end);
        out[pair] = common;
    }
}
