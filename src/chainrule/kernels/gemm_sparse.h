// Products of which one factor has many zeros, as the gradient of a relu and most images have: only
// the terms that are not 0 are added.
#ifndef CHAINRULE_GEMM_SPARSE_H
#define CHAINRULE_GEMM_SPARSE_H
#include "gemm.h"

// FN(gemm) with the same bits, N > 1, k side by side in A, k or the columns side by side in B;
// start is NULL or a bias. Returns 1 if it was done, 0 if A has too few zeros or B is not finite.
// Needs FN(sparse_product_work) and FN(gemm_work) reals, whichever is more.
int FN(sparse_product)(const Product *p);
long FN(sparse_product_work)(long N, long K);

// FN(gemm_fold) with the same bits. Returns 1 if it was done, 0 if neither X nor Z has enough zeros
// or the other one is not finite.
int FN(sparse_fold)(const FoldedProduct *p);
long FN(sparse_fold_work)(long rows, long M, long N);

#endif
