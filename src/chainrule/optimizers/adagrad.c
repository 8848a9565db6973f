// Twin of adagrad.py.
#include "rules.h"

RULE_TAKES(Adagrad, 1, 3);
void RULE(Adagrad)(long n, long t, real *theta, const real *g, real *const *slots,
                   const double *hyper) {
  enum { LR, EPS };
  const real lr = (real)hyper[LR], eps = (real)hyper[EPS];
  real *G = slots[0];
  (void)t;
  for (long i = 0; i < n; i++) {
    const real sum = G[i] += g[i] * g[i];    // G = G + g^2
    theta[i] -= lr * g[i] / SQRT(sum + eps); // theta - lr g / sqrt(G + eps)
  }
}

RULE_TAKES(AdagradEpsOutside, 1, 2);
void RULE(AdagradEpsOutside)(long n, long t, real *theta, const real *g, real *const *slots,
                             const double *hyper) {
  enum { LR, EPS };
  const real lr = (real)hyper[LR], eps = (real)hyper[EPS];
  real *G = slots[0];
  (void)t;
  for (long i = 0; i < n; i++) {
    const real sum = G[i] += g[i] * g[i];
    theta[i] -= lr * g[i] / (SQRT(sum) + eps); // theta - lr g / (sqrt G + eps)
  }
}
