// Twin of adam.py.
#include "rules.h"

void RULE(Adam)(long n, long t, real *theta, const real *g, real *const *slots, const double *hyper) {
  const real lr = (real)hyper[0], b1 = (real)(1 - hyper[1]), b2 = (real)(1 - hyper[2]), eps = (real)hyper[3];
  const real c1 = (real)(1 - power(hyper[1], t)), c2 = (real)(1 - power(hyper[2], t));
  real *m = slots[0], *v = slots[1];
  for (long i = 0; i < n; i++) {
    m[i] = mean(m[i], b1, g[i]);                                     // m += (1 - beta1) (g - m)
    v[i] = mean(v[i], b2, g[i] * g[i]);                              // v += (1 - beta2) (g^2 - v)
    theta[i] -= lr * (m[i] / c1) / (SQRT(v[i] / c2) + eps);          // theta - lr m^ / (sqrt v^ + eps)
  }
}

void RULE(AdamEpsHat)(long n, long t, real *theta, const real *g, real *const *slots, const double *hyper) {
  const real lr = (real)(hyper[0] * __builtin_sqrt(1 - power(hyper[2], t)) / (1 - power(hyper[1], t)));
  const real b1 = (real)(1 - hyper[1]), b2 = (real)(1 - hyper[2]), eps = (real)hyper[3];
  real *m = slots[0], *v = slots[1];
  for (long i = 0; i < n; i++) {
    m[i] = mean(m[i], b1, g[i]);
    v[i] = mean(v[i], b2, g[i] * g[i]);
    theta[i] -= lr * m[i] / (SQRT(v[i]) + eps);                      // theta - lr sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt v + eps)
  }
}
