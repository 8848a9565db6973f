// Twin of channels_last.py: pixel p of channel c moves from x[c, p] to h[p, c].
#include "kernels/loops.h"

TAKES(channels_last, "(N,C,H,W) -> (N,H,W,C)", 0);

// h = transpose(x)
void OP(channels_last)(long rows, const Array *a, const double *attr) {
  enum { H, X };
  (void)attr;
  const long C = a[X].shape[0], P = a[X].size / C;
  for (long n = 0; n < rows; n++) {
    const real *x = row_of(a[X], n);
    real *h = row_of(a[H], n);
    for (long p = 0; p < P; p++)
      for (long c = 0; c < C; c++) h[p * C + c] = x[c * P + p];
  }
}

// dx = transpose(dh)
void OP(channels_last_backward)(long rows, const Array *a, const double *attr) {
  enum { DH, H, X, DX };
  (void)attr;
  if (!a[DX].data) return;
  const long C = a[X].shape[0], P = a[X].size / C;
  for (long n = 0; n < rows; n++) {
    const real *dh = row_of(a[DH], n);
    for (long c = 0; c < C; c++) CONTRIBUTE(a[DX], n, c * P, P, p, dh[p * C + c]);
  }
}
