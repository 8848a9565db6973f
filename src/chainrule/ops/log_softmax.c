// Twin of log_softmax.py: over the last axis, K numbers.
#include "kernels/lanes.h"
#include "kernels/loops.h"

TAKES(log_softmax, "(n,*,K) -> (n,*,K)", 0);

void OP(log_softmax)(long rows, const Array *a, const double *attr) {
  enum { A, Z };
  (void)attr;
  const long K = last_axis(a[Z]), vectors = rows * (a[Z].size / K);
  for (long v = 0; v < vectors; v += LANES) {
    const long count = vectors - v < LANES ? vectors - v : LANES;
    const real *z[LANES];
    real m[LANES] = {0}, sum[LANES] = {0};
    for (long r = 0; r < LANES; r++) z[r] = vector_of(a[Z], v + (r < count ? r : 0), K);
    largest_and_sums(K, count, z, m, sum);
    for (int r = 0; r < LANES; r++) sum[r] = logarithm(sum[r]);
    for (long r = 0; r < count; r++) {
      real *y = vector_of(a[A], v + r, K);
      // a = z - log sum over k of exp(z)
      INDEPENDENT for (long k = 0; k < K; k++) y[k] = z[r][k] - m[r] - sum[r];
    }
  }
}

void OP(log_softmax_backward)(long rows, const Array *a, const double *attr) {
  enum { DA, A, Z, DZ };
  (void)attr;
  const long K = last_axis(a[Z]);
  if (!a[DZ].data) return;
  for (long n = 0; n < rows; n++)
    for (long first = 0; first < a[Z].size; first += K) {
      const real *da = row_of(a[DA], n) + first, *y = row_of(a[A], n) + first;
      real sum;
      SUM_OVER(k, K, da[k], sum);
      // dz = da - exp(a) sum over k of da
      CONTRIBUTE(a[DZ], n, first, K, k, da[k] - exponential(y[k]) * sum);
    }
}
