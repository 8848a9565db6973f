// Twin of batch_norm.py. Every position of an image counts as a row; C is the number of channels.
#include "kernels/loops.h"

// gamma / sqrt(v + eps), 1 / sqrt(v + eps) and gamma / (2 sqrt(v + eps)^3), one number a channel.
long OP(normalise_work)(long rows, const Array *a) {
  enum { U, X, MU, V, GAMMA, BETA };
  (void)rows;
  return 3 * (long)a[MU].size;
}

// u = gamma (x - mu) / sqrt(v + eps) + beta

TAKES(normalise, "(n,*,C) (C) (C) (C) (C) -> (n,*,C)", 1);

void OP(normalise)(long rows, const Array *a, const double *attr) {
  enum { U, X, MU, V, GAMMA, BETA, WORK };
  const long C = a[MU].size;
  const real *mu = a[MU].data, *v = a[V].data, *gamma = a[GAMMA].data, *beta = a[BETA].data;
  real *scale = a[WORK].data;
  INDEPENDENT for (long c = 0; c < C; c++) scale[c] = gamma[c] / SQRT(v[c] + (real)attr[0]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[U].size; p += C) {
      const real *x = row_of(a[X], n) + p;
      real *u = row_of(a[U], n) + p;
      INDEPENDENT for (long c = 0; c < C; c++) u[c] = FMA(x[c] - mu[c], scale[c], beta[c]);
    }
}

void OP(normalise_backward)(long rows, const Array *a, const double *attr) {
  enum { DU, U, X, MU, V, GAMMA, BETA, DX, DMU, DV, DGAMMA, DBETA, WORK };
  const long C = a[MU].size, size = a[DU].size;
  const real *mu = a[MU].data, *v = a[V].data, *gamma = a[GAMMA].data;
  const Array dx = a[DX], dmu = a[DMU], dv = a[DV], dgamma = a[DGAMMA], dbeta = a[DBETA];
  real *scale = a[WORK].data, *inverse = scale + C, *half = inverse + C;
  INDEPENDENT for (long c = 0; c < C; c++) {
    const real variance = v[c] + (real)attr[0], deviation = SQRT(variance);
    scale[c] = gamma[c] / deviation;
    inverse[c] = 1 / deviation;
    half[c] = scale[c] / (2 * variance);
  }
  start_sum(dmu), start_sum(dv), start_sum(dgamma), start_sum(dbeta);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < size; p += C) {
      const real *du = row_of(a[DU], n) + p, *x = row_of(a[X], n) + p;
      // dmu = -sum of du gamma / sqrt(v + eps)
      if (dmu.data) ADD_TO_SUM(dmu, c, C, -(du[c] * scale[c]));
      // dv = -1/2 sum of du gamma (x - mu) / sqrt(v + eps)^3
      if (dv.data) ADD_TO_SUM(dv, c, C, -(du[c] * (x[c] - mu[c]) * half[c]));
      // dgamma = sum of du (x - mu) / sqrt(v + eps)
      if (dgamma.data) ADD_TO_SUM(dgamma, c, C, du[c] * (x[c] - mu[c]) * inverse[c]);
      if (dbeta.data) ADD_TO_SUM(dbeta, c, C, du[c]); // dbeta = sum of du
    }
  if (dx.data)
    for (long n = 0; n < rows; n++)
      for (long p = 0; p < size; p += C) {
        const real *du = row_of(a[DU], n) + p;
        CONTRIBUTE(dx, n, p, C, c, du[c] * scale[c]); // dx = du gamma / sqrt(v + eps)
      }
}
