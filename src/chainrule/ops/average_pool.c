// Twin of average_pool.py.
#include "windows.h"

// Memory for the sum of some lines of the image, and for a vector.
long OP(average_pool_work)(long rows, const Array *a) {
  enum { H, X };
  (void)rows;
  return (long)a[X].shape[1] * a[X].shape[2] + LANES;
}

TAKES(average_pool, "(N,H,W,C) -> (N,P,Q,C)", 4);

int OP(average_pool_fits)(const Array *a, int32_t count, const double *attr) {
  enum { H, X };
  return windows_fit(a + X, a + H, count, attr);
}

// h = mean(patches(x))
void OP(average_pool)(long rows, const Array *a, const double *attr) {
  enum { H, X, WORK };
  const Windows v = windows(a[X], a[H], attr[0], attr[1], attr[2], attr[3]);
  const real scale = (real)1 / (v.height * v.width);
  for (long n = 0; n < rows; n++)
    sum_windows(v, row_of(a[X], n), row_of(a[H], n), 0, scale, a[WORK].data);
}

// dx = fold(dh / K)
void OP(average_pool_backward)(long rows, const Array *a, const double *attr) {
  enum { DH, H, X, DX, WORK };
  const Windows v = windows(a[X], a[DH], attr[0], attr[1], attr[2], attr[3]);
  const real scale = (real)1 / (v.height * v.width);
  if (!a[DX].data) return;
  for (long n = 0; n < rows; n++)
    spread_windows(v, row_of(a[DH], n), row_of(a[DX], n), a[DX].add, scale);
}
