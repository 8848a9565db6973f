// Twin of softmax.py: over the last axis, K numbers.
#include "kernels/lanes.h"
#include "kernels/loops.h"

// p = softmax(z) = exp(z - m) / sum over k of exp(z - m), m the largest z, so that nothing
// overflows.
static void one(long K, const real *z, real *p) {
  const real sum = exponentials(K, z, largest(K, z), p);
  INDEPENDENT for (long k = 0; k < K; k++) p[k] /= sum;
}

// The same for up to 16 short vectors at once.
static void sixteen(long K, long count, const real *const *z, real *const *p) {
  real e[LANES * FEW], m[LANES], sum[LANES];
  turn_rows(K, z, e);
  exponentials_of_rows(K, e, m, sum);
  for (long k = 0; k < K; k++)
    for (int r = 0; r < LANES; r++) e[LANES * k + r] /= sum[r];
  turn_back(K, count, e, p, 0);
}

TAKES(softmax, "(n,*,K) -> (n,*,K)", 0);

void OP(softmax)(long rows, const Array *a, const double *attr) {
  enum { P, Z };
  (void)attr;
  const long K = last_axis(a[Z]), vectors = rows * (a[Z].size / K);
  for (long v = 0; v < vectors; v += LANES) {
    const long count = vectors - v < LANES ? vectors - v : LANES;
    const real *z[LANES];
    real *p[LANES];
    for (long r = 0; r < LANES; r++) {
      const long i = v + (r < count ? r : 0);
      z[r] = vector_of(a[Z], i, K);
      p[r] = vector_of(a[P], i, K);
    }
    if (K <= FEW && count > 2)
      sixteen(K, count, z, p);
    else
      for (long r = 0; r < count; r++) one(K, z[r], p[r]);
  }
}

void OP(softmax_backward)(long rows, const Array *a, const double *attr) {
  enum { DP, P, Z, DZ };
  (void)attr;
  const long K = last_axis(a[Z]);
  if (!a[DZ].data) return;
  for (long n = 0; n < rows; n++)
    for (long first = 0; first < a[Z].size; first += K) {
      const real *dp = row_of(a[DP], n) + first, *p = row_of(a[P], n) + first;
      real sum;
      SUM_OVER(k, K, p[k] * dp[k], sum);
      // dz = p (dp - sum over k of p dp)
      CONTRIBUTE(a[DZ], n, first, K, k, p[k] * (dp[k] - sum));
    }
}
