// Twin of kl_divergence.py.
#include "classes.h"

TAKES(kl_divergence, "(N,K) (N,K) -> (N)", 0);

void OP(kl_divergence)(long rows, const Array *a, const double *attr) {
  enum { L, Z, Y };
  (void)attr;
  for (long n = 0; n < rows; n++) { // l = sum of y (log y - log softmax(z)); 0 log 0 = 0
    const real *z = a[Z].data + n * a[Z].stride, *y = a[Y].data + n * a[Y].stride;
    const Scores s = scores(a[Z].size, z);
    real lane[LANES] = {0};
    for (long k = 0; k < a[Z].size; k++)
      lane[k % LANES] += y[k] * (logarithm(y[k] > 0 ? y[k] : 1) - log_softmax(&s, z[k]));
    a[L].data[n * a[L].stride] = sum_lanes(lane);
  }
}

void OP(kl_divergence_backward)(long rows, const Array *a, const double *attr) {
  enum { DL, L, Z, Y, DZ };
  (void)attr;
  for (long n = 0; n < rows && a[DZ].data; n++) { // dz = dl (softmax(z) (sum of y) - y)
    const real *z = a[Z].data + n * a[Z].stride, *y = a[Y].data + n * a[Y].stride;
    const Scores s = scores(a[Z].size, z);
    real lane[LANES] = {0};
    for (long k = 0; k < a[Z].size; k++) lane[k % LANES] += y[k];
    softmax_gradient(a[Z].size, &s, z, a[DL].data[n * a[DL].stride], sum_lanes(lane), y,
                     a[DZ].data + n * a[DZ].stride, a[DZ].add);
  }
}
