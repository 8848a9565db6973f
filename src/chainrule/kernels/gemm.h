// The product of native.h, with an activation of its last pass.
#ifndef CHAINRULE_GEMM_H
#define CHAINRULE_GEMM_H
#include "native.h"

typedef enum { IDENTITY, RELU } Activation;

// C = activation([C +] A B), or activation(bias + A B): FN(gemm) and then a pass over C give the
// same bits.
void FN(gemm_activated)(long M, long N, long K, const real *A, long a_row, long a_col,
                        const real *B, long b_row, long b_col, const real *bias, int add,
                        Activation activation, real *C, long c_row, real *work);

// C = A B, and then each of its numbers times (gate > 0 ? 1 : 0): the gradient of relu. The gate
// has C's shape.
void FN(gemm_gated)(long M, long N, long K, const real *A, long a_row, long a_col, const real *B,
                    long b_row, long b_col, const real *gate, long gate_row, real *C, long c_row,
                    real *work);

#endif
