// Twin of mish.py.
#include "kernels/loops.h"

INLINE real slope(real z) {
  const real t = hyperbolic_tangent(softplus(z));
  return t + z * bounded_logistic(z) * (1 - t * t);
}

TAKES(mish, "(n,*) -> (n,*)", 0);

void OP(mish)(long rows, const Array *a, const double *attr) {
  MAP(rows, a, z * hyperbolic_tangent(softplus(z))); // a = z tanh(softplus(z))
}

void OP(mish_backward)(long rows, const Array *a, const double *attr) {
  // dz = da (tanh(softplus(z)) + z sigma(z) (1 - tanh(softplus(z))^2))
  MAP_BACKWARD(rows, a, dy * slope(z));
}
