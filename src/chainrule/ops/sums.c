// Twin of sums.py. The last axis has C numbers; the positions of an image are summed as rows are.
// Each call sums the rows of one leaf; the engine adds the leaves in the tree.
#include "kernels/fits.h"
#include "kernels/strips.h"

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

INLINE void sum_of_quotients(const int exact, const int vectors, const integer last, long count,
                             Divisor N, long c, Line x, real *sum) {
  Vector mu[4];
  EACH_VECTOR mu[v] = load_up_to(sum + c + v * WIDE, last);
  for (long i = 0; i < count; i++, x.at += x.step)
    EACH_VECTOR mu[v] += divided(exact, load_up_to(x.at + v * WIDE, last), N);
  EACH_VECTOR store_up_to(sum + c + v * WIDE, last, mu[v]);
}

INLINE void sum_of_means(const int exact, long rows, Array x, Divisor N, Array mu) {
  const long C = mu.size;
#define SUM(vectors, last, c) \
  sum_of_quotients(exact, vectors, last, s.count, N, c, line_of(x, s, C, c), mu.data)
  EACH_STRIP(s, rows, x.size / C, C) EACH_CHANNEL(C, 4, SUM);
#undef SUM
}

void OP(mean_rows)(long rows, const Array *a, const double *attr) {
  enum { MU, X, N };
  (void)attr;
  const Divisor by = divisor_of(a[N].data[0]);
  start_sum(a[MU]);
  if (by.inverse) // mu = sum over n of x / N
    sum_of_means(1, rows, a[X], by, a[MU]);
  else
    sum_of_means(0, rows, a[X], by, a[MU]);
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

INLINE void sum_of_squares(const int exact, const int vectors, const integer last, long count,
                           const real *mu, Divisor N, long c, Line x, real *sum) {
  Vector mean[4], var[4];
  EACH_VECTOR mean[v] = load_up_to(mu + c + v * WIDE, last),
              var[v] = load_up_to(sum + c + v * WIDE, last);
  for (long i = 0; i < count; i++, x.at += x.step) EACH_VECTOR {
      const Vector centered = load_up_to(x.at + v * WIDE, last) - mean[v];
      var[v] += divided(exact, centered * centered, N);
    }
  EACH_VECTOR store_up_to(sum + c + v * WIDE, last, var[v]);
}

INLINE void sum_of_variances(const int exact, long rows, Array x, const real *mu, Divisor N,
                             Array v) {
  const long C = v.size;
#define SUM(vectors, last, c) \
  sum_of_squares(exact, vectors, last, s.count, mu, N, c, line_of(x, s, C, c), v.data)
  EACH_STRIP(s, rows, x.size / C, C) EACH_CHANNEL(C, 4, SUM);
#undef SUM
}

void OP(variance_rows)(long rows, const Array *a, const double *attr) {
  enum { V, X, MU, N };
  (void)attr;
  const Divisor by = divisor_of(a[N].data[0]);
  start_sum(a[V]);
  if (by.inverse) // v = sum over n of (x - mu)^2 / N
    sum_of_variances(1, rows, a[X], a[MU].data, by, a[V]);
  else
    sum_of_variances(0, rows, a[X], a[MU].data, by, a[V]);
}

// dx = 2 dv (x - mu) / N,   dmu = -2 dv sum over n of (x - mu) / N
INLINE void variance_strip(const int exact, const int vectors, const integer last, long count,
                           const Array *a, Divisor N, long c, Line x, Line dx) {
  enum { DV, V, X, MU, ROWS, DX, DMU };
  const real *mu = a[MU].data, *dv = a[DV].data;
  real *dmu = a[DMU].data;
  Vector mean[4], twice[4], sum[4] = {{0}};
  EACH_VECTOR {
    const long at = c + v * WIDE;
    mean[v] = load_up_to(mu + at, last), twice[v] = 2 * load_up_to(dv + at, last);
    if (dmu) sum[v] = load_up_to(dmu + at, last);
  }
  for (long i = 0; i < count; i++, x.at += x.step, dx.at += dx.step) EACH_VECTOR {
      const Vector centered = load_up_to(x.at + v * WIDE, last) - mean[v];
      const Vector each = divided(exact, twice[v] * centered, N);
      sum[v] -= each;
      if (!dx.at) continue;
      real *to = dx.at + v * WIDE;
      store_up_to(to, last, a[DX].add ? load_up_to(to, last) + each : each);
    }
  EACH_VECTOR if (dmu) store_up_to(dmu + c + v * WIDE, last, sum[v]);
}

INLINE void variance_gradients(const int exact, long rows, const Array *a, Divisor by) {
  enum { DV, V, X, MU, N, DX, DMU, DN };
  const long C = a[DV].size;
#define STRIP_OF(vectors, last, c)                                                \
  variance_strip(exact, vectors, last, s.count, a, by, c, line_of(a[X], s, C, c), \
                 line_of(a[DX], s, C, c))
  EACH_STRIP(s, rows, a[X].size / C, C) EACH_CHANNEL(C, 4, STRIP_OF);
#undef STRIP_OF
}

void OP(variance_rows_backward)(long rows, const Array *a, const double *attr) {
  enum { DV, V, X, MU, N, DX, DMU, DN };
  (void)attr;
  const Divisor by = divisor_of(a[N].data[0]);
  start_sum(a[DMU]);
  if (by.inverse)
    variance_gradients(1, rows, a, by);
  else
    variance_gradients(0, rows, a, by);
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
