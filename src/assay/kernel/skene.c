/* Dawid and Skene's model of people who confuse classes: one EM round over votes sorted by task. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay_kernel.h"

/* E step for every task and M step's sums in one pass over the votes.
 * log_error is (n_workers, n_classes of the vote, n_classes of the truth): log P(vote | truth); counts has the same shape. */
double assay_skene_round(const assay_votes *v, const double *log_prior, const double *log_error, double *posterior,
                         double *counts) {
    int32_t k = v->n_classes;
    double likelihood = 0;
    memset(counts, 0, sizeof(double) * (size_t)v->n_workers * (size_t)k * (size_t)k);
    for (int64_t task = 0; task < v->n_tasks; task++) {
        double *p = posterior + task * k;
        for (int32_t c = 0; c < k; c++) p[c] = log_prior[c];
        for (int64_t at = v->starts[task]; at < v->starts[task + 1]; at++) {
            const double *row = log_error + ((int64_t)v->workers[at] * k + v->labels[at]) * k;
            for (int32_t c = 0; c < k; c++) p[c] += row[c];
        }
        double top = p[0], total = 0;
        for (int32_t c = 1; c < k; c++) top = p[c] > top ? p[c] : top;
        for (int32_t c = 0; c < k; c++) {
            p[c] = exp(p[c] - top);
            total += p[c];
        }
        for (int32_t c = 0; c < k; c++) p[c] /= total;
        likelihood += top + log(total);
        for (int64_t at = v->starts[task]; at < v->starts[task + 1]; at++) {
            double *row = counts + ((int64_t)v->workers[at] * k + v->labels[at]) * k;
            for (int32_t c = 0; c < k; c++) row[c] += p[c];
        }
    }
    return likelihood;
}
