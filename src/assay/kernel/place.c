/* Robust weighted means of boxes, group by group: the weighted median of every side, then three Huber steps. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay_kernel.h"

#define N_STEPS 3

typedef struct {
    double value, weight;
} weighted;

/* Sort by value; groups are a handful of people, seldom more. */
static void sort_values(weighted *v, int64_t n) {
    for (int64_t gap = n / 2; gap > 0; gap /= 2) {
        for (int64_t i = gap; i < n; i++) {
            weighted x = v[i];
            int64_t at = i;
            for (; at >= gap && v[at - gap].value > x.value; at -= gap) v[at] = v[at - gap];
            v[at] = x;
        }
    }
}

/* Midway between two values when exactly half of the weight lies on each side. */
static double median_of(weighted *v, int64_t n) {
    sort_values(v, n);
    double total = 0, running = 0;
    for (int64_t i = 0; i < n; i++) total += v[i].weight;
    for (int64_t i = 0; i < n; i++) {
        running += v[i].weight;
        if (running < total / 2 - 1e-9 * total) continue;
        if (running <= total / 2 + 1e-9 * total && i + 1 < n) return (v[i].value + v[i + 1].value) / 2;
        return v[i].value;
    }
    return v[n - 1].value;
}

static double size_of(const double *box, int side) {
    double size = side % 2 == 0 ? box[2] - box[0] : box[3] - box[1];
    return size > 1e-9 ? size : 1e-9;
}

static void huber_step(const double *boxes, const double *weights, int64_t n, double reach, double least_spread,
                       weighted *scratch, double *fused) {
    double spread = 0, old[4];
    memcpy(old, fused, sizeof old);
    for (int side = 0; side < 4; side++) {
        for (int64_t i = 0; i < n; i++)
            scratch[i] = (weighted){fabs(boxes[4 * i + side] - old[side]) / size_of(old, side), 1};
        spread += 1.4826 * median_of(scratch, n) / 4;
    }
    if (spread < least_spread) spread = least_spread;
    for (int side = 0; side < 4; side++) {
        double sum = 0, total = 0;
        for (int64_t i = 0; i < n; i++) {
            double off = fabs(boxes[4 * i + side] - old[side]) / size_of(old, side);
            double share = reach * spread / (off > 1e-12 ? off : 1e-12);
            double weight = weights[i] * (share < 1 ? share : 1);
            sum += weight * boxes[4 * i + side];
            total += weight;
        }
        fused[side] = sum / total;
    }
}

int assay_robust_means(const int64_t *starts, int64_t n_groups, const double *boxes, const double *weights, double reach,
                       double least_spread, double *fused) {
    int64_t largest = 0;
    for (int64_t g = 0; g < n_groups; g++)
        if (starts[g + 1] - starts[g] > largest) largest = starts[g + 1] - starts[g];
    weighted *scratch = malloc(sizeof(weighted) * (size_t)(largest + 1));
    if (scratch == NULL) return ASSAY_NO_MEMORY;
    for (int64_t g = 0; g < n_groups; g++) {
        int64_t first = starts[g], n = starts[g + 1] - first;
        double *box = fused + 4 * g;
        for (int side = 0; side < 4; side++) {
            for (int64_t i = 0; i < n; i++)
                scratch[i] = (weighted){boxes[4 * (first + i) + side], weights[first + i]};
            box[side] = median_of(scratch, n);
        }
        for (int step = 0; step < N_STEPS && n > 1; step++)
            huber_step(boxes + 4 * first, weights + first, n, reach, least_spread, scratch, box);
    }
    free(scratch);
    return ASSAY_OK;
}
