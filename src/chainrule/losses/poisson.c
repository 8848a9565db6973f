// Twin of poisson.py.
#include "elementwise.h"

// As ops/exp.py: beyond these bounds the sums of the loss would overflow.
INLINE real bounded_exponential(real z) {
  return exponential(at_most(z, REAL_BITS == 64 ? 700 : 80));
}

INLINE real term(real z, real y, real none) {
  (void)none;
  return bounded_exponential(z) - y * z;
}

INLINE real slope(real z, real y, real none) {
  (void)none;
  return bounded_exponential(z) - y;
}

TAKES(poisson, "(N,*) (N,*) -> (N)", 1);

void OP(poisson)(long rows, const Array *a, const double *attr) {
  sum_outputs(rows, a, attr[0], 0, term);
}

void OP(poisson_backward)(long rows, const Array *a, const double *attr) {
  each_output(rows, a, attr[0], 0, slope);
}

void OP(poisson_at_once)(long rows, const Array *a, const double *attr) {
  outputs_at_once(rows, a, attr[0], attr[0], 0, term, slope);
}
