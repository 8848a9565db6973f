// Twin of reshape.py: the numbers of a row keep their order. (A plan may put r where x is.)
#include "kernels/loops.h"

void OP(reshape)(long rows, const Array *a, const double *attr) {
  MAP(rows, a, z); // r = reshape(x)
}

void OP(reshape_backward)(long rows, const Array *a, const double *attr) {
  MAP_BACKWARD(rows, a, dy); // dx = reshape(dr)
}
