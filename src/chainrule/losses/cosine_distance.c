// Twin of cosine_distance.py.
#include "kernels/lanes.h"
#include "kernels/loops.h"

typedef struct {
  real square, cosine;
} Angle;

INLINE Angle angle(long K, const real *p, const real *y, real eps) {
  real squares[LANES] = {0}, products[LANES] = {0};
  for (long k = 0; k < K; k++) {
    squares[k % LANES] += p[k] * p[k];
    products[k % LANES] += p[k] * y[k];
  }
  const real square = sum_lanes(squares) + eps;
  return (Angle){square, sum_lanes(products) / SQRT(square)};
}

TAKES(cosine_distance, "(N,K) (N,K) -> (N)", 1);

void OP(cosine_distance)(long rows, const Array *a, const double *attr) {
  enum { L, P, Y };
  for (long n = 0; n < rows; n++) // l = 1 - (sum of p y) / sqrt(sum of p^2 + eps)
    *row_of(a[L], n) = 1 - angle(a[P].size, row_of(a[P], n), row_of(a[Y], n), (real)attr[0]).cosine;
}

void OP(cosine_distance_backward)(long rows, const Array *a, const double *attr) {
  enum { DL, L, P, Y, DP };
  for (long n = 0; n < rows && a[DP].data; n++) {
    // dp = dl (cosine p / square - y / sqrt(square))
    const real *p = row_of(a[P], n), *y = row_of(a[Y], n), dl = *row_of(a[DL], n);
    const Angle t = angle(a[P].size, p, y, (real)attr[0]);
    const real length = SQRT(t.square);
    CONTRIBUTE(a[DP], n, 0, a[P].size, k, dl * (t.cosine * p[k] / t.square - y[k] / length));
  }
}
