// Twin of flatten.py: the numbers of a row keep their order. (A plan may put f where x is.)
#include "kernels/loops.h"

void OP(flatten)(long rows, const Array *a, const double *attr) {
  MAP(rows, a, z); // f = vec(x)
}

void OP(flatten_backward)(long rows, const Array *a, const double *attr) {
  MAP_BACKWARD(rows, a, dy); // dx = reshape(df)
}
