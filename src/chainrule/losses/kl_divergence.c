// Twin of kl_divergence.py.
#include "classes.h"

TAKES(kl_divergence, "(N,K) (N,K) -> (N)", 0);
void OP(kl_divergence)(long rows, const Array *a, const double *attr) { // l, z, y
  (void)attr;
  for (long n = 0; n < rows; n++) { // l = sum of y (log y - log softmax(z)); 0 log 0 = 0
    const real *z = a[1].data + n * a[1].stride, *y = a[2].data + n * a[2].stride;
    const Scores s = scores(a[1].size, z);
    real lane[LANES] = {0};
    for (long k = 0; k < a[1].size; k++)
      lane[k % LANES] += y[k] * (logarithm(y[k] > 0 ? y[k] : 1) - log_softmax(&s, z[k]));
    a[0].data[n * a[0].stride] = sum_lanes(lane);
  }
}

void OP(kl_divergence_backward)(long rows, const Array *a, const double *attr) { // dl, l, z, y, dz
  (void)attr;
  for (long n = 0; n < rows && a[4].data; n++) { // dz = dl (softmax(z) (sum of y) - y)
    const real *z = a[2].data + n * a[2].stride, *y = a[3].data + n * a[3].stride;
    const Scores s = scores(a[2].size, z);
    real lane[LANES] = {0};
    for (long k = 0; k < a[2].size; k++) lane[k % LANES] += y[k];
    softmax_gradient(a[2].size, &s, z, a[0].data[n * a[0].stride], sum_lanes(lane), y,
                     a[4].data + n * a[4].stride, a[4].add);
  }
}
