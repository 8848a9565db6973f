// Twin of softmax_cross_entropy.py.
#include "classes.h"

// The label of row n, or -1 if there is no such class. Its loss and its gradient are then NaN, so
// that training stops at it; the message comes from the reference engine.
INLINE int32_t label_of(const Array *y, long n, long K) {
  const int32_t label = ((const int32_t *)y->data)[n * y->stride];
  return label >= 0 && label < K ? label : -1;
}

INLINE real score_of(const real *z, int32_t label) {
  return label < 0 ? NOT_A_NUMBER : z[label];
}

// ---- labels

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
  enum { L, Z, Y };
  for (long n = 0; n < rows; n += LANES) {
    Block b;
    load_block(&b, n, rows, a + Z);
    block_losses(&b, n, a[Z].size, a + L, a + Y);
  }
}

TAKES(softmax_cross_entropy, "(N,K) [N] -> (N)", 0);

void OP(softmax_cross_entropy)(long rows, const Array *a, const double *attr) {
  enum { L, Z, Y };
  (void)attr;
  if (a[Z].size <= FEW) {
    few_classes(rows, a);
    return;
  }
  for (long n = 0; n < rows; n++) {
    const real *z = a[Z].data + n * a[Z].stride;
    const Scores s = scores(a[Z].size, z);
    // l = log(sum of exp z) - z[y]
    a[L].data[n * a[L].stride] = -log_softmax(&s, score_of(z, label_of(a + Y, n, a[Z].size)));
  }
}

static void few_classes_backward(long rows, const Array *a) {
  enum { DL, L, Z, Y, DZ };
  for (long n = 0; n < rows; n += LANES) {
    Block b;
    load_block(&b, n, rows, a + Z);
    block_gradients(&b, n, a + DL, a + Y, a + DZ);
  }
}

void OP(softmax_cross_entropy_backward)(long rows, const Array *a, const double *attr) {
  enum { DL, L, Z, Y, DZ };
  (void)attr;
  if (!a[DZ].data) return;
  if (a[Z].size <= FEW) {
    few_classes_backward(rows, a);
    return;
  }
  for (long n = 0; n < rows; n++) {
    const real *z = a[Z].data + n * a[Z].stride, dl = a[DL].data[n * a[DL].stride];
    real *dz = a[DZ].data + n * a[DZ].stride;
    const int32_t label = label_of(a + Y, n, a[Z].size), y = label < 0 ? 0 : label;
    const Scores s = scores(a[Z].size, z);
    const real before = dz[y], p = exponential(z[y] - s.largest) / s.sum;
    // dz = dl (softmax(z) - onehot(y))
    softmax_gradient(a[Z].size, &s, z, dl, 1, 0, dz, a[DZ].add);
    dz[y] = label < 0 ? NOT_A_NUMBER : dl * (p - 1) + (a[DZ].add ? before : 0);
  }
}

void OP(softmax_cross_entropy_and_gradient)(long rows, const Array *a, const double *attr) {
  // arguments of softmax_cross_entropy, of weighted_sum_backward and of
  // softmax_cross_entropy_backward; each group ends with its scratch
  enum { L, Z, Y, WORK };
  enum { SUM = WORK + 1, SUM_TOTAL, SUM_L, SUM_C, DL, DC, SUM_WORK };
  enum { BACK = SUM_WORK + 1, BACK_L, BACK_Z, BACK_Y, DZ };
  OP(weighted_sum_backward)(rows, a + SUM, attr);
  if (a[Z].size > FEW || !a[DL].data || !a[DZ].data) {
    OP(softmax_cross_entropy)(rows, a, attr);
    OP(softmax_cross_entropy_backward)(rows, a + BACK, attr);
    return;
  }
  for (long n = 0; n < rows; n += LANES) { // losses and gradients use the same exponentials
    Block b;
    load_block(&b, n, rows, a + Z);
    block_losses(&b, n, a[Z].size, a + L, a + Y);
    block_gradients(&b, n, a + DL, a + Y, a + DZ);
  }
}

// ---- smoothed labels

TAKES(smoothed_cross_entropy, "(N,K) [N] -> (N)", 1);

void OP(smoothed_cross_entropy)(long rows, const Array *a, const double *attr) {
  enum { L, Z, Y };
  const real rate = (real)attr[0];
  const long K = a[Z].size;
  for (long n = 0; n < rows; n++) { // l = -(1 - rate) log p[y] - rate (sum of log p) / K
    const real *z = a[Z].data + n * a[Z].stride;
    const Scores s = scores(K, z);
    real lane[LANES] = {0};
    for (long k = 0; k < K; k++) lane[k % LANES] += log_softmax(&s, z[k]);
    const real at_label = log_softmax(&s, score_of(z, label_of(a + Y, n, K)));
    a[L].data[n * a[L].stride] = -(1 - rate) * at_label - rate * (sum_lanes(lane) / (real)K);
  }
}

void OP(smoothed_cross_entropy_backward)(long rows, const Array *a, const double *attr) {
  enum { DL, L, Z, Y, DZ };
  const real rate = (real)attr[0], spread = rate / (real)a[Z].size;
  // dz = dl (softmax(z) - (1 - rate) onehot(y) - rate / K)
  for (long n = 0; n < rows && a[DZ].data; n++) {
    const real *z = a[Z].data + n * a[Z].stride, dl = a[DL].data[n * a[DL].stride];
    real *dz = a[DZ].data + n * a[DZ].stride;
    const int32_t y = label_of(a + Y, n, a[Z].size);
    const Scores s = scores(a[Z].size, z);
    for (long k = 0; k < a[Z].size; k++) {
      const real p = exponential(z[k] - s.largest) / s.sum;
      const real d = dl * (p - spread - (k == y ? 1 - rate : 0));
      dz[k] = a[DZ].add ? dz[k] + d : d;
    }
  }
}

// ---- distributions

TAKES(distribution_cross_entropy, "(N,K) (N,K) -> (N)", 0);

void OP(distribution_cross_entropy)(long rows, const Array *a, const double *attr) {
  enum { L, Z, Y };
  (void)attr;
  for (long n = 0; n < rows; n++) { // l = -(sum of y log p)
    const real *z = a[Z].data + n * a[Z].stride, *y = a[Y].data + n * a[Y].stride;
    const Scores s = scores(a[Z].size, z);
    real lane[LANES] = {0};
    for (long k = 0; k < a[Z].size; k++) lane[k % LANES] += y[k] * log_softmax(&s, z[k]);
    a[L].data[n * a[L].stride] = -sum_lanes(lane);
  }
}

void OP(distribution_cross_entropy_backward)(long rows, const Array *a, const double *attr) {
  enum { DL, L, Z, Y, DZ };
  (void)attr;
  for (long n = 0; n < rows && a[DZ].data; n++) { // dz = dl (softmax(z) (sum of y) - y)
    const real *z = a[Z].data + n * a[Z].stride, *y = a[Y].data + n * a[Y].stride;
    const Scores s = scores(a[Z].size, z);
    real lane[LANES] = {0};
    for (long k = 0; k < a[Z].size; k++) lane[k % LANES] += y[k];
    softmax_gradient(a[Z].size, &s, z, a[DL].data[n * a[DL].stride], sum_lanes(lane), y,
                     a[DZ].data + n * a[DZ].stride, a[DZ].add);
  }
}

// ---- smoothed distributions

TAKES(smooth, "(N,K) -> (N,K)", 1);

void OP(smooth)(long rows, const Array *a, const double *attr) {
  enum { T, Y };
  const real rate = (real)attr[0], spread = rate / (real)a[Y].size;
  for (long n = 0; n < rows; n++) { // t = (1 - rate) y + rate / K
    const real *y = a[Y].data + n * a[Y].stride;
    real *t = a[T].data + n * a[T].stride;
    for (long k = 0; k < a[Y].size; k++) t[k] = (1 - rate) * y[k] + spread;
  }
}

void OP(smooth_backward)(long rows, const Array *a, const double *attr) {
  enum { DT, T, Y, DY };
  const real keep = 1 - (real)attr[0];
  for (long n = 0; n < rows && a[DY].data; n++) { // dy = dt (1 - rate)
    const real *dt = a[DT].data + n * a[DT].stride;
    CONTRIBUTE(a[DY], n, 0, a[Y].size, k, dt[k] * keep);
  }
}
