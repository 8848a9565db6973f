// Twin of squared_hinge.py.
#include "elementwise.h"

INLINE real term(real z, real y, real none) {
  (void)none;
  return at_least(1 - y * z, 0) * at_least(1 - y * z, 0);
}

INLINE real slope(real z, real y, real none) {
  (void)none;
  return y * at_least(1 - y * z, 0);
}

TAKES(squared_hinge, "(N,*) (N,*) -> (N)", 1);

void OP(squared_hinge)(long rows, const Array *a, const double *attr) {
  sum_outputs(rows, a, attr[0], 0, term);
}

void OP(squared_hinge_backward)(long rows, const Array *a, const double *attr) {
  each_output(rows, a, -2 * attr[0], 0, slope);
}

void OP(squared_hinge_at_once)(long rows, const Array *a, const double *attr) {
  outputs_at_once(rows, a, attr[0], -2 * attr[0], 0, term, slope);
}
