// Twin of arithmetic.py.
#include "kernels/loops.h"

TAKES(subtract, "(n,*) (n,*) -> (n,*)", 0);
void OP(subtract)(long rows, const Array *a, const double *attr) { // s, a, b
  MAP_TWO(rows, a, x - y);                                         // s = a - b
}

void OP(subtract_backward)(long rows, const Array *a, const double *attr) { // ds, s, a, b, da, db
  MAP_TWO_BACKWARD(rows, a, 4, d);                                          // da = ds
  MAP_TWO_BACKWARD(rows, a, 5, -d);                                         // db = -ds
}

TAKES(multiply, "(n,*) (n,*) -> (n,*)", 0);
void OP(multiply)(long rows, const Array *a, const double *attr) { // m, a, b
  MAP_TWO(rows, a, x * y);                                         // m = a b
}

void OP(multiply_backward)(long rows, const Array *a, const double *attr) { // dm, m, a, b, da, db
  MAP_TWO_BACKWARD(rows, a, 4, d * y);                                      // da = dm b
  MAP_TWO_BACKWARD(rows, a, 5, d * x);                                      // db = dm a
}

TAKES(scale, "(n,*) -> (n,*)", 1);
void OP(scale)(long rows, const Array *a, const double *attr) { // m, a
  const real factor = (real)attr[0];
  MAP(rows, a, factor * z); // m = factor a
}

void OP(scale_backward)(long rows, const Array *a, const double *attr) { // dm, m, a, da
  const real factor = (real)attr[0];
  MAP_BACKWARD(rows, a, factor * dy); // da = factor dm
}
