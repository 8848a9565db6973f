// Twin of scale_and_shift.py.
#include "kernels/loops.h"

TAKES(scale_and_shift, "(n,*,C) (C) (C) -> (n,*,C)", 0);

void OP(scale_and_shift)(long rows, const Array *a, const double *attr) {
  enum { U, H, GAMMA, BETA };
  (void)attr;
  const long C = a[GAMMA].size;
  const real *gamma = a[GAMMA].data, *beta = a[BETA].data;
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[U].size; p += C) {
      const real *h = row_of(a[H], n) + p;
      real *u = row_of(a[U], n) + p;
      // u = gamma h + beta
      INDEPENDENT for (long c = 0; c < C; c++) u[c] = FMA(gamma[c], h[c], beta[c]);
    }
}

void OP(scale_and_shift_backward)(long rows, const Array *a, const double *attr) {
  enum { DU, U, H, GAMMA, BETA, DH, DGAMMA, DBETA };
  (void)attr;
  const long C = a[GAMMA].size;
  const real *gamma = a[GAMMA].data;
  start_sum(a[DGAMMA]), start_sum(a[DBETA]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[DU].size; p += C) {
      const real *du = row_of(a[DU], n) + p, *h = row_of(a[H], n) + p;
      if (a[DGAMMA].data) ADD_TO_SUM(a[DGAMMA], c, C, du[c] * h[c]);   // dgamma = sum of du h
      if (a[DBETA].data) ADD_TO_SUM(a[DBETA], c, C, du[c]);            // dbeta = sum of du
      if (a[DH].data) CONTRIBUTE(a[DH], n, p, C, c, du[c] * gamma[c]); // dh = du gamma
    }
}
