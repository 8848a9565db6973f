// Twin of silu.py.
#include "kernels/loops.h"

INLINE real slope(real z) {
  const real s = bounded_logistic(z);
  return s * (1 + z * (1 - s));
}

TAKES(silu, "(n,*) -> (n,*)", 0);

void OP(silu)(long rows, const Array *a, const double *attr) {
  MAP(rows, a, z * bounded_logistic(z)); // a = z sigma(z)
}

void OP(silu_backward)(long rows, const Array *a, const double *attr) {
  MAP_BACKWARD(rows, a, dy * slope(z)); // dz = da sigma(z) (1 + z (1 - sigma(z)))
}
