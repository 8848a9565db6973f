// Twin of up_sample.py: the windows of the large image are the pixels of the small one.
#include "windows.h"

// Scratch: the sum of some lines of the large image, and a vector.
long OP(up_sample_work)(long rows, const Array *a) { // h, x
  (void)rows;
  return (long)a[0].shape[1] * a[0].shape[2] + LANES;
}

TAKES(up_sample, "(N,H,W,C) -> (N,P,Q,C)", 2);

int OP(up_sample_fits)(const Array *a, int32_t count, const double *attr) { // h, x
  if (!all_whole(attr, count, 1, MOST_PIXELS)) return 0;
  for (int d = 0; d < 2; d++)
    if (a[0].shape[d] != a[1].shape[d] * (int64_t)attr[d]) return 0;
  return 1;
}

void OP(up_sample)(long rows, const Array *a, const double *attr) { // h, x, work
  const Windows v = windows(a[0], a[1], attr[0], attr[1], attr[0], attr[1]);
  for (long n = 0; n < rows; n++) spread_windows(v, row_of(a[1], n), row_of(a[0], n), 0, 1);
} // h = repeat(x, size)

void OP(up_sample_backward)(long rows, const Array *a, const double *attr) { // dh, h, x, dx, work
  const Windows v = windows(a[0], a[2], attr[0], attr[1], attr[0], attr[1]);
  if (!a[3].data) return;
  for (long n = 0; n < rows; n++)
    sum_windows(v, row_of(a[0], n), row_of(a[3], n), a[3].add, 1, a[4].data);
} // dx = sum of patches(dh, size)
