// Twin of pad.py.
#include "kernels/fits.h"
#include "kernels/loops.h"

static void zeros(real *h, long from, long to) {
  for (long i = from; i < to; i++) h[i] = 0;
}

TAKES(pad, "(N,H,W,C) -> (N,P,Q,C)", 4);

int OP(pad_fits)(const Array *a, int32_t count, const double *attr) { // h, x
  if (!all_whole(attr, count, 0, MOST_PIXELS)) return 0;
  for (int d = 0; d < 2; d++) // attr: top, bottom, left, right
    if (a[0].shape[d] != a[1].shape[d] + (int64_t)attr[2 * d] + (int64_t)attr[2 * d + 1]) return 0;
  return 1;
}

void OP(pad)(long rows, const Array *a, const double *attr) { // h, x
  const long C = a[1].shape[2], line = a[1].shape[1] * C, H = a[1].shape[0];
  const long pitch = a[0].shape[1] * C, top = (long)attr[0] * pitch, left = (long)attr[2] * C;
  for (long n = 0; n < rows; n++) {
    const real *x = row_of(a[1], n);
    real *h = row_of(a[0], n);
    long done = 0; // h = pad(x, padding)
    for (long r = 0; r < H; r++) {
      const long start = top + r * pitch + left;
      zeros(h, done, start);
      for (long i = 0; i < line; i++) h[start + i] = x[r * line + i];
      done = start + line;
    }
    zeros(h, done, a[0].size);
  }
}

void OP(pad_backward)(long rows, const Array *a, const double *attr) { // dh, h, x, dx
  const long C = a[2].shape[2], line = a[2].shape[1] * C, H = a[2].shape[0];
  const long pitch = a[0].shape[1] * C, top = (long)attr[0] * pitch, left = (long)attr[2] * C;
  if (!a[3].data) return;
  for (long n = 0; n < rows; n++)
    for (long r = 0; r < H; r++) {
      const real *dh = row_of(a[0], n) + top + r * pitch + left;
      CONTRIBUTE(a[3], n, r * line, line, i, dh[i]); // dx = dh[x]
    }
}
