// Twin of concatenate.py.
#include "kernels/fits.h"
#include "kernels/loops.h"

// Numbers of h that lie together: those of the axis and of the axes after it. A row value's axis 0
// is that of its rows.
static long block(Array h, double axis) {
  const int shared = h.stride == 0;
  long size = 1;
  for (int i = h.ndim - 1; i >= (axis < 0 ? h.ndim + (int)axis : (int)axis - !shared); i--)
    size *= h.shape[i];
  return size;
}

// From each block of h, and to it, `size` numbers of a part, which start `from` numbers into the
// block.
static void split(long n, Array h, Array part, long block, long from, long size) {
  const real *whole = row_of(h, n) + from;
  for (long p = 0; p < part.size / size; p++)
    CONTRIBUTE(part, n, p * size, size, i, whole[p * block + i]);
}

static void join(long n, Array h, Array part, long block, long from, long size) {
  const real *x = row_of(part, n);
  h.add = 0;
  for (long p = 0; p < part.size / size; p++)
    CONTRIBUTE(h, n, p * block + from, size, i, x[p * size + i]);
}

TAKES(concatenate, "(n,*a) (n,*b) -> (n,*h)", 1);

// The axis of h that is joined; -1: there is none.
static int joined_axis(const Array *h, double axis) {
  if (!all_whole(&axis, 1, -MAX_DIMENSIONS, MAX_DIMENSIONS)) return -1;
  // a row value's axis 0 is that of its rows
  const int k = (int)axis + (axis < 0 ? h->ndim : h->stride == 0 ? 0 : -1);
  return k < h->ndim ? k : -1;
}

int OP(concatenate_fits)(const Array *a, int32_t count, const double *attr) { // h, a, b
  const int joined = joined_axis(a, attr[0]);
  (void)count;
  if (joined < 0 || a[1].ndim != a[0].ndim || a[2].ndim != a[0].ndim) return 0;
  for (int d = 0; d < a[0].ndim; d++) {
    const int32_t here = a[0].shape[d], first = a[1].shape[d], second = a[2].shape[d];
    if (d == joined ? here != first + second : here != first || here != second) return 0;
  }
  return 1;
}

void OP(concatenate)(long rows, const Array *a, const double *attr) { // h, a, b
  const long h = block(a[0], attr[0]), size_a = h * a[1].size / a[0].size, size_b = h - size_a;
  for (long n = 0; n < rows; n++) {
    join(n, a[0], a[1], h, 0, size_a); // h = concat(a, b)
    join(n, a[0], a[2], h, size_a, size_b);
  }
}

// dh, h, a, b, da, db
void OP(concatenate_backward)(long rows, const Array *a, const double *attr) {
  const long h = block(a[1], attr[0]), size_a = h * a[2].size / a[1].size, size_b = h - size_a;
  for (long n = 0; n < rows; n++) {
    if (a[4].data) split(n, a[0], a[4], h, 0, size_a);      // da = dh[a]
    if (a[5].data) split(n, a[0], a[5], h, size_a, size_b); // db = dh[b]
  }
}
