// Twin of dense.py: same names, same equations.
#include "../engines/gemm_short.h"

static long larger(long a, long b) { return a > b ? a : b; }

// Scratch of the three products below.
static long work_of(long rows, const Array *W) {
  const long D = W->shape[0], U = W->shape[1];
  const long back = larger(FN(gemm_work)(rows, D, U), larger(FN(gemm_work)(D, U, rows), FN(gemm_work)(1, D, rows)));
  return larger(FN(gemm_work)(rows, U, D), back);
}

INLINE void product(long rows, const Array *z, const Array *x, const Array *W, const real *b, real *work) {
  if (W->shape[1] == 1 && W->shape[0] <= SHORT) {
    const ShortColumn p = {rows, x->data, x->stride, 1, W->data, b, 0, lowest(IDENTITY), z->data, z->stride};
    short_column(W->shape[0], &p);
  } else {
    FN(gemm)(rows, W->shape[1], W->shape[0], x->data, x->stride, 1, W->data, W->shape[1], 1, b, 0, z->data, z->stride, work);
  }
}

// dW = x' dz, row after row. A product with one column has another order, so one column of dW is a row of dz' x.
INLINE void weights(long rows, const Array *dz, const Array *x, const Array *dW, real *work) {
  const long D = dW->shape[0], U = dW->shape[1];
  if (U > 1) {
    FN(gemm)(D, U, rows, x->data, 1, x->stride, dz->data, dz->stride, 1, 0, dW->add, dW->data, U, work);
  } else if (D > SHORT) {
    FN(gemm)(1, D, rows, dz->data, 1, dz->stride, x->data, x->stride, 1, 0, dW->add, dW->data, D, work);
  } else {
    short_row(D, rows, x->data, x->stride, dz->data, dz->stride, dW->add, dW->data);
  }
}

INLINE void product_backward(long rows, const Array *dz, const Array *x, const Array *W, const Array *dx, const Array *dW, real *work) {
  const long D = W->shape[0], U = W->shape[1];
  if (dx->data)                                                      // dx = dz W'
    FN(gemm)(rows, D, U, dz->data, dz->stride, 1, W->data, 1, U, 0, dx->add, dx->data, dx->stride, work);
  if (dW->data) weights(rows, dz, x, dW, work);
}

void OP(affine)(long rows, const Array *a, const double *attr) {     // z, x, W, b
  (void)attr;
  product(rows, a, a + 1, a + 2, a[3].data, a[4].data);              // z = x W + b
}

void OP(affine_backward)(long rows, const Array *a, const double *attr) {        // dz, z, x, W, b, dx, dW, db
  const Array dz = a[0], db = a[7];
  (void)attr;
  product_backward(rows, &dz, a + 2, a + 3, a + 5, a + 6, a[8].data);
  if (!db.data) return;
  for (long u = 0; u < db.size && !db.add; u++) db.data[u] = 0;
  for (long n = 0; n < rows; n++)
    for (long u = 0; u < db.size; u++) db.data[u] += dz.data[n * dz.stride + u];     // db = sum over n of dz, row after row
}

long OP(affine_work)(long rows, const Array *a) { return work_of(rows, a + 2); }

void OP(linear)(long rows, const Array *a, const double *attr) {     // z, x, W
  (void)attr;
  product(rows, a, a + 1, a + 2, 0, a[3].data);                      // z = x W
}

void OP(linear_backward)(long rows, const Array *a, const double *attr) {        // dz, z, x, W, dx, dW
  (void)attr;
  product_backward(rows, a, a + 2, a + 3, a + 4, a + 5, a[6].data);
}

long OP(linear_work)(long rows, const Array *a) { return work_of(rows, a + 2); }
