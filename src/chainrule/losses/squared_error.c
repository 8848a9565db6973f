// Twin of squared_error.py.
#include "elementwise.h"

INLINE real term(real p, real y, real none) {
  (void)none;
  return (p - y) * (p - y);
}

INLINE real slope(real p, real y, real none) {
  (void)none;
  return p - y;
}

TAKES(squared_error, "(N,*) (N,*) -> (N)", 1);

void OP(squared_error)(long rows, const Array *a, const double *attr) {
  sum_outputs(rows, a, attr[0], 0, term);
}

void OP(squared_error_backward)(long rows, const Array *a, const double *attr) {
  each_output(rows, a, 2 * attr[0], 0, slope);
}

void OP(squared_error_at_once)(long rows, const Array *a, const double *attr) {
  outputs_at_once(rows, a, attr[0], 2 * attr[0], 0, term, slope);
}
