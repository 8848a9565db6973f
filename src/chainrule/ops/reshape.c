// Twin of reshape.py: the numbers of a row lie as they lay. (A plan may as well let r lie where x
// lies.)
#include "kernels/loops.h"

TAKES(reshape, "(n,*x) -> (n,*r)", ANY_COUNT);

int OP(reshape_fits)(const Array *a, int32_t count, const double *attr) {
  (void)count, (void)attr; // the shape, which is h's
  return a[0].size == a[1].size;
}

void OP(reshape)(long rows, const Array *a, const double *attr) { // r, x
  MAP(rows, a, z);                                                // r = reshape(x)
}

void OP(reshape_backward)(long rows, const Array *a, const double *attr) { // dr, r, x, dx
  MAP_BACKWARD(rows, a, dy);                                               // dx = reshape(dr)
}
