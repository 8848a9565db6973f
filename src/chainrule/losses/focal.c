// Twin of focal.py.
#include "kernels/lanes.h"
#include "kernels/loops.h"

// The term of one output. s: the score of the right answer; weight: alpha or 1 - alpha.
INLINE real term(real s, real weight, real gamma) {
  return weight * exponential(-gamma * softplus(s)) * softplus(-s);
}

// Its slope with respect to s.
INLINE real slope(real s, real weight, real gamma) {
  const real inner = -gamma * bounded_logistic(s) * softplus(-s) - bounded_logistic(-s);
  return weight * exponential(-gamma * softplus(s)) * inner;
}

TAKES(focal, "(N,*) (N,*) -> (N)", 3);

void OP(focal)(long rows, const Array *a, const double *attr) {
  enum { L, Z, Y };
  const real alpha = (real)attr[0], gamma = (real)attr[1], scale = (real)attr[2];
  for (long n = 0; n < rows; n++) {
    // l = -scale (sum of weight (1 - sigma(s))^gamma log sigma(s))
    const real *z = row_of(a[Z], n), *y = row_of(a[Y], n);
    real lane[LANES] = {0};
    for (long k = 0; k < a[Z].size; k++) {
      const real weight = 1 - alpha + (2 * alpha - 1) * y[k];
      lane[k % LANES] += term((2 * y[k] - 1) * z[k], weight, gamma);
    }
    *row_of(a[L], n) = scale * sum_lanes(lane);
  }
}

void OP(focal_backward)(long rows, const Array *a, const double *attr) {
  enum { DL, L, Z, Y, DZ };
  const real alpha = (real)attr[0], gamma = (real)attr[1], scale = (real)attr[2];
  for (long n = 0; n < rows && a[DZ].data; n++) {
    const real *z = row_of(a[Z], n), *y = row_of(a[Y], n), each = scale * *row_of(a[DL], n);
    CONTRIBUTE(a[DZ], n, 0, a[Z].size, k, ({
                 const real t = 2 * y[k] - 1, weight = 1 - alpha + (2 * alpha - 1) * y[k];
                 each *(t * slope(t * z[k], weight, gamma));
               }));
  }
}
