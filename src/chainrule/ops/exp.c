// Twin of exp.py.
#include "kernels/loops.h"

enum { HIGHEST = REAL_BITS == 32 ? 80 : 700 }; // above, the sums of a loss would overflow

TAKES(exp, "(n,*) -> (n,*)", 0);

void OP(exp)(long rows, const Array *a, const double *attr) {
  MAP(rows, a, exponential(at_most(z, HIGHEST))); // a = exp(z)
}

void OP(exp_backward)(long rows, const Array *a, const double *attr) {
  MAP_BACKWARD(rows, a, dy * y); // dz = da a
}
