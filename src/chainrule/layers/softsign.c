// Twin of softsign.py.
#include "kernels/loops.h"

TAKES(softsign, "(n,*) -> (n,*)", 0);

void OP(softsign)(long rows, const Array *a, const double *attr) {
  MAP(rows, a, z / (1 + FABS(z))); // a = z / (1 + |z|)
}

void OP(softsign_backward)(long rows, const Array *a, const double *attr) {
  MAP_BACKWARD(rows, a, dy / ((1 + FABS(z)) * (1 + FABS(z)))); // dz = da / (1 + |z|)^2
}
