// Loops over the numbers of row values: one flat loop if no array has gaps between its rows. y may
// be an input, and dx may be dy: number i of the result depends only on numbers i.
#ifndef CHAINRULE_LOOPS_H
#define CHAINRULE_LOOPS_H
#include "vector_math.h"

// Before a loop over arrays that do not overlap, or are exactly the same.
#if defined(__clang__)
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define INDEPENDENT _Pragma("GCC ivdep")
#endif

typedef struct {
  long rows, size;
} Extent;

// The rows and their size for a loop over `count` arrays of one shape.
INLINE Extent extent(long rows, const Array *a, int count) {
  const long size = a[0].size;
  for (int i = 0; i < count; i++)
    if (a[i].data && a[i].stride != size && rows > 1) return (Extent){rows, size};
  return (Extent){1, rows * size};
}

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

// The twin of a function of one number, with the arrays y, z: y = value, an expression of z.
#define MAP(rows, a, value)                                 \
  do {                                                      \
    (void)attr;                                             \
    const Extent all_ = extent(rows, a, 2);                 \
    for (long n_ = 0; n_ < all_.rows; n_++) {               \
      real *y_ = row_of((a)[0], n_);                        \
      const real *z_ = row_of((a)[1], n_);                  \
      INDEPENDENT for (long i_ = 0; i_ < all_.size; i_++) { \
        const real z = z_[i_];                              \
        y_[i_] = (value);                                   \
      }                                                     \
    }                                                       \
  } while (0)

// The twin of its gradient, with the arrays dy, y, z, dz: dz = value, an expression of dy, y and z.
#define MAP_BACKWARD(rows, a, value)                                                            \
  do {                                                                                          \
    (void)attr;                                                                                 \
    if (!(a)[3].data) break;                                                                    \
    const Extent all_ = extent(rows, a, 4);                                                     \
    for (long n_ = 0; n_ < all_.rows; n_++) {                                                   \
      const real *dy_ = row_of((a)[0], n_), *y_ = row_of((a)[1], n_), *z_ = row_of((a)[2], n_); \
      CONTRIBUTE((a)[3], n_, 0, all_.size, i_, ({                                               \
                   const real dy = dy_[i_], y = y_[i_], z = z_[i_];                             \
                   (void)dy, (void)y, (void)z;                                                  \
                   (value);                                                                     \
                 }));                                                                           \
    }                                                                                           \
  } while (0)

// The twin of a function of two values of one shape, with the arrays result, x, y: result = value,
// an expression of x and y.
#define MAP_TWO(rows, a, value)                                      \
  do {                                                               \
    (void)attr;                                                      \
    const Extent all_ = extent(rows, a, 3);                          \
    for (long n_ = 0; n_ < all_.rows; n_++) {                        \
      real *result_ = row_of((a)[0], n_);                            \
      const real *x_ = row_of((a)[1], n_), *y_ = row_of((a)[2], n_); \
      INDEPENDENT for (long i_ = 0; i_ < all_.size; i_++) {          \
        const real x = x_[i_], y = y_[i_];                           \
        result_[i_] = (value);                                       \
      }                                                              \
    }                                                                \
  } while (0)

// The twin of one of its gradients, a[which], with the arrays d, result, x, y, dx, dy:
// a[which] = value, an expression of d, x and y.
#define MAP_TWO_BACKWARD(rows, a, which, value)                                                   \
  do {                                                                                            \
    (void)attr;                                                                                   \
    if (!(a)[which].data) break;                                                                  \
    const Extent all_ = extent(rows, a, 6);                                                       \
    for (long n_ = 0; n_ < all_.rows; n_++) {                                                     \
      const real *d_of_ = row_of((a)[0], n_), *x_ = row_of((a)[2], n_), *y_ = row_of((a)[3], n_); \
      CONTRIBUTE((a)[which], n_, 0, all_.size, i_, ({                                             \
                   const real d = d_of_[i_], x = x_[i_], y = y_[i_];                              \
                   (void)d, (void)x, (void)y;                                                     \
                   (value);                                                                       \
                 }));                                                                             \
    }                                                                                             \
  } while (0)

#endif
