// Twin of elu.py.
#include "kernels/loops.h"

TAKES(elu, "(n,*) -> (n,*)", 1);

void OP(elu)(long rows, const Array *a, const double *attr) {
  const real alpha = (real)attr[0];
  // a = max(z, 0) + alpha (exp(min(z, 0)) - 1)
  MAP(rows, a, positive_part(z) + alpha * exponential_minus_1(negative_part(z)));
}

void OP(elu_backward)(long rows, const Array *a, const double *attr) {
  const real alpha = (real)attr[0];
  // dz = da (1 if z > 0 else alpha exp(z))
  MAP_BACKWARD(rows, a, dy * (z > 0 ? 1 : alpha * exponential(negative_part(z))));
}
