// Twin of batch_norm.py. Every position of an image counts as a row; C is the number of channels.
#include "kernels/loops.h"

// Scratch: gamma / sqrt(v + eps), 1 / sqrt(v + eps) and gamma / (2 sqrt(v + eps)^3), one number a
// channel.
long OP(normalise_work)(long rows, const Array *a) {
  (void)rows;
  return 3 * (long)a[2].size;
}

TAKES(normalise, "(n,*,C) (C) (C) (C) (C) -> (n,*,C)", 1);
// u, x, mu, v, gamma, beta, work
void OP(normalise)(long rows, const Array *a, const double *attr) {
  const long C = a[2].size;
  const real *mu = a[2].data, *v = a[3].data, *gamma = a[4].data, *beta = a[5].data;
  real *scale = a[6].data;
  INDEPENDENT for (long c = 0; c < C; c++) scale[c] = gamma[c] / SQRT(v[c] + (real)attr[0]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[0].size; p += C) {
      const real *x = row_of(a[1], n) + p;
      real *u = row_of(a[0], n) + p;
      INDEPENDENT for (long c = 0; c < C; c++) u[c] = FMA(x[c] - mu[c], scale[c], beta[c]);
    } // u = gamma (x - mu) / sqrt(v + eps) + beta
}

void OP(normalise_backward)(long rows, const Array *a, const double *attr) {
  // du, u, x, mu, v, gamma, beta, dx, dmu, dv, dgamma, dbeta, work
  const long C = a[3].size, size = a[0].size;
  const real *mu = a[3].data, *v = a[4].data, *gamma = a[5].data;
  const Array dx = a[7], dmu = a[8], dv = a[9], dgamma = a[10], dbeta = a[11];
  real *scale = a[12].data, *inverse = scale + C, *half = inverse + C;
  INDEPENDENT for (long c = 0; c < C; c++) {
    const real variance = v[c] + (real)attr[0], deviation = SQRT(variance);
    scale[c] = gamma[c] / deviation;
    inverse[c] = 1 / deviation;
    half[c] = scale[c] / (2 * variance);
  }
  start_sum(dmu), start_sum(dv), start_sum(dgamma), start_sum(dbeta);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < size; p += C) {
      const real *du = row_of(a[0], n) + p, *x = row_of(a[2], n) + p;
      // dmu = -sum of du gamma / sqrt(v + eps)
      if (dmu.data) ADD_TO_SUM(dmu, c, C, -(du[c] * scale[c]));
      // dv = -1/2 sum of du gamma (x - mu) / sqrt(v + eps)^3,   dgamma = sum of du (x - mu) /
      // sqrt(v + eps)
      if (dv.data) ADD_TO_SUM(dv, c, C, -(du[c] * (x[c] - mu[c]) * half[c]));
      if (dgamma.data) ADD_TO_SUM(dgamma, c, C, du[c] * (x[c] - mu[c]) * inverse[c]);
      if (dbeta.data) ADD_TO_SUM(dbeta, c, C, du[c]); // dbeta = sum of du
    }
  if (dx.data)
    for (long n = 0; n < rows; n++)
      for (long p = 0; p < size; p += C) {
        const real *du = row_of(a[0], n) + p;
        CONTRIBUTE(dx, n, p, C, c, du[c] * scale[c]); // dx = du gamma / sqrt(v + eps)
      }
}
