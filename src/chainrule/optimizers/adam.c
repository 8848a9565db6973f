// Twin of adam.py. A place is read in all vectors before it is written (see rules.h).
#include "rules.h"

RULE_TAKES(Adam, 2, 4);
void RULE(Adam)(long n, long t, real *theta, const real *g, real *const *slots,
                const double *hyper) {
  enum { LR, BETA1, BETA2, EPS };
  const real lr = (real)hyper[LR], b1 = (real)(1 - hyper[BETA1]), b2 = (real)(1 - hyper[BETA2]),
             eps = (real)hyper[EPS];
  const real c1 = (real)(1 / (1 - power(hyper[BETA1], t))); // m^ = c1 m
  // sqrt v^ = c2 sqrt v: one division for each number instead of three
  const real c2 = (real)(1 / __builtin_sqrt(1 - power(hyper[BETA2], t)));
  real *m = slots[0], *v = slots[1];
  for (long begin = 0, end; begin < n; begin = end) {
    end = end_of_block(begin, n);
    ask_ahead(theta + begin, n), ask_ahead(g + begin, n);
    ask_ahead(m + begin, n), ask_ahead(v + begin, n);
    for (long i = begin; i < end; i++) {
      const real mi = mean(m[i], b1, g[i]);        // m += (1 - beta1) (g - m)
      const real vi = mean(v[i], b2, g[i] * g[i]); // v += (1 - beta2) (g^2 - v)
      // theta - lr m^ / (sqrt v^ + eps)
      const real to = theta[i] - lr * (c1 * mi) / (c2 * SQRT(vi) + eps);
      m[i] = mi, v[i] = vi, theta[i] = to;
    }
  }
}

RULE_TAKES(AdamEpsHat, 2, 4);
void RULE(AdamEpsHat)(long n, long t, real *theta, const real *g, real *const *slots,
                      const double *hyper) {
  enum { LR, BETA1, BETA2, EPS };
  const real lr =
      (real)(hyper[LR] * __builtin_sqrt(1 - power(hyper[BETA2], t)) / (1 - power(hyper[BETA1], t)));
  const real b1 = (real)(1 - hyper[BETA1]), b2 = (real)(1 - hyper[BETA2]), eps = (real)hyper[EPS];
  real *m = slots[0], *v = slots[1];
  for (long i = 0; i < n; i++) {
    const real mi = mean(m[i], b1, g[i]), vi = mean(v[i], b2, g[i] * g[i]);
    // theta - lr sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt v + eps)
    const real to = theta[i] - lr * mi / (SQRT(vi) + eps);
    m[i] = mi, v[i] = vi, theta[i] = to;
  }
}
