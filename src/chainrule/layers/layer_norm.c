// Twin of layer_norm.py.
#include "../engines/lanes.h"
#include "../engines/loops.h"

// The mean of K numbers and sqrt(variance + eps).
static void mean_and_deviation(long K, const real *x, real eps, real *mean, real *deviation) {
  real sum, squares;
  SUM_OVER(k, K, x[k], sum);
  const real m = sum / K;
  SUM_OVER(k, K, (x[k] - m) * (x[k] - m), squares);
  *mean = m;
  *deviation = SQRT(squares / K + eps);
}

void OP(standardise)(long rows, const Array *a, const double *attr) {         // h, x
  const long K = last_axis(a[1]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[0].size; p += K) {
      const real *x = row_of(a[1], n) + p;
      real *h = row_of(a[0], n) + p, mean, deviation;
      mean_and_deviation(K, x, (real)attr[0], &mean, &deviation);
      INDEPENDENT for (long k = 0; k < K; k++) h[k] = (x[k] - mean) / deviation;
    }                                                       // h = (x - mean(x)) / sqrt(mean((x - mean(x))^2) + eps)
}

void OP(standardise_backward)(long rows, const Array *a, const double *attr) {    // dh, h, x, dx
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
    }                                                       // dx = (dh - mean(dh) - h mean(dh h)) / sqrt(variance + eps)
}

void OP(scale_and_shift)(long rows, const Array *a, const double *attr) {     // u, h, gamma, beta
  (void)attr;
  const long C = a[2].size;
  const real *gamma = a[2].data, *beta = a[3].data;
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[0].size; p += C) {
      const real *h = row_of(a[1], n) + p;
      real *u = row_of(a[0], n) + p;
      INDEPENDENT for (long c = 0; c < C; c++) u[c] = FMA(gamma[c], h[c], beta[c]);    // u = gamma h + beta
    }
}

void OP(scale_and_shift_backward)(long rows, const Array *a, const double *attr) {
  // du, u, h, gamma, beta, dh, dgamma, dbeta
  (void)attr;
  const long C = a[3].size;
  const real *gamma = a[3].data;
  start_sum(a[6]), start_sum(a[7]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[0].size; p += C) {
      const real *du = row_of(a[0], n) + p, *h = row_of(a[2], n) + p;
      if (a[6].data) ADD_TO_SUM(a[6], c, C, du[c] * h[c]);                    // dgamma = sum of du h
      if (a[7].data) ADD_TO_SUM(a[7], c, C, du[c]);                           // dbeta = sum of du
      if (a[5].data) CONTRIBUTE(a[5], n, p, C, c, du[c] * gamma[c]);          // dh = du gamma
    }
}
