// Twin of hard_sigmoid.py.
#include "kernels/loops.h"

TAKES(hard_sigmoid, "(n,*) -> (n,*)", 0);

void OP(hard_sigmoid)(long rows, const Array *a, const double *attr) {
  MAP(rows, a, at_most(at_least(z / 6 + (real)0.5, 0), 1)); // a = min(max(z / 6 + 1 / 2, 0), 1)
}

void OP(hard_sigmoid_backward)(long rows, const Array *a, const double *attr) {
  MAP_BACKWARD(rows, a, dy * (z > -3 && z < 3 ? 1 : 0) / 6); // dz = da (z > -3) (z < 3) / 6
}
