// Twin of lion.py.
#include "rules.h"

RULE_TAKES(Lion, 1, 4);
void RULE(Lion)(long n, long t, real *theta, const real *g, real *const *slots,
                const double *hyper) {
  enum { LR, BETA1, BETA2, DECAY };
  const real lr = (real)hyper[LR], b1 = (real)(1 - hyper[BETA1]), b2 = (real)(1 - hyper[BETA2]),
             decay = (real)hyper[DECAY];
  real *m = slots[0];
  (void)t;
  for (long i = 0; i < n; i++) {
    const real ahead = mean(m[i], b1, g[i]); // beta1 m + (1 - beta1) g
    const real mi = mean(m[i], b2, g[i]);    // m += (1 - beta2) (g - m)
    // theta - lr (sign(ahead) + lambda theta)
    const real to = theta[i] - lr * (sign(ahead) + decay * theta[i]);
    m[i] = mi, theta[i] = to;
  }
}
