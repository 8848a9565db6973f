// Twin of flatten.py: the numbers of a row keep their order. (f and x may share memory.)
#include "kernels/loops.h"

TAKES(flatten, "(n,*x) -> (n,*f)", 0);

int OP(flatten_fits)(const Array *a, int32_t count, const double *attr) {
  enum { F, X };
  (void)count, (void)attr;
  return a[F].size == a[X].size;
}

void OP(flatten)(long rows, const Array *a, const double *attr) {
  MAP(rows, a, z); // f = vec(x)
}

void OP(flatten_backward)(long rows, const Array *a, const double *attr) {
  MAP_BACKWARD(rows, a, dy); // dx = reshape(df)
}
