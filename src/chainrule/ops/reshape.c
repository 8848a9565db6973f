// Twin of reshape.py: the numbers of a row keep their order. (r and x may share memory.)
#include "kernels/loops.h"

TAKES(reshape, "(n,*x) -> (n,*r)", ANY_COUNT);

int OP(reshape_fits)(const Array *a, int32_t count, const double *attr) {
  enum { R, X };
  (void)count, (void)attr; // the shape, which is h's
  return a[R].size == a[X].size;
}

void OP(reshape)(long rows, const Array *a, const double *attr) {
  MAP(rows, a, z); // r = reshape(x)
}

void OP(reshape_backward)(long rows, const Array *a, const double *attr) {
  MAP_BACKWARD(rows, a, dy); // dx = reshape(dr)
}
