// Twin of leaky_relu.py.
#include "kernels/loops.h"

TAKES(leaky_relu, "(n,*) -> (n,*)", 1);

void OP(leaky_relu)(long rows, const Array *a, const double *attr) {
  const real slope = (real)attr[0];
  MAP(rows, a, positive_part(z) + slope * negative_part(z)); // a = max(z, 0) + slope min(z, 0)
}

void OP(leaky_relu_backward)(long rows, const Array *a, const double *attr) {
  const real slope = (real)attr[0];
  MAP_BACKWARD(rows, a, dy * (z > 0 ? 1 : slope)); // dz = da (1 if z > 0 else slope)
}
