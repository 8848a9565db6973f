// Twin of arithmetic.py.
#include "kernels/loops.h"

TAKES(subtract, "(n,*) (n,*) -> (n,*)", 0);

void OP(subtract)(long rows, const Array *a, const double *attr) {
  MAP_TWO(rows, a, x - y); // s = a - b
}

void OP(subtract_backward)(long rows, const Array *a, const double *attr) {
  enum { DS, S, A, B, DA, DB };
  MAP_TWO_BACKWARD(rows, a, DA, d);  // da = ds
  MAP_TWO_BACKWARD(rows, a, DB, -d); // db = -ds
}

TAKES(multiply, "(n,*) (n,*) -> (n,*)", 0);

void OP(multiply)(long rows, const Array *a, const double *attr) {
  MAP_TWO(rows, a, x * y); // m = a b
}

void OP(multiply_backward)(long rows, const Array *a, const double *attr) {
  enum { DM, M, A, B, DA, DB };
  MAP_TWO_BACKWARD(rows, a, DA, d * y); // da = dm b
  MAP_TWO_BACKWARD(rows, a, DB, d * x); // db = dm a
}

TAKES(scale, "(n,*) -> (n,*)", 1);

void OP(scale)(long rows, const Array *a, const double *attr) {
  const real factor = (real)attr[0];
  MAP(rows, a, factor * z); // m = factor a
}

void OP(scale_backward)(long rows, const Array *a, const double *attr) {
  const real factor = (real)attr[0];
  MAP_BACKWARD(rows, a, factor * dy); // da = factor dm
}
