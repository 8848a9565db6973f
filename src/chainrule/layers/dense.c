// Twin of dense.py: same names, same equations.
#include "kernels/gemm_short.h"
#include "kernels/gemm_sparse.h"

static long larger(long a, long b) {
  return a > b ? a : b;
}

// Scratch of the three products below, whichever way each takes.
static long work_of(long rows, const Array *W) {
  const long D = W->shape[0], U = W->shape[1];
  const long back = larger(FN(gemm_work)(rows, D, U),
                           larger(FN(gemm_work)(D, U, rows), FN(gemm_work)(1, D, rows)));
  const long sparse = larger(FN(sparse_fold_work)(rows, D, U),
                             larger(FN(sparse_product_work)(U, D), FN(sparse_product_work)(D, U)));
  return larger(larger(FN(gemm_work)(rows, U, D), sparse), back);
}

INLINE void product(long rows, const Array *z, const Array *x, const Array *W, const real *b,
                    Activation activation, real *work) {
  const long D = W->shape[0], U = W->shape[1];
  if (U == 1 && D <= SHORT) {
    const ShortColumn p = {rows, x->data, x->stride,          1,       W->data,
                           b,    0,       lowest(activation), z->data, z->stride};
    short_column(D, &p);
  } else if (!FN(sparse_product)(rows, U, D, x->data, x->stride, W->data, U, 1, b, activation, 0, 0,
                                 z->data, z->stride, work)) {
    FN(gemm_activated)(rows, U, D, x->data, x->stride, 1, W->data, U, 1, b, 0, activation, z->data,
                       z->stride, work);
  }
}

// dW = x' dz, row after row. A product with one column has another order, so one column of dW is a
// row of dz' x.
INLINE void weights(long rows, const Array *dz, const Array *x, const Array *dW, real *work) {
  const long D = dW->shape[0], U = dW->shape[1];
  const Leaves one = {.count = 1, .parts = 1, .start = {0, rows}};
  if (!dW->add &&
      FN(sparse_fold)(&one, D, U, x->data, x->stride, dz->data, dz->stride, dW->data, U, work))
    return;
  if (U > 1) {
    FN(gemm)(D, U, rows, x->data, 1, x->stride, dz->data, dz->stride, 1, 0, dW->add, dW->data, U,
             work);
  } else if (D > SHORT) {
    FN(gemm)(1, D, rows, dz->data, 1, dz->stride, x->data, x->stride, 1, 0, dW->add, dW->data, D,
             work);
  } else {
    short_row(D, rows, x->data, x->stride, dz->data, dz->stride, dW->add, dW->data);
  }
}

// dx = dz W', after a relu dz W' (x > 0).
INLINE void inputs(long rows, const Array *dz, const Array *x, const Array *W, const Array *dx,
                   int after_relu, real *work) {
  const long D = W->shape[0], U = W->shape[1];
  const real *gate = after_relu ? x->data : 0;
  if (!dx->add && FN(sparse_product)(rows, D, U, dz->data, dz->stride, W->data, 1, U, 0, IDENTITY,
                                     gate, x->stride, dx->data, dx->stride, work))
    return;
  if (gate)
    FN(gemm_gated)(rows, D, U, dz->data, dz->stride, 1, W->data, 1, U, gate, x->stride, dx->data,
                   dx->stride, work);
  else
    FN(gemm)(rows, D, U, dz->data, dz->stride, 1, W->data, 1, U, 0, dx->add, dx->data, dx->stride,
             work);
}

INLINE void product_backward(long rows, const Array *dz, const Array *x, const Array *W,
                             const Array *dx, const Array *dW, int after_relu, real *work) {
  if (dx->data) inputs(rows, dz, x, W, dx, after_relu, work);
  if (dW->data) weights(rows, dz, x, dW, work);
}

static void fold_block(const Leaves *leaves, long M, long N, const real *X, long x_row,
                       const real *Z, long z_row, real *C, long c_row, real *work) {
  if (!FN(sparse_fold)(leaves, M, N, X, x_row, Z, z_row, C, c_row, work))
    FN(gemm_fold)(leaves, M, N, X, x_row, Z, z_row, C, c_row, work);
}

// This thread's share of dW, a block of rows or of columns. One column of dW is a row of dz' x.
static void fold_weights(const Leaves *leaves, const Array *dz, const Array *x, const Array *dW,
                         real *work) {
  const long D = dW->shape[0], U = dW->shape[1], most = larger(D, U),
             blocks = (most + LANES - 1) / LANES;
  const long begin = blocks * leaves->part / leaves->parts * LANES,
             stop = blocks * (leaves->part + 1) / leaves->parts * LANES;
  const long n = (stop < most ? stop : most) - begin;
  if (n <= 0) return;
  if (U == 1)
    FN(gemm_fold)(leaves, 1, n, dz->data, dz->stride, x->data + begin, x->stride, dW->data + begin,
                  D, work);
  else if (D >= U)
    fold_block(leaves, n, U, x->data + begin, x->stride, dz->data, dz->stride, dW->data + begin * U,
               U, work);
  else
    fold_block(leaves, D, n, x->data, x->stride, dz->data + begin, dz->stride, dW->data + begin, U,
               work);
}

// n columns of db, n a constant where this is inlined.
static inline __attribute__((always_inline)) void
fold_columns(const Leaves *leaves, const long n, const real *dz, long dz_row, real *db) {
  real level[MAX_LEVELS][4 * LANES];
  for (int32_t s = 0, depth = 0; s < leaves->count; s++, depth++) {
    real sum[4 * LANES] = {0};
    const real *row = dz + leaves->start[s] * dz_row;
    for (int64_t r = leaves->start[s]; r < leaves->start[s + 1]; r++, row += dz_row)
      for (long u = 0; u < n; u++) sum[u] += row[u]; // db = sum over n of dz, row after row
    for (long u = 0; u < n; u++) level[depth][u] = sum[u];
    for (int32_t k = s + 1; k % 2 == 0; k /= 2, depth--)
      for (long u = 0; u < n; u++) level[depth - 1][u] += level[depth][u];
  }
  for (long u = 0; u < n; u++) db[u] = level[0][u];
}

// This thread's share of db.
static void fold_bias(const Leaves *leaves, const Array *dz, const Array *db) {
  const long blocks = (db->size + LANES - 1) / LANES,
             end = blocks * (leaves->part + 1) / leaves->parts * LANES;
  const long stop = end < db->size ? end : db->size;
  for (long u = blocks * leaves->part / leaves->parts * LANES, n; u < stop; u += n) {
    const real *columns = dz->data + u;
    n = stop - u >= 4 * LANES ? 4 * LANES : stop - u >= LANES ? LANES : stop - u;
    if (n == 4 * LANES)
      fold_columns(leaves, 4 * LANES, columns, dz->stride, db->data + u);
    else if (n == LANES)
      fold_columns(leaves, LANES, columns, dz->stride, db->data + u);
    else
      fold_columns(leaves, n, columns, dz->stride, db->data + u);
  }
}

TAKES(affine, "(N,D) (D,U) (U) -> (N,U)", 0);
void OP(affine)(long rows, const Array *a, const double *attr) { // z, x, W, b
  (void)attr;
  product(rows, a, a + 1, a + 2, a[3].data, IDENTITY, a[4].data); // z = x W + b
}

void OP(affine_then_relu)(long rows, const Array *a, const double *attr) { // a, x, W, b
  (void)attr;
  product(rows, a, a + 1, a + 2, a[3].data, RELU, a[4].data); // a = max(x W + b, 0)
}

static void affine_gradients(long rows, const Array *a, int after_relu) {
  const Array dz = a[0], db = a[7];
  product_backward(rows, &dz, a + 2, a + 3, a + 5, a + 6, after_relu, a[8].data);
  if (!db.data) return;
  for (long u = 0; u < db.size && !db.add; u++) db.data[u] = 0;
  for (long n = 0; n < rows; n++)
    // db = sum over n of dz, row after row
    for (long u = 0; u < db.size; u++) db.data[u] += dz.data[n * dz.stride + u];
}

// dz, z, x, W, b, dx, dW, db
void OP(affine_backward)(long rows, const Array *a, const double *attr) {
  (void)attr;
  affine_gradients(rows, a, 0);
}

void OP(affine_after_relu)(long rows, const Array *a, const double *attr) {
  (void)attr;
  affine_gradients(rows, a, 1);
}

// dz, -, x, W, b, -, dW, db
void OP(affine_fold)(const Leaves *leaves, const Array *a, const double *attr) {
  (void)attr;
  if (a[6].data) fold_weights(leaves, a, a + 2, a + 6, a[8].data);
  if (a[7].data) fold_bias(leaves, a, a + 7);
}

long OP(affine_work)(long rows, const Array *a) {
  return work_of(rows, a + 2);
}

TAKES(linear, "(N,D) (D,U) -> (N,U)", 0);
void OP(linear)(long rows, const Array *a, const double *attr) { // z, x, W
  (void)attr;
  product(rows, a, a + 1, a + 2, 0, IDENTITY, a[3].data); // z = x W
}

void OP(linear_then_relu)(long rows, const Array *a, const double *attr) { // a, x, W
  (void)attr;
  product(rows, a, a + 1, a + 2, 0, RELU, a[3].data); // a = max(x W, 0)
}

void OP(linear_backward)(long rows, const Array *a, const double *attr) { // dz, z, x, W, dx, dW
  (void)attr;
  product_backward(rows, a, a + 2, a + 3, a + 4, a + 5, 0, a[6].data);
}

void OP(linear_after_relu)(long rows, const Array *a, const double *attr) {
  (void)attr;
  product_backward(rows, a, a + 2, a + 3, a + 4, a + 5, 1, a[6].data);
}

// dz, -, x, W, -, dW
void OP(linear_fold)(const Leaves *leaves, const Array *a, const double *attr) {
  (void)attr;
  if (a[5].data) fold_weights(leaves, a, a + 2, a + 5, a[6].data);
}

long OP(linear_work)(long rows, const Array *a) {
  return work_of(rows, a + 2);
}
