// Twin of penalty.py: sums over a whole tensor, in 16 lanes.
#include "elementwise.h"

INLINE real absolute(real W) {
  return W * sign(W);
}

INLINE real half_square(real W) {
  return W * (W / 2);
}

INLINE void sum_all(const Array *a, real (*term)(real)) { // Omega, W
  const real *W = a[1].data;
  const long size = a[1].size;
  real lane[LANES] = {0};
  long k = 0;
  for (; k + LANES <= size; k += LANES)
    for (long i = 0; i < LANES; i++) lane[i] += term(W[k + i]);
  for (long i = 0; k + i < size; i++) lane[i] += term(W[k + i]);
  a[0].data[0] = sum_lanes(lane);
}

TAKES(l1_norm, "(*) -> ()", 0);
void OP(l1_norm)(long rows, const Array *a, const double *attr) {
  (void)rows, (void)attr;
  sum_all(a, absolute); // Omega = sum of |W|
}

void OP(l1_norm_backward)(long rows, const Array *a, const double *attr) { // dOmega, Omega, W, dW
  const real dOmega = a[0].data[0];
  (void)rows, (void)attr;
  for (long k = 0; k < a[2].size && a[3].data; k++) // dW = dOmega sign(W)
    a[3].data[k] = dOmega * sign(a[2].data[k]) + (a[3].add ? a[3].data[k] : 0);
}

TAKES(half_squared_norm, "(*) -> ()", 0);
void OP(half_squared_norm)(long rows, const Array *a, const double *attr) {
  (void)rows, (void)attr;
  sum_all(a, half_square); // Omega = (sum of W^2) / 2
}

// dOmega, Omega, W, dW
void OP(half_squared_norm_backward)(long rows, const Array *a, const double *attr) {
  const real dOmega = a[0].data[0];
  (void)rows, (void)attr;
  for (long k = 0; k < a[2].size && a[3].data; k++) // dW = dOmega W
    a[3].data[k] = dOmega * a[2].data[k] + (a[3].add ? a[3].data[k] : 0);
}
