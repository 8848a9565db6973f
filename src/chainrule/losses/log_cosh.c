// Twin of log_cosh.py.
#include "elementwise.h"

// log cosh d: near 0 by cosh d - 1 = t^2 / (2 (t + 1)) with t = e^|d| - 1, else by
// |d| + log(1 + e^(-2|d|)) - log 2
INLINE real logarithm_of_cosh(real d) {
  const real size = FABS(d), t = exponential_minus_1(at_most(size, 1));
  const real near = logarithm_1_plus(t * t / (2 * (t + 1)));
  const real far = size + softplus_of_negative(2 * size) - (real)0.69314718055994530942;
  return size < 1 ? near : far;
}

INLINE real term(real p, real y, real none) {
  (void)none;
  return logarithm_of_cosh(p - y);
}

INLINE real slope(real p, real y, real none) {
  (void)none;
  return hyperbolic_tangent(p - y);
}

TAKES(log_cosh, "(N,*) (N,*) -> (N)", 1);

void OP(log_cosh)(long rows, const Array *a, const double *attr) {
  sum_outputs(rows, a, attr[0], 0, term);
}

void OP(log_cosh_backward)(long rows, const Array *a, const double *attr) {
  each_output(rows, a, attr[0], 0, slope);
}

void OP(log_cosh_at_once)(long rows, const Array *a, const double *attr) {
  outputs_at_once(rows, a, attr[0], attr[0], 0, term, slope);
}
