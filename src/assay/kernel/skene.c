/* Dawid and Skene's model of people who confuse classes: one EM round over votes sorted by task. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay_kernel.h"

#define RESCALE_EVERY 16 /* votes; no factor is below 1e-10, so the product stays far from the smallest double */

/* Chances are multiplied, not their logarithms added: no exponential is needed. `classes` is a constant at every call. */
static inline double one_round(const assay_votes *v, const int32_t classes, const double *prior, const double *error,
                               double *posterior, double *counts) {
    double likelihood = 0, pending = 1;
    for (int64_t task = 0; task < v->n_tasks; task++) {
        double *p = posterior + task * classes;
        for (int32_t c = 0; c < classes; c++) p[c] = prior[c];
        for (int64_t at = v->starts[task]; at < v->starts[task + 1]; at++) {
            const double *row = error + ((int64_t)v->workers[at] * classes + v->labels[at]) * classes;
            for (int32_t c = 0; c < classes; c++) p[c] *= row[c];
            if ((at - v->starts[task]) % RESCALE_EVERY == RESCALE_EVERY - 1) {
                double top = p[0];
                for (int32_t c = 1; c < classes; c++) top = p[c] > top ? p[c] : top;
                for (int32_t c = 0; c < classes; c++) p[c] /= top;
                likelihood += log(top);
            }
        }
        double total = 0;
        for (int32_t c = 0; c < classes; c++) total += p[c];
        for (int32_t c = 0; c < classes; c++) p[c] /= total;
        pending *= total;
        if (pending < 1e-100 || pending > 1e100) {
            likelihood += log(pending);
            pending = 1;
        }
        for (int64_t at = v->starts[task]; at < v->starts[task + 1]; at++) {
            double *row = counts + ((int64_t)v->workers[at] * classes + v->labels[at]) * classes;
            for (int32_t c = 0; c < classes; c++) row[c] += p[c];
        }
    }
    return likelihood + log(pending);
}

/* E step for every task and M step's sums in one pass over the votes.
 * error is (n_workers, n_classes of the vote, n_classes of the truth): P(vote | truth); counts has the same shape. */
double assay_skene_round(const assay_votes *v, const double *prior, const double *error, double *posterior,
                         double *counts) {
    memset(counts, 0, sizeof(double) * (size_t)v->n_workers * (size_t)v->n_classes * (size_t)v->n_classes);
    switch (v->n_classes) {
    case 2: return one_round(v, 2, prior, error, posterior, counts);
    case 3: return one_round(v, 3, prior, error, posterior, counts);
    case 4: return one_round(v, 4, prior, error, posterior, counts);
    case 10: return one_round(v, 10, prior, error, posterior, counts);
    default: return one_round(v, v->n_classes, prior, error, posterior, counts);
    }
}
