// Twin of average_pool.py.
#include "windows.h"

// Scratch: the sum of some lines of the image, and a vector.
long OP(average_pool_work)(long rows, const Array *a) { // h, x
  (void)rows;
  return (long)a[1].shape[1] * a[1].shape[2] + LANES;
}

TAKES(average_pool, "(N,H,W,C) -> (N,P,Q,C)", 4);

int OP(average_pool_fits)(const Array *a, int32_t count, const double *attr) { // h, x
  return windows_fit(a + 1, a, count, attr);
}

void OP(average_pool)(long rows, const Array *a, const double *attr) { // h, x, work
  const Windows v = windows(a[1], a[0], attr[0], attr[1], attr[2], attr[3]);
  const real scale = (real)1 / (v.height * v.width);
  for (long n = 0; n < rows; n++)
    sum_windows(v, row_of(a[1], n), row_of(a[0], n), 0, scale, a[2].data);
} // h = mean(patches(x))

// dh, h, x, dx, work
void OP(average_pool_backward)(long rows, const Array *a, const double *attr) {
  const Windows v = windows(a[2], a[0], attr[0], attr[1], attr[2], attr[3]);
  const real scale = (real)1 / (v.height * v.width);
  if (!a[3].data) return;
  for (long n = 0; n < rows; n++)
    spread_windows(v, row_of(a[0], n), row_of(a[3], n), a[3].add, scale);
} // dx = fold(dh / K)
