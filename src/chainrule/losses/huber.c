// Twin of huber.py.
#include "elementwise.h"

// d where |d| <= delta, else delta or -delta
INLINE real clipped(real d, real delta) {
  return at_least(at_most(d, delta), -delta);
}

INLINE real term(real p, real y, real delta) {
  return clipped(p - y, delta) * (p - y - clipped(p - y, delta) / 2);
}

INLINE real slope(real p, real y, real delta) {
  return clipped(p - y, delta);
}

TAKES(huber, "(N,*) (N,*) -> (N)", 2);

void OP(huber)(long rows, const Array *a, const double *attr) {
  sum_outputs(rows, a, attr[1], (real)attr[0], term);
}

void OP(huber_backward)(long rows, const Array *a, const double *attr) {
  each_output(rows, a, attr[1], (real)attr[0], slope);
}

void OP(huber_at_once)(long rows, const Array *a, const double *attr) {
  outputs_at_once(rows, a, attr[1], attr[1], (real)attr[0], term, slope);
}
