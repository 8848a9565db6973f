// Twin of prelu.py. Every position of an image counts as a row.
#include "../engines/loops.h"

void OP(prelu)(long rows, const Array *a, const double *attr) {               // a, z, alpha
  (void)attr;
  const long C = a[2].size;
  const real *alpha = a[2].data;
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[0].size; p += C) {
      const real *z = row_of(a[1], n) + p;
      real *y = row_of(a[0], n) + p;
      INDEPENDENT for (long c = 0; c < C; c++) y[c] = z[c] > 0 ? z[c] : alpha[c] * z[c];    // a = max(z, 0) + alpha min(z, 0)
    }
}

void OP(prelu_backward)(long rows, const Array *a, const double *attr) {      // da, a, z, alpha, dz, dalpha
  (void)attr;
  const long C = a[3].size;
  const real *alpha = a[3].data;
  start_sum(a[5]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < a[0].size; p += C) {
      const real *da = row_of(a[0], n) + p, *z = row_of(a[2], n) + p;
      if (a[5].data) ADD_TO_SUM(a[5], c, C, da[c] * negative_part(z[c]));                   // dalpha = sum of da min(z, 0)
      if (a[4].data) CONTRIBUTE(a[4], n, p, C, c, da[c] * (z[c] > 0 ? 1 : alpha[c]));       // dz = da (1 if z > 0 else alpha)
    }
}
