// Products with one column and up to 8 terms, and their gradients: everything fits into the
// registers, and more work around the product would take longer than the product.
#ifndef CHAINRULE_GEMM_SHORT_H
#define CHAINRULE_GEMM_SHORT_H
#include "gemm.h"
#include "gemm_vector.h"

enum { SHORT = 8, FOUR = 4 }; // terms; rows side by side
typedef real Four
    __attribute__((vector_size(FOUR * sizeof(real)), aligned(sizeof(real)), may_alias));

// The fold of gemm_column.h: lane l += lane l + 8, then 4, 2, 1. Lanes from K on are 0; adding
// zeros several times changes nothing.
#define FOLD(K, lane, zero)                          \
  UNROLL                                             \
  for (int half = SHORT; half > 0; half /= 2) UNROLL \
  for (int l = 0; l < half; l++)                     \
    if (half <= K) (lane)[l] += l + half < K ? (lane)[l + half] : (zero)

// The sums of four rows. (By its address: gcc warns of wide vectors that are returned.)
INLINE void four_sums(const int K, Matrix A, const real *b, Four *sum) {
  Four lane[2 * SHORT];
  UNROLL
  for (int k = 0; k < K; k++) {
    const real *column = A.at + k * A.col;
    lane[k] = (Four){column[0], column[A.row], column[2 * A.row], column[3 * A.row]} * b[k];
  }
  FOLD(K, lane, (Four){0});
  *sum = lane[0];
}

INLINE real one_sum(const int K, const real *a, long a_col, const real *b) {
  real lane[2 * SHORT];
  UNROLL
  for (int k = 0; k < K; k++) lane[k] = a[k * a_col] * b[k];
  FOLD(K, lane, 0);
  return lane[0];
}

// c = max(low, start + sum)
INLINE void finish(const Product *p, int add, real low, real sum, real *c) {
  const real x = add ? *c + sum : p->start ? *p->start + sum : sum;
  *c = low > x ? low : x;
}

INLINE void short_column_of(const int K, const Product *p) {
  const int add = p->start == p->C;
  const real low = lowest(p->activation);
  const real *b = p->B.at;
  Matrix A = p->A;
  real *c = p->C;
  long i = 0;
  for (; i + FOUR <= p->M; i += FOUR, A.at += FOUR * A.row, c += FOUR * p->c_row) {
    Four sum;
    four_sums(K, A, b, &sum);
    if (p->c_row == 1 && !add && low < 0) {
      if (p->start) sum += *p->start;
      *(Four *)c = sum;
    } else {
      for (int q = 0; q < FOUR; q++) finish(p, add, low, sum[q], c + q * p->c_row);
    }
  }
  for (; i < p->M; i++, A.at += A.row, c += p->c_row)
    finish(p, add, low, one_sum(K, A.at, A.col, b), c);
}

#define EACH_SHORT(K, FUNCTION, ...)       \
  switch (K) {                             \
  case 1: FUNCTION(1, __VA_ARGS__); break; \
  case 2: FUNCTION(2, __VA_ARGS__); break; \
  case 3: FUNCTION(3, __VA_ARGS__); break; \
  case 4: FUNCTION(4, __VA_ARGS__); break; \
  case 5: FUNCTION(5, __VA_ARGS__); break; \
  case 6: FUNCTION(6, __VA_ARGS__); break; \
  case 7: FUNCTION(7, __VA_ARGS__); break; \
  case 8: FUNCTION(8, __VA_ARGS__); break; \
  }

// C = activation(start + A b) for 1 <= K <= SHORT and N == 1; the numbers of b lie side by side.
INLINE void short_column(const Product *p) {
  EACH_SHORT(p->K, short_column_of, p);
}

// c[d] = [c[d] +] sum over n of a[n, d] z[n], n in order.
INLINE void short_row_of(const int D, long rows, const real *a, long a_row, const real *z,
                         long z_row, int add, real *c) {
  real sum[SHORT];
  UNROLL
  for (int d = 0; d < D; d++) sum[d] = add ? c[d] : 0;
  for (long n = 0; n < rows; n++, a += a_row, z += z_row) {
    const real each = *z;
    UNROLL
    for (int d = 0; d < D; d++) sum[d] = FMA(a[d], each, sum[d]);
  }
  UNROLL
  for (int d = 0; d < D; d++) c[d] = sum[d];
}

INLINE void short_row(long D, long rows, const real *a, long a_row, const real *z, long z_row,
                      int add, real *c) {
  EACH_SHORT(D, short_row_of, rows, a, a_row, z, z_row, add, c);
}

#endif
