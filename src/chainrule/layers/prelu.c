// Twin of prelu.py. Every position of an image counts as a row.
#include "channels.h"

TAKES(prelu, "(n,*,C) (C) -> (n,*,C)", 0);

void OP(prelu)(long rows, const Array *a, const double *attr) {
  enum { A, Z, ALPHA };
  (void)attr;
  const long size = a[A].size;
  real room[PATTERN];
  const Pattern alpha = repeated(a[ALPHA].size, a[ALPHA].data, room);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < size; p += alpha.length) {
      const long count = smaller_of(alpha.length, size - p);
      const real *z = row_of(a[Z], n) + p;
      real *y = row_of(a[A], n) + p;
      // a = max(z, 0) + alpha min(z, 0)
      INDEPENDENT for (long i = 0; i < count; i++) {
        y[i] = z[i] > 0 ? z[i] : alpha.of[i] * z[i];
      }
    }
}

void OP(prelu_backward)(long rows, const Array *a, const double *attr) {
  enum { DA, A, Z, ALPHA, DZ, DALPHA };
  (void)attr;
  const long C = a[ALPHA].size, size = a[DA].size;
  real room[PATTERN], term[PATTERN];
  const Pattern alpha = repeated(C, a[ALPHA].data, room);
  start_sum(a[DALPHA]);
  for (long n = 0; n < rows; n++)
    for (long p = 0; p < size; p += alpha.length) {
      const long count = smaller_of(alpha.length, size - p);
      const real *da = row_of(a[DA], n) + p, *z = row_of(a[Z], n) + p;
      if (a[DALPHA].data && C < NARROW) { // dalpha = sum of da min(z, 0)
        INDEPENDENT for (long i = 0; i < count; i++) term[i] = da[i] * negative_part(z[i]);
        sum_channels(PLAIN, C, count, term, 0, 0, a[DALPHA].data);
      } else if (a[DALPHA].data) {
        ADD_TO_SUM(a[DALPHA], c, C, da[c] * negative_part(z[c]));
      }
      // dz = da (1 if z > 0 else alpha)
      if (a[DZ].data) CONTRIBUTE(a[DZ], n, p, count, i, da[i] * (z[i] > 0 ? 1 : alpha.of[i]));
    }
}
