// Twin of adamax.py.
#include "rules.h"

RULE_TAKES(AdaMax, 2, 3);
void RULE(AdaMax)(long n, long t, real *theta, const real *g, real *const *slots,
                  const double *hyper) {
  const real lr = (real)(hyper[0] / (1 - power(hyper[1], t))), b1 = (real)(1 - hyper[1]),
             beta2 = (real)hyper[2];
  real *m = slots[0], *u = slots[1];
  for (long i = 0; i < n; i++) {
    const real mi = mean(m[i], b1, g[i]), old = theta[i];
    const real ui = larger(beta2 * u[i], absolute(g[i])); // u = max(beta2 u, |g|)
    const real ratio = mi / ui;
    m[i] = mi, u[i] = ui;
    theta[i] = old - lr * (ui > 0 ? ratio : 0); // 0 / 0: a weight without any gradient yet stays
  }
}

RULE_TAKES(AdaMaxEpsInside, 2, 4);
void RULE(AdaMaxEpsInside)(long n, long t, real *theta, const real *g, real *const *slots,
                           const double *hyper) {
  const real lr = (real)(hyper[0] / (1 - power(hyper[1], t))), b1 = (real)(1 - hyper[1]),
             beta2 = (real)hyper[2], eps = (real)hyper[3];
  real *m = slots[0], *u = slots[1];
  for (long i = 0; i < n; i++) {
    const real mi = mean(m[i], b1, g[i]), old = theta[i];
    const real ui = larger(beta2 * u[i], absolute(g[i]) + eps); // u = max(beta2 u, |g| + eps)
    m[i] = mi, u[i] = ui, theta[i] = old - lr * mi / ui;
  }
}

RULE_TAKES(AdaMaxEpsOutside, 2, 4);
void RULE(AdaMaxEpsOutside)(long n, long t, real *theta, const real *g, real *const *slots,
                            const double *hyper) {
  const real lr = (real)(hyper[0] / (1 - power(hyper[1], t))), b1 = (real)(1 - hyper[1]),
             beta2 = (real)hyper[2], eps = (real)hyper[3];
  real *m = slots[0], *u = slots[1];
  for (long i = 0; i < n; i++) {
    const real mi = mean(m[i], b1, g[i]), ui = larger(beta2 * u[i], absolute(g[i])), old = theta[i];
    m[i] = mi, u[i] = ui;
    theta[i] = old - lr * mi / (ui + eps); // theta - lr / (1 - beta1^t) m / (u + eps)
  }
}
