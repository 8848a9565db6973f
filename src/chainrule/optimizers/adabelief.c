// Twin of adabelief.py.
#include "rules.h"

RULE_TAKES(AdaBelief, 2, 4);
void RULE(AdaBelief)(long n, long t, real *theta, const real *g, real *const *slots,
                     const double *hyper) {
  enum { LR, BETA1, BETA2, EPS };
  const real lr = (real)hyper[LR], b1 = (real)(1 - hyper[BETA1]), b2 = (real)(1 - hyper[BETA2]),
             eps = (real)hyper[EPS];
  const real c1 = (real)(1 / (1 - power(hyper[BETA1], t)));               // m^ = c1 m
  const real c2 = (real)(1 / __builtin_sqrt(1 - power(hyper[BETA2], t))); // sqrt s^ = c2 sqrt s
  real *m = slots[0], *s = slots[1];
  for (long i = 0; i < n; i++) {
    const real mi = mean(m[i], b1, g[i]), surprise = g[i] - mi;
    // s += (1 - beta2) ((g - m)^2 - s) + eps
    const real si = s[i] + (b2 * (surprise * surprise - s[i]) + eps);
    const real to = theta[i] - lr * (c1 * mi) / (c2 * SQRT(si) + eps);
    m[i] = mi, s[i] = si, theta[i] = to;
  }
}
