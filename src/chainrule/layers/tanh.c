// Twin of tanh.py.
#include "kernels/loops.h"

TAKES(tanh, "(n,*) -> (n,*)", 0);

void OP(tanh)(long rows, const Array *a, const double *attr) {
  MAP(rows, a, hyperbolic_tangent(z)); // a = tanh(z)
}

void OP(tanh_backward)(long rows, const Array *a, const double *attr) {
  MAP_BACKWARD(rows, a, dy * (1 - y * y)); // dz = da (1 - a^2)
}
