// Twin of gelu.py.
#include "kernels/loops.h"

TAKES(gelu, "(n,*) -> (n,*)", 0);

void OP(gelu)(long rows, const Array *a, const double *attr) {
  MAP(rows, a, z * normal_cdf(z)); // a = z Phi(z)
}

void OP(gelu_backward)(long rows, const Array *a, const double *attr) {
  // dz = da (Phi(z) + z phi(z))
  MAP_BACKWARD(rows, a, dy * (normal_cdf(z) + z * normal_density(z)));
}
