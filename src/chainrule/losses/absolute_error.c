// Twin of absolute_error.py.
#include "elementwise.h"

INLINE real term(real p, real y, real none) {
  (void)none;
  return (p - y) * sign(p - y);
}

INLINE real slope(real p, real y, real none) {
  (void)none;
  return sign(p - y);
}

TAKES(absolute_error, "(N,*) (N,*) -> (N)", 1);

void OP(absolute_error)(long rows, const Array *a, const double *attr) {
  sum_outputs(rows, a, attr[0], 0, term);
}

void OP(absolute_error_backward)(long rows, const Array *a, const double *attr) {
  each_output(rows, a, attr[0], 0, slope);
}

void OP(absolute_error_at_once)(long rows, const Array *a, const double *attr) {
  outputs_at_once(rows, a, attr[0], attr[0], 0, term, slope);
}
