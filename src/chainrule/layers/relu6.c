// Twin of relu6.py.
#include "kernels/loops.h"

TAKES(relu6, "(n,*) -> (n,*)", 0);

void OP(relu6)(long rows, const Array *a, const double *attr) {
  MAP(rows, a, at_most(positive_part(z), 6)); // a = min(max(z, 0), 6)
}

void OP(relu6_backward)(long rows, const Array *a, const double *attr) {
  MAP_BACKWARD(rows, a, dy * (z > 0 && z < 6 ? 1 : 0)); // dz = da (z > 0) (z < 6)
}
