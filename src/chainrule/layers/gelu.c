// Twin of gelu.py.
#include "../engines/loops.h"

void OP(gelu)(long rows, const Array *a, const double *attr) {                      // a, z
  MAP(rows, a, z * normal_cdf(z));                                                  // a = z Phi(z)
}

void OP(gelu_backward)(long rows, const Array *a, const double *attr) {             // da, a, z, dz
  MAP_BACKWARD(rows, a, dy * (normal_cdf(z) + z * normal_density(z)));              // dz = da (Phi(z) + z phi(z))
}
