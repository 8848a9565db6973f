// Twin of flatten.py: the numbers of a row lie as they lay. (A plan may as well let f lie where x
// lies.)
#include "kernels/loops.h"

TAKES(flatten, "(n,*x) -> (n,*f)", 0);

int OP(flatten_fits)(const Array *a, int32_t count, const double *attr) {
  (void)count, (void)attr;
  return a[0].size == a[1].size;
}

void OP(flatten)(long rows, const Array *a, const double *attr) { // f, x
  MAP(rows, a, z);                                                // f = vec(x)
}

void OP(flatten_backward)(long rows, const Array *a, const double *attr) { // df, f, x, dx
  MAP_BACKWARD(rows, a, dy);                                               // dx = reshape(df)
}
