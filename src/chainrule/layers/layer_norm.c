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
void OP(standardise)(long rows, const Array *a, const double *attr) { // h, x
  const long K = last_axis(a[1]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[0].size; p += K) {
      const real *x = row_of(a[1], n) + p;
      real *h = row_of(a[0], n) + p, mean, deviation;
      mean_and_deviation(K, x, (real)attr[0], &mean, &deviation);
      INDEPENDENT for (long k = 0; k < K; k++) h[k] = (x[k] - mean) / deviation;
    } // h = (x - mean(x)) / sqrt(mean((x - mean(x))^2) + eps)
}

void OP(standardise_backward)(long rows, const Array *a, const double *attr) { // dh, h, x, dx
  const long K = last_axis(a[2]);
  if (!a[3].data) return;
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[0].size; p += K) {
      const real *dh = row_of(a[0], n) + p, *h = row_of(a[1], n) + p, *x = row_of(a[2], n) + p;
      real mean, deviation, sum, product;
      mean_and_deviation(K, x, (real)attr[0], &mean, &deviation);
      SUM_OVER(k, K, dh[k], sum);
      SUM_OVER(k, K, dh[k] * h[k], product);
      const real dh_mean = sum / K, dh_h_mean = product / K;
      CONTRIBUTE(a[3], n, p, K, k, (dh[k] - dh_mean - h[k] * dh_h_mean) / deviation);
    } // dx = (dh - mean(dh) - h mean(dh h)) / sqrt(variance + eps)
}
