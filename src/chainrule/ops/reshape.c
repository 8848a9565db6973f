// Twin of reshape.py: the numbers of a row lie as they lay. (A plan may as well let r lie where x
// lies.)
#include "kernels/loops.h"

void OP(reshape)(long rows, const Array *a, const double *attr) { // r, x
  MAP(rows, a, z);                                                // r = reshape(x)
}

void OP(reshape_backward)(long rows, const Array *a, const double *attr) { // dr, r, x, dx
  MAP_BACKWARD(rows, a, dy);                                               // dx = reshape(dr)
}
