// Twin of the one op that graph.py holds.
#include "kernels/loops.h"

TAKES(add, "(n,*) (n,*) -> (n,*)", 0);
void OP(add)(long rows, const Array *a, const double *attr) { // s, a, b
  MAP_TWO(rows, a, x + y);                                    // s = a + b
}

void OP(add_backward)(long rows, const Array *a, const double *attr) { // ds, s, a, b, da, db
  MAP_TWO_BACKWARD(rows, a, 4, d);                                     // da = ds
  MAP_TWO_BACKWARD(rows, a, 5, d);                                     // db = ds
}
