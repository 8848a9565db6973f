// Twin of columns.py: same names, same equations.
#include "kernels/fits.h"
#include "kernels/loops.h"

// The first axis of a shared value plays the part of the rows.
static long rows_of(long rows, Array *x, Array *h) {
  if (x->stride) return rows;
  rows = x->shape[0];
  x->stride = x->size / rows, h->stride = h->size / rows;
  return rows;
}

TAKES(take_columns, "(n,*x) -> (n,*h)", 2);

int OP(take_columns_fits)(const Array *a, int32_t count, const double *attr) {
  enum { H, X };
  const int axis = a[X].stride == 0; // the axis of rows is shown by a shared value only
  if (a[X].ndim != axis + 1 || a[H].ndim != axis + 1) return 0;
  if (axis && a[X].shape[0] != a[H].shape[0]) return 0;
  if (!all_whole(attr, count, 0, a[X].shape[axis])) return 0;
  return attr[0] < attr[1] && a[H].shape[axis] == (int32_t)(attr[1] - attr[0]);
}

void OP(take_columns)(long rows, const Array *a, const double *attr) {
  Array h = a[0], x = a[1];
  rows = rows_of(rows, &x, &h);
  const long start = (long)attr[0], size = (long)attr[1] - start;
  for (long n = 0; n < rows; n++) {
    const real *own = row_of(x, n) + start;
    CONTRIBUTE(h, n, 0, size, i, own[i]); // h = x[:, start:stop]
  }
}

void OP(take_columns_backward)(long rows, const Array *a, const double *attr) {
  enum { DH, H, X, DX };
  if (!a[DX].data) return;
  Array dh = a[DH], dx = a[DX];
  const long width = dx.stride ? dx.size : dx.size / dx.shape[0];
  rows = rows_of(rows, &dx, &dh);
  const long start = (long)attr[0], size = (long)attr[1] - start;
  for (long n = 0; n < rows; n++) {
    if (!dx.add)
      for (long i = 0; i < width; i++) row_of(dx, n)[i] = 0;
    const real *own = row_of(dh, n);
    CONTRIBUTE(dx, n, start, size, i, own[i]); // dx = pad(dh, start, stop)
  }
}
