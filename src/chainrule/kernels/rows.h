// The rows of a value, and what one pass over them writes: a gradient, or a sum over rows.
#ifndef CHAINRULE_ROWS_H
#define CHAINRULE_ROWS_H
#include "native.h"

// Before a loop over arrays that do not overlap, or are exactly the same.
#if defined(__clang__)
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define INDEPENDENT _Pragma("GCC ivdep")
#endif

// Row n.
INLINE real *row_of(Array a, long n) {
  return a.data + n * a.stride;
}

// Vector v along the last axis, of K numbers; they are counted through all rows.
INLINE real *vector_of(Array a, long v, long K) {
  const long each = a.size / K;
  return row_of(a, v / each) + v % each * K;
}

// The size of the last axis.
INLINE long last_axis(Array a) {
  return a.ndim ? a.shape[a.ndim - 1] : 1;
}

// For i < size: d[i] = term, or d[i] += term if the gradient has other contributions already. d
// starts `from` numbers into row n of a gradient.
#define CONTRIBUTE(gradient, n, from, size, i, term)                 \
  do {                                                               \
    real *d_ = row_of(gradient, n) + (from);                         \
    if ((gradient).add) {                                            \
      INDEPENDENT for (long i = 0; i < (size); i++) d_[i] += (term); \
    } else {                                                         \
      INDEPENDENT for (long i = 0; i < (size); i++) d_[i] = (term);  \
    }                                                                \
  } while (0)

// A sum over rows starts from 0, or with `add` from the value that is there (another contribution,
// or the rows before), and adds row after row.
INLINE void start_sum(Array sum) {
  if (sum.data && !sum.add)
    for (long i = 0; i < sum.size; i++) sum.data[i] = 0;
}

// For i < size: sum[i] += term, an expression of i.
#define ADD_TO_SUM(sum, i, size, term)                             \
  do {                                                             \
    real *s_ = (sum).data;                                         \
    INDEPENDENT for (long i = 0; i < (size); i++) s_[i] += (term); \
  } while (0)

#endif
