// Twin of concatenate.py.
#include "kernels/fits.h"
#include "kernels/loops.h"

// h consists of blocks of contiguous numbers: the joined axis and the axes after it. Axis 0 of a
// row value is the axis of rows, which is not in its shape.
static long block_of(Array h, double axis) {
  const int shared = h.stride == 0;
  const int first = axis < 0 ? h.ndim + (int)axis : (int)axis - !shared;
  long size = 1;
  for (int i = h.ndim - 1; i >= first; i--) size *= h.shape[i];
  return size;
}

// The numbers of one part in each block of h.
typedef struct {
  long block, from, size;
} Piece;

static Piece first_piece(Array h, Array a, double axis) {
  const long block = block_of(h, axis);
  return (Piece){block, 0, block * a.size / h.size};
}

static Piece second_piece(Array h, Array a, double axis) {
  const Piece first = first_piece(h, a, axis);
  return (Piece){first.block, first.size, first.block - first.size};
}

// From each block of h to row n of the part.
static void split(long n, Array h, Array part, Piece own) {
  const real *whole = row_of(h, n) + own.from;
  for (long p = 0; p < part.size / own.size; p++)
    CONTRIBUTE(part, n, p * own.size, own.size, i, whole[p * own.block + i]);
}

// From row n of the part to each block of h.
static void join(long n, Array h, Array part, Piece own) {
  const real *x = row_of(part, n);
  h.add = 0;
  for (long p = 0; p < part.size / own.size; p++)
    CONTRIBUTE(h, n, p * own.block + own.from, own.size, i, x[p * own.size + i]);
}

TAKES(concatenate, "(n,*a) (n,*b) -> (n,*h)", 1);

// Return the axis of h that is joined; -1 if there is none.
static int joined_axis(const Array *h, double axis) {
  if (!all_whole(&axis, 1, -MAX_DIMENSIONS, MAX_DIMENSIONS)) return -1;
  // axis 0 of a row value is the axis of rows
  const int k = (int)axis + (axis < 0 ? h->ndim : h->stride == 0 ? 0 : -1);
  return k < h->ndim ? k : -1;
}

int OP(concatenate_fits)(const Array *a, int32_t count, const double *attr) {
  enum { H, A, B };
  const int joined = joined_axis(a + H, attr[0]);
  (void)count;
  if (joined < 0 || a[A].ndim != a[H].ndim || a[B].ndim != a[H].ndim) return 0;
  for (int d = 0; d < a[H].ndim; d++) {
    const int32_t here = a[H].shape[d], first = a[A].shape[d], second = a[B].shape[d];
    if (d == joined ? here != first + second : here != first || here != second) return 0;
  }
  return 1;
}

void OP(concatenate)(long rows, const Array *a, const double *attr) {
  enum { H, A, B };
  const Piece of_a = first_piece(a[H], a[A], attr[0]), of_b = second_piece(a[H], a[A], attr[0]);
  for (long n = 0; n < rows; n++) { // h = concat(a, b)
    join(n, a[H], a[A], of_a);
    join(n, a[H], a[B], of_b);
  }
}

void OP(concatenate_backward)(long rows, const Array *a, const double *attr) {
  enum { DH, H, A, B, DA, DB };
  const Piece of_a = first_piece(a[H], a[A], attr[0]), of_b = second_piece(a[H], a[A], attr[0]);
  for (long n = 0; n < rows; n++) {
    if (a[DA].data) split(n, a[DH], a[DA], of_a); // da = dh[a]
    if (a[DB].data) split(n, a[DH], a[DB], of_b); // db = dh[b]
  }
}
