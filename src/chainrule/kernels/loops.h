// Loops over the numbers of row values: one flat loop if no array has gaps between its rows. y may
// be an input, and dx may be dy: number i of the result depends only on numbers i.
#ifndef CHAINRULE_LOOPS_H
#define CHAINRULE_LOOPS_H
#include "rows.h"
#include "vector_math.h"

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
