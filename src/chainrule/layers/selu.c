// Twin of selu.py.
#include "kernels/loops.h"

#define SCALE ((real)1.0507009873554805)
#define SCALE_ALPHA ((real)(1.0507009873554805 * 1.6732632423543772))

TAKES(selu, "(n,*) -> (n,*)", 0);

void OP(selu)(long rows, const Array *a, const double *attr) {
  // a = scale (max(z, 0) + alpha (exp(min(z, 0)) - 1))
  MAP(rows, a, SCALE * positive_part(z) + SCALE_ALPHA * exponential_minus_1(negative_part(z)));
}

void OP(selu_backward)(long rows, const Array *a, const double *attr) {
  // dz = scale da (1 if z > 0 else alpha exp(z))
  MAP_BACKWARD(rows, a, dy * (z > 0 ? SCALE : SCALE_ALPHA * exponential(negative_part(z))));
}
