// Twin of prelu.py. Every position of an image counts as a row.
#include "channels.h"

void OP(prelu)(long rows, const Array *a, const double *attr) { // a, z, alpha
  (void)attr;
  const long size = a[0].size;
  real room[PATTERN];
  const Pattern alpha = repeated(a[2].size, a[2].data, room);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < size; p += alpha.length) {
      const long count = smaller_of(alpha.length, size - p);
      const real *z = row_of(a[1], n) + p;
      real *y = row_of(a[0], n) + p;
      INDEPENDENT for (long i = 0; i < count; i++) y[i] =
          z[i] > 0 ? z[i] : alpha.of[i] * z[i]; // a = max(z, 0) + alpha min(z, 0)
    }
}

// da, a, z, alpha, dz, dalpha
void OP(prelu_backward)(long rows, const Array *a, const double *attr) {
  (void)attr;
  const long C = a[3].size, size = a[0].size;
  real room[PATTERN], term[PATTERN];
  const Pattern alpha = repeated(C, a[3].data, room);
  start_sum(a[5]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < size; p += alpha.length) {
      const long count = smaller_of(alpha.length, size - p);
      const real *da = row_of(a[0], n) + p, *z = row_of(a[2], n) + p;
      if (a[5].data && C < NARROW) {
        INDEPENDENT for (long i = 0; i < count; i++) term[i] = da[i] * negative_part(z[i]);
        sum_channels(PLAIN, C, count, term, 0, 0, a[5].data); // dalpha = sum of da min(z, 0)
      } else if (a[5].data) {
        ADD_TO_SUM(a[5], c, C, da[c] * negative_part(z[c]));
      }
      // dz = da (1 if z > 0 else alpha)
      if (a[4].data) CONTRIBUTE(a[4], n, p, count, i, da[i] * (z[i] > 0 ? 1 : alpha.of[i]));
    }
}
