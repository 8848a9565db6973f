// Twin of dense.py: same names, same equations.
#include "kernels/gemm.h"
#include "kernels/gemm_short.h"
#include "kernels/gemm_sparse.h"

enum { BIAS_VECTORS = 8 }; // of db that are summed together

// Scratch of the three products below, whichever strategy each takes.
static long work_of(long rows, const Array *W) {
  const long D = W->shape[0], U = W->shape[1];
  long most = FN(gemm_work)(rows, U, D);
  most = larger_of(most, FN(gemm_work)(rows, D, U));
  most = larger_of(most, FN(gemm_work)(D, U, rows));
  most = larger_of(most, FN(gemm_work)(1, D, rows));
  most = larger_of(most, FN(sparse_fold_work)(rows, D, U));
  most = larger_of(most, FN(sparse_product_work)(U, D));
  return larger_of(most, FN(sparse_product_work)(D, U));
}

// The columns of a product that this thread computes. A part has no single column unless the whole
// has: such a product has another order.
INLINE Range own_columns(long columns, const Array *work) {
  enum { TOGETHER = 2 * LANES };
  if (work->parts < 2) return (Range){0, columns};
  const Range own = part_of(columns / TOGETHER, work->part, work->parts);
  const int is_last = work->part == work->parts - 1;
  return (Range){own.begin * TOGETHER, is_last ? columns : own.end * TOGETHER};
}

// Threads share W if reading it takes longer than a barrier, and if each would have so few rows
// that copying W as panels shows.
static long shares_of(const Array *W) {
  enum { FEW = 64, LARGE = 256 << 10, BROAD = 128 }; // rows, bytes, columns
  const long D = W->shape[0], U = W->shape[1];
  return D >= BROAD && U >= BROAD && D * U * (long)sizeof(real) >= LARGE ? FEW : 0;
}

// z = x W, or x W + b, and the activation of it.
INLINE void product(long rows, const Array *z, const Array *x, const Array *W, const real *b,
                    Activation activation, const Array *work) {
  const long D = W->shape[0], U = W->shape[1];
  const Range own = own_columns(U, work);
  const Product p = {.M = rows,
                     .N = own.end - own.begin,
                     .K = D,
                     .A = {x->data, x->stride, 1},
                     .B = {W->data + own.begin, U, 1},
                     .start = b ? b + own.begin : 0,
                     .activation = activation,
                     .C = z->data + own.begin,
                     .c_row = z->stride,
                     .work = work->data};
  if (U == 1 && D <= SHORT)
    short_column(&p);
  else if (!FN(sparse_product)(&p))
    FN(gemm)(&p);
}

// dW = x' dz over the rows of `leaves`.
INLINE FoldedProduct folded_weights(const Leaves *leaves, const Array *dz, const Array *x,
                                    const Array *dW, real *work) {
  return (FoldedProduct){.leaves = leaves,
                         .M = dW->shape[0],
                         .N = dW->shape[1],
                         .X = x->data,
                         .x_row = x->stride,
                         .Z = dz->data,
                         .z_row = dz->stride,
                         .C = dW->data,
                         .c_row = dW->shape[1],
                         .work = work};
}

// Return 1 if dW = x' dz is computed without the terms that are 0. (Leaves are too large to be made
// for a short product.)
__attribute__((noinline)) static int sparse_weights(long rows, const Array *dz, const Array *x,
                                                    const Array *dW, real *work) {
  const Leaves one = {.count = 1, .parts = 1, .start = {0, rows}};
  const FoldedProduct folded = folded_weights(&one, dz, x, dW, work);
  return FN(sparse_fold)(&folded);
}

// dW = x' dz, row after row.
INLINE void weights(long rows, const Array *dz, const Array *x, const Array *dW, real *work) {
  const long D = dW->shape[0], U = dW->shape[1];
  if (U == 1 && D <= SHORT) {
    short_row(D, rows, x->data, x->stride, dz->data, dz->stride, dW->add, dW->data);
    return;
  }
  if (!dW->add && sparse_weights(rows, dz, x, dW, work)) return;
  Product p = {.M = D,
               .N = U,
               .K = rows,
               .A = {x->data, 1, x->stride},
               .B = {dz->data, dz->stride, 1},
               .start = dW->add ? dW->data : 0,
               .start_row = U,
               .C = dW->data,
               .c_row = U,
               .work = work};
  if (U == 1) { // a product with one column has another order, so dW is computed as a row, dz' x
    p.M = 1, p.N = D;
    p.A = (Matrix){dz->data, 1, dz->stride};
    p.B = (Matrix){x->data, x->stride, 1};
    p.start_row = p.c_row = D;
  }
  FN(gemm)(&p);
}

// dx = dz W', or after a relu dz W' (x > 0).
INLINE void inputs(long rows, const Array *dz, const Array *x, const Array *W, const Array *dx,
                   int after_relu, const Array *work) {
  const long D = W->shape[0], U = W->shape[1];
  const Range own = own_columns(D, work);
  const Product p = {.M = rows,
                     .N = own.end - own.begin,
                     .K = U,
                     .A = {dz->data, dz->stride, 1},
                     .B = {W->data + own.begin * U, 1, U},
                     .start = dx->add ? dx->data + own.begin : 0,
                     .start_row = dx->stride,
                     .gate = after_relu ? x->data + own.begin : 0,
                     .gate_row = x->stride,
                     .C = dx->data + own.begin,
                     .c_row = dx->stride,
                     .work = work->data};
  if (dx->add || !FN(sparse_product)(&p)) FN(gemm)(&p);
}

INLINE void product_backward(long rows, const Array *dz, const Array *x, const Array *W,
                             const Array *dx, const Array *dW, int after_relu, const Array *work) {
  if (dx->data) inputs(rows, dz, x, W, dx, after_relu, work);
  if (dW->data) weights(rows, dz, x, dW, work->data);
}

// This thread's share of dW, a block of rows or of columns.
static void fold_weights(const Leaves *leaves, const Array *dz, const Array *x, const Array *dW,
                         real *work) {
  const long D = dW->shape[0], U = dW->shape[1];
  const Range own = part_in_lanes(larger_of(D, U), leaves->part, leaves->parts);
  const long n = own.end - own.begin;
  if (n <= 0) return;
  FoldedProduct p = folded_weights(leaves, dz, x, dW, work);
  if (U == 1) { // one column of dW as a row of dz' x
    p.M = 1, p.X = dz->data, p.x_row = dz->stride;
    p.N = n, p.Z = x->data + own.begin, p.z_row = x->stride;
    p.C += own.begin, p.c_row = D;
    FN(gemm_fold)(&p);
    return;
  }
  if (D >= U)
    p.M = n, p.X += own.begin, p.C += own.begin * U;
  else
    p.N = n, p.Z += own.begin, p.C += own.begin;
  if (!FN(sparse_fold)(&p)) FN(gemm_fold)(&p);
}

// The columns of `vectors` vectors of db, of which the last one has `last` columns.
INLINE void fold_columns(const Leaves *leaves, const int vectors, integer last, const real *dz,
                         long dz_row, real *db) {
  Vector level[MAX_LEVELS][BIAS_VECTORS];
#define EACH_VECTOR UNROLL for (int v = 0; v < vectors; v++)
#define COLUMNS(v) (v < vectors - 1 ? WIDE : last)
  for (int32_t s = 0, depth = 0; s < leaves->count; s++, depth++) {
    Vector sum[BIAS_VECTORS];
    const real *row = dz + leaves->start[s] * dz_row;
    EACH_VECTOR sum[v] = (Vector){0};
    for (int64_t r = leaves->start[s]; r < leaves->start[s + 1]; r++, row += dz_row)
      EACH_VECTOR sum[v] += load_up_to(row + v * WIDE, COLUMNS(v)); // db = sum of dz, row by row
    EACH_VECTOR level[depth][v] = sum[v];
    for (int32_t k = s + 1; k % 2 == 0; k /= 2, depth--)
      EACH_VECTOR level[depth - 1][v] += level[depth][v];
  }
  EACH_VECTOR store_up_to(db + v * WIDE, COLUMNS(v), level[0][v]);
}

// This thread's share of db.
static void fold_bias(const Leaves *leaves, const Array *dz, const Array *db) {
  const Range own = part_in_lanes(db->size, leaves->part, leaves->parts);
  for (long u = own.begin, n; u < own.end; u += n) {
    n = smaller_of(own.end - u, BIAS_VECTORS * WIDE);
    const integer last = (integer)((n - 1) % WIDE + 1);
#define VECTORS(v) \
  case v: fold_columns(leaves, v, last, dz->data + u, dz->stride, db->data + u); break;
    switch (parts_of(n, WIDE)) { EACH_TO_8(VECTORS) }
  }
}

// ---- affine

TAKES(affine, "(N,D) (D,U) (U) -> (N,U)", 0);

void OP(affine)(long rows, const Array *a, const double *attr) {
  enum { Z, X, W, B, WORK };
  (void)attr;
  product(rows, a + Z, a + X, a + W, a[B].data, IDENTITY, a + WORK); // z = x W + b
}

void OP(affine_then_relu)(long rows, const Array *a, const double *attr) {
  enum { Z, X, W, B, WORK };
  (void)attr;
  product(rows, a + Z, a + X, a + W, a[B].data, RELU, a + WORK); // z = max(x W + b, 0)
}

static void affine_gradients(long rows, const Array *a, int after_relu) {
  enum { DZ, Z, X, W, B, DX, DW, DB, WORK };
  const Array dz = a[DZ], db = a[DB];
  product_backward(rows, &dz, a + X, a + W, a + DX, a + DW, after_relu, a + WORK);
  if (!db.data) return;
  for (long u = 0; u < db.size && !db.add; u++) db.data[u] = 0;
  for (long n = 0; n < rows; n++) { // db = sum over n of dz, row after row
    const real *row = dz.data + n * dz.stride;
    for (long u = 0; u < db.size; u++) db.data[u] += row[u];
  }
}

void OP(affine_backward)(long rows, const Array *a, const double *attr) {
  (void)attr;
  affine_gradients(rows, a, 0);
}

void OP(affine_after_relu)(long rows, const Array *a, const double *attr) {
  (void)attr;
  affine_gradients(rows, a, 1);
}

void OP(affine_fold)(const Leaves *leaves, const Array *a, const double *attr) {
  enum { DZ, Z, X, W, B, DX, DW, DB, WORK };
  (void)attr;
  if (a[DW].data) fold_weights(leaves, a + DZ, a + X, a + DW, a[WORK].data);
  if (a[DB].data) fold_bias(leaves, a + DZ, a + DB);
}

long OP(affine_shares)(const Array *a) {
  enum { Z, X, W, B };
  return shares_of(a + W);
}

long OP(affine_work)(long rows, const Array *a) {
  enum { Z, X, W, B };
  return work_of(rows, a + W);
}

// ---- linear

TAKES(linear, "(N,D) (D,U) -> (N,U)", 0);

void OP(linear)(long rows, const Array *a, const double *attr) {
  enum { Z, X, W, WORK };
  (void)attr;
  product(rows, a + Z, a + X, a + W, 0, IDENTITY, a + WORK); // z = x W
}

void OP(linear_then_relu)(long rows, const Array *a, const double *attr) {
  enum { Z, X, W, WORK };
  (void)attr;
  product(rows, a + Z, a + X, a + W, 0, RELU, a + WORK); // z = max(x W, 0)
}

static void linear_gradients(long rows, const Array *a, int after_relu) {
  enum { DZ, Z, X, W, DX, DW, WORK };
  product_backward(rows, a + DZ, a + X, a + W, a + DX, a + DW, after_relu, a + WORK);
}

void OP(linear_backward)(long rows, const Array *a, const double *attr) {
  (void)attr;
  linear_gradients(rows, a, 0);
}

void OP(linear_after_relu)(long rows, const Array *a, const double *attr) {
  (void)attr;
  linear_gradients(rows, a, 1);
}

void OP(linear_fold)(const Leaves *leaves, const Array *a, const double *attr) {
  enum { DZ, Z, X, W, DX, DW, WORK };
  (void)attr;
  if (a[DW].data) fold_weights(leaves, a + DZ, a + X, a + DW, a[WORK].data);
}

long OP(linear_shares)(const Array *a) {
  enum { Z, X, W };
  return shares_of(a + W);
}

long OP(linear_work)(long rows, const Array *a) {
  enum { Z, X, W };
  return work_of(rows, a + W);
}

// ---- transpose

TAKES(transpose, "(D,U) -> (U,D)", 0);

void OP(transpose)(long rows, const Array *a, const double *attr) {
  enum { V, W };
  const long D = a[W].shape[0], U = a[W].shape[1];
  (void)rows, (void)attr;
  for (long u = 0; u < U; u++) // V = W'
    for (long d = 0; d < D; d++) a[V].data[u * D + d] = a[W].data[d * U + u];
}

void OP(transpose_backward)(long rows, const Array *a, const double *attr) {
  enum { DV, V, W, DW };
  const long D = a[W].shape[0], U = a[W].shape[1];
  real *dW = a[DW].data;
  (void)rows, (void)attr;
  for (long d = 0; d < D && dW; d++) // dW = dV'
    for (long u = 0; u < U; u++) {
      const real each = a[DV].data[u * D + d];
      dW[d * U + u] = a[DW].add ? dW[d * U + u] + each : each;
    }
}
