// Twin of quantile.py.
#include "elementwise.h"

INLINE real term(real p, real y, real q) {
  return larger(q * (y - p), (q - 1) * (y - p));
}

INLINE real slope(real p, real y, real q) {
  return (real)(y < p) - q;
}

TAKES(quantile_loss, "(N,*) (N,*) -> (N)", 2);

void OP(quantile_loss)(long rows, const Array *a, const double *attr) {
  sum_outputs(rows, a, attr[1], (real)attr[0], term);
}

void OP(quantile_loss_backward)(long rows, const Array *a, const double *attr) {
  each_output(rows, a, attr[1], (real)attr[0], slope);
}

void OP(quantile_loss_at_once)(long rows, const Array *a, const double *attr) {
  outputs_at_once(rows, a, attr[1], attr[1], (real)attr[0], term, slope);
}
