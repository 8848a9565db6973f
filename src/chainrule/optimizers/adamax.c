// Twin of adamax.py.
#include "rules.h"

void RULE(AdaMax)(long n, long t, real *theta, const real *g, real *const *slots, const double *hyper) {
  const real lr = (real)(hyper[0] / (1 - power(hyper[1], t))), b1 = (real)(1 - hyper[1]), beta2 = (real)hyper[2];
  real *m = slots[0], *u = slots[1];
  for (long i = 0; i < n; i++) {
    m[i] = mean(m[i], b1, g[i]);
    u[i] = larger(beta2 * u[i], absolute(g[i]));                     // u = max(beta2 u, |g|)
    const real ratio = m[i] / u[i];
    theta[i] -= lr * (u[i] > 0 ? ratio : 0);                         // 0 / 0: a weight without any gradient yet stays
  }
}

void RULE(AdaMaxEpsInside)(long n, long t, real *theta, const real *g, real *const *slots, const double *hyper) {
  const real lr = (real)(hyper[0] / (1 - power(hyper[1], t))), b1 = (real)(1 - hyper[1]), beta2 = (real)hyper[2], eps = (real)hyper[3];
  real *m = slots[0], *u = slots[1];
  for (long i = 0; i < n; i++) {
    m[i] = mean(m[i], b1, g[i]);
    u[i] = larger(beta2 * u[i], absolute(g[i]) + eps);               // u = max(beta2 u, |g| + eps)
    theta[i] -= lr * m[i] / u[i];
  }
}

void RULE(AdaMaxEpsOutside)(long n, long t, real *theta, const real *g, real *const *slots, const double *hyper) {
  const real lr = (real)(hyper[0] / (1 - power(hyper[1], t))), b1 = (real)(1 - hyper[1]), beta2 = (real)hyper[2], eps = (real)hyper[3];
  real *m = slots[0], *u = slots[1];
  for (long i = 0; i < n; i++) {
    m[i] = mean(m[i], b1, g[i]);
    u[i] = larger(beta2 * u[i], absolute(g[i]));
    theta[i] -= lr * m[i] / (u[i] + eps);                            // theta - lr / (1 - beta1^t) m / (u + eps)
  }
}
