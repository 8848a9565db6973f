// Twin of hinge.py.
#include "elementwise.h"

INLINE real term(real z, real y, real none) {
  (void)none;
  return at_least(1 - y * z, 0);
}

INLINE real slope(real z, real y, real none) {
  (void)none;
  return y * (y * z < 1);
}

TAKES(hinge, "(N,*) (N,*) -> (N)", 1);

void OP(hinge)(long rows, const Array *a, const double *attr) {
  sum_outputs(rows, a, attr[0], 0, term);
}

void OP(hinge_backward)(long rows, const Array *a, const double *attr) {
  each_output(rows, a, -attr[0], 0, slope);
}

void OP(hinge_at_once)(long rows, const Array *a, const double *attr) {
  outputs_at_once(rows, a, attr[0], -attr[0], 0, term, slope);
}
