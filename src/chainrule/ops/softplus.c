// Twin of softplus.py.
#include "kernels/loops.h"

TAKES(softplus, "(n,*) -> (n,*)", 0);

void OP(softplus)(long rows, const Array *a, const double *attr) {
  MAP(rows, a, softplus(z)); // a = log(1 + e^z)
}

void OP(softplus_backward)(long rows, const Array *a, const double *attr) {
  MAP_BACKWARD(rows, a, dy * bounded_logistic(z)); // dz = da sigma(z)
}
