// Twin of up_sample.py: the windows of the large image are the pixels of the small one.
#include "windows.h"

// Room for the sum of some lines of the large image, and for a vector.
long OP(up_sample_work)(long rows, const Array *a) {
  enum { H, X };
  (void)rows;
  return (long)a[H].shape[1] * a[H].shape[2] + LANES;
}

TAKES(up_sample, "(N,H,W,C) -> (N,P,Q,C)", 2);

int OP(up_sample_fits)(const Array *a, int32_t count, const double *attr) {
  enum { H, X };
  if (!all_whole(attr, count, 1, MOST_PIXELS)) return 0;
  for (int d = 0; d < 2; d++)
    if (a[H].shape[d] != a[X].shape[d] * (int64_t)attr[d]) return 0;
  return 1;
}

// h = repeat(x, size)
void OP(up_sample)(long rows, const Array *a, const double *attr) {
  enum { H, X, WORK };
  const Windows v = windows(a[H], a[X], attr[0], attr[1], attr[0], attr[1]);
  for (long n = 0; n < rows; n++) spread_windows(v, row_of(a[X], n), row_of(a[H], n), 0, 1);
}

// dx = sum of patches(dh, size)
void OP(up_sample_backward)(long rows, const Array *a, const double *attr) {
  enum { DH, H, X, DX, WORK };
  const Windows v = windows(a[DH], a[X], attr[0], attr[1], attr[0], attr[1]);
  if (!a[DX].data) return;
  for (long n = 0; n < rows; n++)
    sum_windows(v, row_of(a[DH], n), row_of(a[DX], n), a[DX].add, 1, a[WORK].data);
}
