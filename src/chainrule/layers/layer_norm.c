// Twin of layer_norm.py.
#include "kernels/lanes.h"
#include "kernels/loops.h"

// The mean of K numbers and sqrt(variance + eps).
static void mean_and_deviation(long K, const real *x, real eps, real *mean, real *deviation) {
  real sum, squares;
  SUM_OVER(k, K, x[k], sum);
  const real m = sum / K;
  SUM_OVER(k, K, (x[k] - m) * (x[k] - m), squares);
  *mean = m;
  *deviation = SQRT(squares / K + eps);
}

TAKES(standardise, "(n,*,C) -> (n,*,C)", 1);

// h = (x - mean(x)) / sqrt(mean((x - mean(x))^2) + eps)
void OP(standardise)(long rows, const Array *a, const double *attr) {
  enum { H, X };
  const long K = last_axis(a[X]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[H].size; p += K) {
      const real *x = row_of(a[X], n) + p;
      real *h = row_of(a[H], n) + p, mean, deviation;
      mean_and_deviation(K, x, (real)attr[0], &mean, &deviation);
      INDEPENDENT for (long k = 0; k < K; k++) h[k] = (x[k] - mean) / deviation;
    }
}

// dx = (dh - mean(dh) - h mean(dh h)) / sqrt(variance + eps)
void OP(standardise_backward)(long rows, const Array *a, const double *attr) {
  enum { DH, H, X, DX };
  const long K = last_axis(a[X]);
  if (!a[DX].data) return;
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[DH].size; p += K) {
      const real *dh = row_of(a[DH], n) + p, *h = row_of(a[H], n) + p, *x = row_of(a[X], n) + p;
      real mean, deviation, sum, product;
      mean_and_deviation(K, x, (real)attr[0], &mean, &deviation);
      SUM_OVER(k, K, dh[k], sum);
      SUM_OVER(k, K, dh[k] * h[k], product);
      const real dh_mean = sum / K, dh_h_mean = product / K;
      CONTRIBUTE(a[DX], n, p, K, k, (dh[k] - dh_mean - h[k] * dh_h_mean) / deviation);
    }
}
