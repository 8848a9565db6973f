// Matrix products. gemm.c says how each is computed and when.
#ifndef CHAINRULE_GEMM_H
#define CHAINRULE_GEMM_H
#include "native.h"

typedef enum { IDENTITY, RELU } Activation;

// How a result is cut off: max(lowest, x) is the activation of x.
INLINE real lowest(Activation f) {
  return f == RELU ? 0 : -(real)__builtin_inf();
}

// A matrix in memory: element [i, k] is at[i * row + k * col]. The transpose has the two strides
// exchanged.
typedef struct {
  const real *at;
  long row, col;
} Matrix;

// C = activation(start + A B), M x N x K; the rows of start, gate and C are contiguous. Each sum
// begins with its start and adds the terms k in order, one fma at a time. A product with N == 1 has
// another rule: start + the sum in 16 lanes of k (gemm_column.h).
typedef struct {
  long M, N, K;
  Matrix A, B;
  const real *start; // NULL for 0, a bias (start_row == 0), or C itself (start_row == c_row)
  long start_row;
  Activation activation;
  const real *gate; // NULL, or in C's shape: each result is then multiplied by (gate > 0 ? 1 : 0),
  long gate_row;    // the gradient of relu; no start and no activation with it
  real *C;
  long c_row;
  real *work; // FN(gemm_work)(M, N, K) reals
} Product;

void FN(gemm)(const Product *p);

// Return the size of the scratch memory; it is enough for every smaller M and K too.
long FN(gemm_work)(long M, long N, long K);

// C = X' Z, M x N, summed over the rows of each shard, row after row, and over the shards in the
// fixed tree: the same bits as FN(gemm) for each shard. Here N == 1 has no rule of its own.
typedef struct {
  const Leaves *leaves;
  long M, N;
  const real *X;
  long x_row;
  const real *Z;
  long z_row;
  real *C;
  long c_row;
  real *work; // PANEL_OF(rows of the largest shard) reals
} FoldedProduct;

void FN(gemm_fold)(const FoldedProduct *p);
#define PANEL_OF(rows) ((rows) * 2 * LANES + LANES)

#endif
