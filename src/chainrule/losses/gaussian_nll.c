// Twin of gaussian_nll.py: z holds K means, then K logarithms of variances.
#include "kernels/fits.h"
#include "kernels/lanes.h"
#include "kernels/loops.h"

TAKES(means_and_deviations, "(N,K) -> (N,K)", 0);

void OP(means_and_deviations)(long rows, const Array *a, const double *attr) {
  enum { P, Z };
  (void)attr;
  const long K = a[Z].size / 2;
  for (long n = 0; n < rows; n++) { // p = concat(z[:K], exp(z[K:] / 2))
    const real *z = row_of(a[Z], n);
    real *p = row_of(a[P], n);
    for (long k = 0; k < K; k++) p[k] = z[k], p[K + k] = exponential(z[K + k] / 2);
  }
}

void OP(means_and_deviations_backward)(long rows, const Array *a, const double *attr) {
  enum { DP, P, Z, DZ };
  (void)attr;
  const long K = a[Z].size / 2;
  for (long n = 0; n < rows && a[DZ].data; n++) { // dz = concat(dp[:K], dp[K:] p[K:] / 2)
    const real *dp = row_of(a[DP], n), *p = row_of(a[P], n);
    CONTRIBUTE(a[DZ], n, 0, 2 * K, k, k < K ? dp[k] : dp[k] * p[k] / 2);
  }
}

TAKES(gaussian_nll, "(N,Z) (N,K) -> (N)", 0);

int OP(gaussian_nll_fits)(const Array *a, int32_t count, const double *attr) {
  enum { L, Z, Y };
  (void)count, (void)attr;
  return a[Z].size == 2 * a[Y].size;
}

void OP(gaussian_nll)(long rows, const Array *a, const double *attr) {
  enum { L, Z, Y };
  (void)attr;
  const long K = a[Y].size;
  for (long n = 0; n < rows; n++) { // l = (sum of log v + (y - mean)^2 / v) / 2
    const real *z = row_of(a[Z], n), *y = row_of(a[Y], n);
    real lane[LANES] = {0};
    for (long k = 0; k < K; k++) {
      const real d = y[k] - z[k];
      lane[k % LANES] += z[K + k] + d * d * exponential(-z[K + k]);
    }
    *row_of(a[L], n) = sum_lanes(lane) / 2;
  }
}

void OP(gaussian_nll_backward)(long rows, const Array *a, const double *attr) {
  enum { DL, L, Z, Y, DZ };
  (void)attr;
  const long K = a[Y].size;
  for (long n = 0; n < rows && a[DZ].data; n++) {
    // dz = dl concat((mean - y) / v, (1 - (y - mean)^2 / v) / 2)
    const real *z = row_of(a[Z], n), *y = row_of(a[Y], n), dl = *row_of(a[DL], n);
    CONTRIBUTE(a[DZ], n, 0, K, k, dl * ((z[k] - y[k]) * exponential(-z[K + k])));
    CONTRIBUTE(a[DZ], n, K, K, k, ({
                 const real d = y[k] - z[k];
                 dl * ((1 - d * d * exponential(-z[K + k])) / 2);
               }));
  }
}
