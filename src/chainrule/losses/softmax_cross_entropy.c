// Twin of softmax_cross_entropy.py.
#include "classes.h"

// The label of row n, or -1 if there is no such class. Its loss and gradient are then NaN, so that
// training stops at it; the report comes from the reference engine, in words.
static int32_t label_of(const Array *y, long n, long K) {
  const int32_t label = ((const int32_t *)y->data)[n * y->stride];
  return label >= 0 && label < K ? label : -1;
}

static real score_of(const real *z, int32_t label) {
  return label < 0 ? NOT_A_NUMBER : z[label];
}

INLINE void block_losses(const Block *b, long n, long K, const Array *l, const Array *y) {
  real each[LANES] = {0};
  for (long r = 0; r < b->here; r++) each[r] = score_of(b->row[r], label_of(y, n + r, K));
  for (long r = 0; r < LANES; r++) each[r] = -(each[r] - b->largest[r] - logarithm(b->sum[r]));
  for (long r = 0; r < b->here; r++) l->data[(n + r) * l->stride] = each[r];
}

INLINE void block_gradients(Block *b, long n, const Array *dl, const Array *y, const Array *dz) {
  const long K = dz->size;
  real each[LANES] = {0}, *to[LANES];
  for (long r = 0; r < b->here; r++)
    each[r] = dl->data[(n + r) * dl->stride], to[r] = dz->data + (n + r) * dz->stride;
  for (long k = 0; k < K; k++)
    for (long r = 0; r < LANES; r++) b->e[LANES * k + r] /= b->sum[r];
  for (long r = 0; r < b->here; r++) {
    const int32_t label = label_of(y, n + r, K);
    b->e[LANES * (label < 0 ? 0 : label) + r] -= label < 0 ? NOT_A_NUMBER : 1;
  }
  for (long k = 0; k < K; k++)
    for (long r = 0; r < LANES; r++) b->e[LANES * k + r] *= each[r];
  turn_back(K, b->here, b->e, to, dz->add);
}

static void few_classes(long rows, const Array *a) {
  for (long n = 0; n < rows; n += LANES) {
    Block b;
    load_block(&b, n, rows, a + 1);
    block_losses(&b, n, a[1].size, a, a + 2);
  }
}

TAKES(softmax_cross_entropy, "(N,K) [N] -> (N)", 0);
void OP(softmax_cross_entropy)(long rows, const Array *a, const double *attr) { // l, z, y
  (void)attr;
  if (a[1].size <= FEW) {
    few_classes(rows, a);
    return;
  }
  for (long n = 0; n < rows; n++) {
    const real *z = a[1].data + n * a[1].stride;
    const Scores s = scores(a[1].size, z);
    // l = log(sum of exp z) - z[y]
    a[0].data[n * a[0].stride] = -log_softmax(&s, score_of(z, label_of(a + 2, n, a[1].size)));
  }
}

static void few_classes_backward(long rows, const Array *a) {
  for (long n = 0; n < rows; n += LANES) {
    Block b;
    load_block(&b, n, rows, a + 2);
    block_gradients(&b, n, a, a + 3, a + 4);
  }
}

// dl, l, z, y, dz
void OP(softmax_cross_entropy_backward)(long rows, const Array *a, const double *attr) {
  (void)attr;
  if (!a[4].data) return;
  if (a[2].size <= FEW) {
    few_classes_backward(rows, a);
    return;
  }
  for (long n = 0; n < rows; n++) {
    const real *z = a[2].data + n * a[2].stride, dl = a[0].data[n * a[0].stride];
    real *dz = a[4].data + n * a[4].stride;
    const int32_t label = label_of(a + 3, n, a[2].size), y = label < 0 ? 0 : label;
    const Scores s = scores(a[2].size, z);
    const real before = dz[y], p = exponential(z[y] - s.largest) / s.sum;
    softmax_gradient(a[2].size, &s, z, dl, 1, 0, dz, a[4].add); // dz = dl (softmax(z) - onehot(y))
    dz[y] = label < 0 ? NOT_A_NUMBER : dl * (p - 1) + (a[4].add ? before : 0);
  }
}

// a = l, z, y, -, dL, L, l, c, dl, -, -, dl, l, z, y, dz, -, -
void OP(softmax_cross_entropy_and_gradient)(long rows, const Array *a, const double *attr) {
  OP(weighted_sum_backward)(rows, a + 4, attr);
  if (a[1].size > FEW || !a[8].data || !a[15].data) {
    OP(softmax_cross_entropy)(rows, a, attr);
    OP(softmax_cross_entropy_backward)(rows, a + 11, attr);
    return;
  }
  for (long n = 0; n < rows; n += LANES) { // the exponentials serve both
    Block b;
    load_block(&b, n, rows, a + 1);
    block_losses(&b, n, a[1].size, a, a + 2);
    block_gradients(&b, n, a + 8, a + 2, a + 15);
  }
}

TAKES(smoothed_cross_entropy, "(N,K) [N] -> (N)", 1);
void OP(smoothed_cross_entropy)(long rows, const Array *a, const double *attr) { // l, z, y
  const real rate = (real)attr[0];
  const long K = a[1].size;
  for (long n = 0; n < rows; n++) { // l = -(1 - rate) log p[y] - rate (sum of log p) / K
    const real *z = a[1].data + n * a[1].stride;
    const Scores s = scores(K, z);
    real lane[LANES] = {0};
    for (long k = 0; k < K; k++) lane[k % LANES] += log_softmax(&s, z[k]);
    const real at_label = log_softmax(&s, score_of(z, label_of(a + 2, n, K)));
    a[0].data[n * a[0].stride] = -(1 - rate) * at_label - rate * (sum_lanes(lane) / (real)K);
  }
}

// dl, l, z, y, dz
void OP(smoothed_cross_entropy_backward)(long rows, const Array *a, const double *attr) {
  const real rate = (real)attr[0], spread = rate / (real)a[2].size;
  // dz = dl (softmax(z) - (1 - rate) onehot(y) - rate / K)
  for (long n = 0; n < rows && a[4].data; n++) {
    const real *z = a[2].data + n * a[2].stride, dl = a[0].data[n * a[0].stride];
    real *dz = a[4].data + n * a[4].stride;
    const int32_t y = label_of(a + 3, n, a[2].size);
    const Scores s = scores(a[2].size, z);
    for (long k = 0; k < a[2].size; k++) {
      const real d =
          dl * (exponential(z[k] - s.largest) / s.sum - spread - (k == y ? 1 - rate : 0));
      dz[k] = a[4].add ? dz[k] + d : d;
    }
  }
}

TAKES(distribution_cross_entropy, "(N,K) (N,K) -> (N)", 0);
void OP(distribution_cross_entropy)(long rows, const Array *a, const double *attr) { // l, z, y
  (void)attr;
  for (long n = 0; n < rows; n++) { // l = -(sum of y log p)
    const real *z = a[1].data + n * a[1].stride, *y = a[2].data + n * a[2].stride;
    const Scores s = scores(a[1].size, z);
    real lane[LANES] = {0};
    for (long k = 0; k < a[1].size; k++) lane[k % LANES] += y[k] * log_softmax(&s, z[k]);
    a[0].data[n * a[0].stride] = -sum_lanes(lane);
  }
}

// dl, l, z, y, dz
void OP(distribution_cross_entropy_backward)(long rows, const Array *a, const double *attr) {
  (void)attr;
  for (long n = 0; n < rows && a[4].data; n++) { // dz = dl (softmax(z) (sum of y) - y)
    const real *z = a[2].data + n * a[2].stride, *y = a[3].data + n * a[3].stride;
    const Scores s = scores(a[2].size, z);
    real lane[LANES] = {0};
    for (long k = 0; k < a[2].size; k++) lane[k % LANES] += y[k];
    softmax_gradient(a[2].size, &s, z, a[0].data[n * a[0].stride], sum_lanes(lane), y,
                     a[4].data + n * a[4].stride, a[4].add);
  }
}

TAKES(smooth, "(N,K) -> (N,K)", 1);
void OP(smooth)(long rows, const Array *a, const double *attr) { // t, y
  const real rate = (real)attr[0], spread = rate / (real)a[1].size;
  for (long n = 0; n < rows; n++) // t = (1 - rate) y + rate / K
    for (long k = 0; k < a[1].size; k++)
      a[0].data[n * a[0].stride + k] = (1 - rate) * a[1].data[n * a[1].stride + k] + spread;
}

void OP(smooth_backward)(long rows, const Array *a, const double *attr) { // dt, t, y, dy
  const real keep = 1 - (real)attr[0];
  for (long n = 0; n < rows && a[3].data; n++) // dy = dt (1 - rate)
    for (long k = 0; k < a[2].size; k++) {
      real *dy = a[3].data + n * a[3].stride + k;
      const real d = a[0].data[n * a[0].stride + k] * keep;
      *dy = a[3].add ? *dy + d : d;
    }
}
