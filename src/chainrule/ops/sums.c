// Twin of sums.py. C numbers on the last axis; the positions of an image are summed as rows are. A
// sum over this leaf's rows: the leaves are added in the tree, by the engine.
#include "kernels/fits.h"
#include "kernels/loops.h"

// Return 1 if s has a number for each channel of x.
static int sums_fit(const Array *s, const Array *x) {
  const int positions = x->stride == 0 ? x->ndim - 1 : x->ndim; // of a shared x, axis 0 is summed
  if (positions < 1) return s->ndim == 0;
  return s->ndim == 1 && s->shape[0] == x->shape[x->ndim - 1];
}

TAKES(sum_rows, "(n,*x) -> (*s)", 0);

int OP(sum_rows_fits)(const Array *a, int32_t count, const double *attr) { // s, x
  (void)count, (void)attr;
  return sums_fit(a, a + 1);
}

void OP(sum_rows)(long rows, const Array *a, const double *attr) { // s, x
  (void)attr;
  const long C = a[0].size;
  start_sum(a[0]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[1].size; p += C) {
      const real *x = row_of(a[1], n) + p;
      ADD_TO_SUM(a[0], c, C, x[c]); // s = sum over n of x
    }
}

void OP(sum_rows_backward)(long rows, const Array *a, const double *attr) { // ds, s, x, dx
  (void)attr;
  const long C = a[0].size;
  if (!a[3].data) return;
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[2].size; p += C) CONTRIBUTE(a[3], n, p, C, c, a[0].data[c]); // dx = ds
}

TAKES(mean_rows, "(n,*x) () -> (*s)", 0);

int OP(mean_rows_fits)(const Array *a, int32_t count, const double *attr) { // mu, x, N
  (void)count, (void)attr;
  return sums_fit(a, a + 1);
}

void OP(mean_rows)(long rows, const Array *a, const double *attr) { // mu, x, N
  (void)attr;
  const long C = a[0].size;
  const real N = a[2].data[0];
  start_sum(a[0]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[1].size; p += C) {
      const real *x = row_of(a[1], n) + p;
      ADD_TO_SUM(a[0], c, C, x[c] / N); // mu = sum over n of x / N
    }
}

void OP(mean_rows_backward)(long rows, const Array *a, const double *attr) { // dmu, mu, x, N, dx, -
  (void)attr;
  const long C = a[0].size;
  const real N = a[3].data[0];
  if (!a[4].data) return;
  for (long n = 0; n < rows; n++)
    // dx = dmu / N
    for (long p = 0; p < a[2].size; p += C) CONTRIBUTE(a[4], n, p, C, c, a[0].data[c] / N);
}

TAKES(variance_rows, "(n,*x) (*s) () -> (*s)", 0);

int OP(variance_rows_fits)(const Array *a, int32_t count, const double *attr) { // v, x, mu, N
  (void)count, (void)attr;
  return sums_fit(a, a + 1);
}

void OP(variance_rows)(long rows, const Array *a, const double *attr) { // v, x, mu, N
  (void)attr;
  const long C = a[0].size;
  const real *mu = a[2].data, N = a[3].data[0];
  start_sum(a[0]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[1].size; p += C) {
      const real *x = row_of(a[1], n) + p;
      // v = sum over n of (x - mu)^2 / N
      ADD_TO_SUM(a[0], c, C, (x[c] - mu[c]) * (x[c] - mu[c]) / N);
    }
}

void OP(variance_rows_backward)(long rows, const Array *a, const double *attr) {
  // dv, v, x, mu, N, dx, dmu, -
  (void)attr;
  const long C = a[0].size;
  const real *dv = a[0].data, *mu = a[3].data, N = a[4].data[0];
  start_sum(a[6]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[2].size; p += C) {
      const real *x = row_of(a[2], n) + p;
      // dx = 2 dv (x - mu) / N
      if (a[5].data) CONTRIBUTE(a[5], n, p, C, c, 2 * dv[c] * (x[c] - mu[c]) / N);
      // dmu = -2 dv sum over n of (x - mu) / N
      if (a[6].data) ADD_TO_SUM(a[6], c, C, -(2 * dv[c] * (x[c] - mu[c]) / N));
    }
}

TAKES(count_positions, "() -> ()", 1);
void OP(count_positions)(long rows, const Array *a, const double *attr) { // M, N
  (void)rows;
  a[0].data[0] = a[1].data[0] * (real)attr[0]; // M = positions N
}

void OP(count_positions_backward)(long rows, const Array *a, const double *attr) { // dM, M, N, dN
  (void)rows;
  if (a[3].data) CONTRIBUTE(a[3], 0, 0, 1, i, a[0].data[0] * (real)attr[0]); // dN = positions dM
}
