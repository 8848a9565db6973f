// Twin of the op `add` of tape.py.
#include "kernels/loops.h"

TAKES(add, "(n,*) (n,*) -> (n,*)", 0);

void OP(add)(long rows, const Array *a, const double *attr) {
  MAP_TWO(rows, a, x + y); // s = a + b
}

void OP(add_backward)(long rows, const Array *a, const double *attr) {
  enum { DS, S, A, B, DA, DB };
  MAP_TWO_BACKWARD(rows, a, DA, d); // da = ds
  MAP_TWO_BACKWARD(rows, a, DB, d); // db = ds
}
