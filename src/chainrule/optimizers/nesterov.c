// Twin of nesterov.py.
#include "rules.h"

RULE_TAKES(Nesterov, 1, 2);
void RULE(Nesterov)(long n, long t, real *theta, const real *g, real *const *slots,
                    const double *hyper) {
  enum { LR, MOMENTUM };
  const real lr = (real)hyper[LR], momentum = (real)hyper[MOMENTUM];
  real *v = slots[0];
  (void)t;
  for (long i = 0; i < n; i++) {
    const real move = v[i] = v[i] * momentum + lr * g[i]; // v = mu v + lr g
    theta[i] -= momentum * move + lr * g[i];              // theta - (mu v + lr g)
  }
}

RULE_TAKES(NesterovRateOutside, 1, 2);
void RULE(NesterovRateOutside)(long n, long t, real *theta, const real *g, real *const *slots,
                               const double *hyper) {
  enum { LR, MOMENTUM };
  const real lr = (real)hyper[LR], momentum = (real)hyper[MOMENTUM];
  real *b = slots[0];
  (void)t;
  for (long i = 0; i < n; i++) {
    const real sum = b[i] = b[i] * momentum + g[i]; // b = mu b + g
    theta[i] -= lr * (g[i] + momentum * sum);       // theta - lr (g + mu b)
  }
}
