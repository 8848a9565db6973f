// Twin of sigmoid.py.
#include "kernels/loops.h"

TAKES(sigmoid, "(n,*) -> (n,*)", 0);

void OP(sigmoid)(long rows, const Array *a, const double *attr) {
  MAP(rows, a, bounded_logistic(z)); // a = sigma(z)
}

void OP(sigmoid_backward)(long rows, const Array *a, const double *attr) {
  MAP_BACKWARD(rows, a, dy * y * (1 - y)); // dz = da a (1 - a)
}
