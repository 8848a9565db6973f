// Twin of standardize.py. Every position of an image counts as a row; C is the number of columns.
#include "kernels/loops.h"

TAKES(center_and_scale, "(n,*,C) (C) (C) -> (n,*,C)", 0);

void OP(center_and_scale)(long rows, const Array *a, const double *attr) {
  enum { U, X, MU, SIGMA };
  (void)attr;
  const long C = a[MU].size;
  const real *mu = a[MU].data, *sigma = a[SIGMA].data;
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[U].size; p += C) {
      const real *x = row_of(a[X], n) + p;
      real *u = row_of(a[U], n) + p;
      INDEPENDENT for (long c = 0; c < C; c++) u[c] = (x[c] - mu[c]) / sigma[c];
    }
}

void OP(center_and_scale_backward)(long rows, const Array *a, const double *attr) {
  enum { DU, U, X, MU, SIGMA, DX, DMU, DSIGMA };
  (void)attr;
  const long C = a[MU].size;
  const real *sigma = a[SIGMA].data;
  start_sum(a[DMU]), start_sum(a[DSIGMA]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[DU].size; p += C) {
      const real *du = row_of(a[DU], n) + p, *u = row_of(a[U], n) + p;
      // dmu = -sum of du / sigma
      if (a[DMU].data) ADD_TO_SUM(a[DMU], c, C, -(du[c] / sigma[c]));
      // dsigma = -sum of du u / sigma
      if (a[DSIGMA].data) ADD_TO_SUM(a[DSIGMA], c, C, -(du[c] / sigma[c] * u[c]));
      if (a[DX].data) CONTRIBUTE(a[DX], n, p, C, c, du[c] / sigma[c]); // dx = du / sigma
    }
}
