// Twin of adam.py. A place is read whole before it is written (see rules.h).
#include "rules.h"

RULE_TAKES(Adam, 2, 4);
void RULE(Adam)(long n, long t, real *theta, const real *g, real *const *slots,
                const double *hyper) {
  const real lr = (real)hyper[0], b1 = (real)(1 - hyper[1]), b2 = (real)(1 - hyper[2]),
             eps = (real)hyper[3];
  const real c1 = (real)(1 / (1 - power(hyper[1], t))); // m^ = c1 m
  // sqrt v^ = c2 sqrt v: so one division a number, not three
  const real c2 = (real)(1 / __builtin_sqrt(1 - power(hyper[2], t)));
  real *m = slots[0], *v = slots[1];
  for (long i = 0; i < n; i++) {
    const real mi = mean(m[i], b1, g[i]);        // m += (1 - beta1) (g - m)
    const real vi = mean(v[i], b2, g[i] * g[i]); // v += (1 - beta2) (g^2 - v)
    // theta - lr m^ / (sqrt v^ + eps)
    const real to = theta[i] - lr * (c1 * mi) / (c2 * SQRT(vi) + eps);
    m[i] = mi, v[i] = vi, theta[i] = to;
  }
}

RULE_TAKES(AdamEpsHat, 2, 4);
void RULE(AdamEpsHat)(long n, long t, real *theta, const real *g, real *const *slots,
                      const double *hyper) {
  const real lr =
      (real)(hyper[0] * __builtin_sqrt(1 - power(hyper[2], t)) / (1 - power(hyper[1], t)));
  const real b1 = (real)(1 - hyper[1]), b2 = (real)(1 - hyper[2]), eps = (real)hyper[3];
  real *m = slots[0], *v = slots[1];
  for (long i = 0; i < n; i++) {
    const real mi = mean(m[i], b1, g[i]), vi = mean(v[i], b2, g[i] * g[i]);
    // theta - lr sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt v + eps)
    const real to = theta[i] - lr * mi / (SQRT(vi) + eps);
    m[i] = mi, v[i] = vi, theta[i] = to;
  }
}
