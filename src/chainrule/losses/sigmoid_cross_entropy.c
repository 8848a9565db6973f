// Twin of sigmoid_cross_entropy.py.
#include "elementwise.h"

INLINE real term(real z, real y, real none) {
  (void)none;
  return positive_part(z) - y * z + softplus_of_negative(z);
}

INLINE real slope(real z, real y, real none) {
  (void)none;
  return logistic(z) - y;
}

TAKES(sigmoid_cross_entropy, "(N,*) (N,*) -> (N)", 1);

void OP(sigmoid_cross_entropy)(long rows, const Array *a, const double *attr) {
  sum_outputs(rows, a, attr[0], 0, term);
}

void OP(sigmoid_cross_entropy_backward)(long rows, const Array *a, const double *attr) {
  each_output(rows, a, attr[0], 0, slope);
}

void OP(sigmoid_cross_entropy_at_once)(long rows, const Array *a, const double *attr) {
  outputs_at_once(rows, a, attr[0], attr[0], 0, term, slope);
}
