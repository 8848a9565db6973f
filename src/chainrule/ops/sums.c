// Twin of sums.py. The last axis has C numbers; the positions of an image are summed as rows are.
// Each call sums the rows of one leaf; the engine adds the leaves in the tree.
#include "kernels/fits.h"
#include "kernels/loops.h"

// Return 1 if s has a number for each channel of x.
static int sums_fit(const Array *s, const Array *x) {
  const int positions = x->stride == 0 ? x->ndim - 1 : x->ndim; // of a shared x, axis 0 is summed
  if (positions < 1) return s->ndim == 0;
  return s->ndim == 1 && s->shape[0] == x->shape[x->ndim - 1];
}

TAKES(sum_rows, "(n,*x) -> (*s)", 0);

int OP(sum_rows_fits)(const Array *a, int32_t count, const double *attr) {
  enum { S, X };
  (void)count, (void)attr;
  return sums_fit(a + S, a + X);
}

void OP(sum_rows)(long rows, const Array *a, const double *attr) {
  enum { S, X };
  (void)attr;
  const long C = a[S].size;
  start_sum(a[S]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[X].size; p += C) {
      const real *x = row_of(a[X], n) + p;
      ADD_TO_SUM(a[S], c, C, x[c]); // s = sum over n of x
    }
}

void OP(sum_rows_backward)(long rows, const Array *a, const double *attr) {
  enum { DS, S, X, DX };
  (void)attr;
  const long C = a[DS].size;
  if (!a[DX].data) return;
  for (long n = 0; n < rows; n++) // dx = ds
    for (long p = 0; p < a[X].size; p += C) CONTRIBUTE(a[DX], n, p, C, c, a[DS].data[c]);
}

TAKES(mean_rows, "(n,*x) () -> (*s)", 0);

int OP(mean_rows_fits)(const Array *a, int32_t count, const double *attr) {
  enum { MU, X, N };
  (void)count, (void)attr;
  return sums_fit(a + MU, a + X);
}

void OP(mean_rows)(long rows, const Array *a, const double *attr) {
  enum { MU, X, N };
  (void)attr;
  const long C = a[MU].size;
  const real rows_in_all = a[N].data[0];
  start_sum(a[MU]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[X].size; p += C) {
      const real *x = row_of(a[X], n) + p;
      ADD_TO_SUM(a[MU], c, C, x[c] / rows_in_all); // mu = sum over n of x / N
    }
}

void OP(mean_rows_backward)(long rows, const Array *a, const double *attr) {
  enum { DMU, MU, X, N, DX, DN };
  (void)attr;
  const long C = a[DMU].size;
  const real rows_in_all = a[N].data[0];
  if (!a[DX].data) return;
  const real *dmu = a[DMU].data;
  for (long n = 0; n < rows; n++) // dx = dmu / N
    for (long p = 0; p < a[X].size; p += C) CONTRIBUTE(a[DX], n, p, C, c, dmu[c] / rows_in_all);
}

TAKES(variance_rows, "(n,*x) (*s) () -> (*s)", 0);

int OP(variance_rows_fits)(const Array *a, int32_t count, const double *attr) {
  enum { V, X, MU, N };
  (void)count, (void)attr;
  return sums_fit(a + V, a + X);
}

void OP(variance_rows)(long rows, const Array *a, const double *attr) {
  enum { V, X, MU, N };
  (void)attr;
  const long C = a[V].size;
  const real *mu = a[MU].data, rows_in_all = a[N].data[0];
  start_sum(a[V]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[X].size; p += C) {
      const real *x = row_of(a[X], n) + p;
      // v = sum over n of (x - mu)^2 / N
      ADD_TO_SUM(a[V], c, C, (x[c] - mu[c]) * (x[c] - mu[c]) / rows_in_all);
    }
}

void OP(variance_rows_backward)(long rows, const Array *a, const double *attr) {
  enum { DV, V, X, MU, N, DX, DMU, DN };
  (void)attr;
  const long C = a[DV].size;
  const real *dv = a[DV].data, *mu = a[MU].data, rows_in_all = a[N].data[0];
  start_sum(a[DMU]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[X].size; p += C) {
      const real *x = row_of(a[X], n) + p;
      // dx = 2 dv (x - mu) / N
      if (a[DX].data) CONTRIBUTE(a[DX], n, p, C, c, 2 * dv[c] * (x[c] - mu[c]) / rows_in_all);
      // dmu = -2 dv sum over n of (x - mu) / N
      if (a[DMU].data) ADD_TO_SUM(a[DMU], c, C, -(2 * dv[c] * (x[c] - mu[c]) / rows_in_all));
    }
}

TAKES(count_positions, "() -> ()", 1);

void OP(count_positions)(long rows, const Array *a, const double *attr) {
  enum { M, N };
  (void)rows;
  a[M].data[0] = a[N].data[0] * (real)attr[0]; // M = positions N
}

void OP(count_positions_backward)(long rows, const Array *a, const double *attr) {
  enum { DM, M, N, DN };
  (void)rows;
  const real positions = (real)attr[0];
  if (a[DN].data) CONTRIBUTE(a[DN], 0, 0, 1, i, a[DM].data[0] * positions); // dN = positions dM
}
