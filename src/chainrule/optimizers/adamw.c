// Twin of adamw.py.
#include "rules.h"

RULE_TAKES(AdamW, 2, 5);
void RULE(AdamW)(long n, long t, real *theta, const real *g, real *const *slots,
                 const double *hyper) {
  enum { LR, BETA1, BETA2, EPS, DECAY };
  const real lr = (real)hyper[LR], b1 = (real)(1 - hyper[BETA1]), b2 = (real)(1 - hyper[BETA2]),
             eps = (real)hyper[EPS], decay = (real)hyper[DECAY];
  const real c1 = (real)(1 / (1 - power(hyper[BETA1], t)));               // m^ = c1 m
  const real c2 = (real)(1 / __builtin_sqrt(1 - power(hyper[BETA2], t))); // sqrt v^ = c2 sqrt v
  real *m = slots[0], *v = slots[1];
  for (long begin = 0, end; begin < n; begin = end) {
    end = end_of_block(begin, n);
    ask_ahead(theta + begin, n), ask_ahead(g + begin, n);
    ask_ahead(m + begin, n), ask_ahead(v + begin, n);
    for (long i = begin; i < end; i++) {
      const real mi = mean(m[i], b1, g[i]), vi = mean(v[i], b2, g[i] * g[i]), old = theta[i];
      m[i] = mi, v[i] = vi;
      // theta - lr (m^ / (sqrt v^ + eps) + lambda theta)
      theta[i] = old - lr * (c1 * mi / (c2 * SQRT(vi) + eps) + decay * old);
    }
  }
}

RULE_TAKES(AdamWEpsHat, 2, 5);
void RULE(AdamWEpsHat)(long n, long t, real *theta, const real *g, real *const *slots,
                       const double *hyper) {
  enum { LR, BETA1, BETA2, EPS, DECAY };
  const real lr =
      (real)(hyper[LR] * __builtin_sqrt(1 - power(hyper[BETA2], t)) / (1 - power(hyper[BETA1], t)));
  const real b1 = (real)(1 - hyper[BETA1]), b2 = (real)(1 - hyper[BETA2]), eps = (real)hyper[EPS],
             decay = (real)(hyper[LR] * hyper[DECAY]);
  real *m = slots[0], *v = slots[1];
  for (long i = 0; i < n; i++) {
    const real mi = mean(m[i], b1, g[i]), vi = mean(v[i], b2, g[i] * g[i]), old = theta[i];
    m[i] = mi, v[i] = vi;
    // theta - lr_t m / (sqrt v + eps) - lr lambda theta
    theta[i] = old - (lr * mi / (SQRT(vi) + eps) + decay * old);
  }
}
