// Twin of momentum.py.
#include "rules.h"

RULE_TAKES(Momentum, 1, 2);
void RULE(Momentum)(long n, long t, real *theta, const real *g, real *const *slots,
                    const double *hyper) {
  enum { LR, MOMENTUM };
  const real lr = (real)hyper[LR], momentum = (real)hyper[MOMENTUM];
  real *v = slots[0];
  (void)t;
  for (long i = 0; i < n; i++) {
    const real move = v[i] = v[i] * momentum + lr * g[i]; // v = mu v + lr g
    theta[i] -= move;
  }
}

RULE_TAKES(MomentumRateOutside, 1, 2);
void RULE(MomentumRateOutside)(long n, long t, real *theta, const real *g, real *const *slots,
                               const double *hyper) {
  enum { LR, MOMENTUM };
  const real lr = (real)hyper[LR], momentum = (real)hyper[MOMENTUM];
  real *b = slots[0];
  (void)t;
  for (long i = 0; i < n; i++) {
    const real sum = b[i] = b[i] * momentum + g[i]; // b = mu b + g
    theta[i] -= lr * sum;
  }
}
