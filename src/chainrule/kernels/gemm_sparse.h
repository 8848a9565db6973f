// Products of which one side has many zeros, as a relu's gradient and most images have: only the
// terms that are not 0 are added.
#ifndef CHAINRULE_GEMM_SPARSE_H
#define CHAINRULE_GEMM_SPARSE_H
#include "gemm.h"

// C = activation(bias + A B), k side by side in A, k or the columns in B; bias NULL: 0; gate: as
// FN(gemm_gated), or NULL. Returns whether it was done: not where A has too few zeros, or B is not
// finite. The bits are those of gemm.h, N > 1.
int FN(sparse_product)(long M, long N, long K, const real *A, long a_row, const real *B, long b_row,
                       long b_col, const real *bias, Activation activation, const real *gate,
                       long gate_row, real *C, long c_row, real *work);
long FN(sparse_product_work)(long N, long K);

// FN(gemm_fold), where X or Z has zeros enough and the other one is finite. Returns whether it was
// done.
int FN(sparse_fold)(const Leaves *leaves, long M, long N, const real *X, long x_row, const real *Z,
                    long z_row, real *C, long c_row, real *work);
long FN(sparse_fold_work)(long rows, long M, long N);

#endif
