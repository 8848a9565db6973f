// Products in which one factor has many zeros, like the gradient of a relu and most images: only
// the terms that are not 0 are added.
#ifndef CHAINRULE_GEMM_SPARSE_H
#define CHAINRULE_GEMM_SPARSE_H
#include "gemm.h"

// FN(gemm) with the same bits, for N > 1, contiguous k in A, contiguous k or columns in B; start is
// NULL or a bias. Return 1 if it was done, 0 if A has too few zeros or B is not finite. It needs
// FN(sparse_product_work) or FN(gemm_work) reals, whichever is more.
int FN(sparse_product)(const Product *p);
long FN(sparse_product_work)(long N, long K);

// FN(gemm_fold) with the same bits. Returns 1 if it was done, 0 if neither X nor Z has enough zeros
// or the other one is not finite.
int FN(sparse_fold)(const FoldedProduct *p);
long FN(sparse_fold_work)(long rows, long M, long N);

#endif
