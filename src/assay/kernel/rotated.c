/* How much two rotated boxes share: one is turned into the frame of the other and clipped by its four sides. */
#include <math.h>

#include "assay_kernel.h"

typedef struct {
    double x, y;
} point;

/* Keep the part of a polygon with side * coordinate <= limit; coordinate is x or y. */
static int clip(const point *in, int n, point *out, int along_y, double side, double limit) {
    int kept = 0;
    for (int i = 0; i < n; i++) {
        point a = in[i], b = in[(i + 1) % n];
        double da = side * (along_y ? a.y : a.x) - limit, db = side * (along_y ? b.y : b.x) - limit;
        if (da <= 0) out[kept++] = a;
        if ((da < 0 && db > 0) || (da > 0 && db < 0)) {
            double t = da / (da - db);
            out[kept++] = (point){a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)};
        }
    }
    return kept;
}

static double shared(const double *a, const double *b) {
    double turn = b[4] - a[4], c = cos(turn), s = sin(turn), ca = cos(a[4]), sa = sin(a[4]);
    double dx = b[0] - a[0], dy = b[1] - a[1];
    double x = dx * ca + dy * sa, y = dy * ca - dx * sa; /* centre of b in the frame of a */
    double w = b[2] / 2, h = b[3] / 2;
    point one[16], two[16];
    const double corner[4][2] = {{-w, -h}, {w, -h}, {w, h}, {-w, h}};
    for (int k = 0; k < 4; k++)
        one[k] = (point){x + corner[k][0] * c - corner[k][1] * s, y + corner[k][0] * s + corner[k][1] * c};
    int n = clip(one, 4, two, 0, 1, a[2] / 2);
    n = clip(two, n, one, 0, -1, a[2] / 2);
    n = clip(one, n, two, 1, 1, a[3] / 2);
    n = clip(two, n, one, 1, -1, a[3] / 2);
    double twice = 0;
    for (int i = 1; i + 1 < n; i++)
        twice += (one[i].x - one[0].x) * (one[i + 1].y - one[0].y) - (one[i + 1].x - one[0].x) * (one[i].y - one[0].y);
    return fabs(twice) / 2;
}

/* The same two boxes always in the same order, so that the answer is symmetric to the last bit. */
static int in_order(const double *a, const double *b) {
    for (int k = 0; k < 5; k++)
        if (a[k] != b[k]) return a[k] < b[k];
    return 1;
}

void assay_rotated_overlap(const double *a, const double *b, const int64_t *rows, const int64_t *cols, int64_t n_pairs,
                           double *out) {
    for (int64_t pair = 0; pair < n_pairs; pair++) {
        const double *one = a + 5 * rows[pair], *two = b + 5 * cols[pair];
        out[pair] = in_order(one, two) ? shared(one, two) : shared(two, one);
    }
}
