// Twin of scale_and_shift.py.
#include "kernels/loops.h"

TAKES(scale_and_shift, "(n,*,C) (C) (C) -> (n,*,C)", 0);
void OP(scale_and_shift)(long rows, const Array *a, const double *attr) { // u, h, gamma, beta
  (void)attr;
  const long C = a[2].size;
  const real *gamma = a[2].data, *beta = a[3].data;
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[0].size; p += C) {
      const real *h = row_of(a[1], n) + p;
      real *u = row_of(a[0], n) + p;
      // u = gamma h + beta
      INDEPENDENT for (long c = 0; c < C; c++) u[c] = FMA(gamma[c], h[c], beta[c]);
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
      if (a[6].data) ADD_TO_SUM(a[6], c, C, du[c] * h[c]);           // dgamma = sum of du h
      if (a[7].data) ADD_TO_SUM(a[7], c, C, du[c]);                  // dbeta = sum of du
      if (a[5].data) CONTRIBUTE(a[5], n, p, C, c, du[c] * gamma[c]); // dh = du gamma
    }
}
