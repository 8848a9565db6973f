// Twin of relu.py.
#include "kernels/loops.h"

TAKES(relu, "(n,*) -> (n,*)", 0);

void OP(relu)(long rows, const Array *a, const double *attr) {
  MAP(rows, a, positive_part(z)); // a = max(z, 0)
}

void OP(relu_backward)(long rows, const Array *a, const double *attr) {
  MAP_BACKWARD(rows, a, dy * (z > 0 ? 1 : 0)); // dz = da (z > 0)
}
