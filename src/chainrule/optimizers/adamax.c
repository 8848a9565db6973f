// Twin of adamax.py.
#include "rules.h"

RULE_TAKES(AdaMax, 2, 3);
void RULE(AdaMax)(long n, long t, real *theta, const real *g, real *const *slots,
                  const double *hyper) {
  enum { LR, BETA1, BETA2 };
  const real lr = (real)(hyper[LR] / (1 - power(hyper[BETA1], t))), b1 = (real)(1 - hyper[BETA1]),
             beta2 = (real)hyper[BETA2];
  real *m = slots[0], *u = slots[1];
  for (long i = 0; i < n; i++) {
    const real mi = mean(m[i], b1, g[i]), old = theta[i];
    const real ui = larger(beta2 * u[i], absolute(g[i])); // u = max(beta2 u, |g|)
    const real ratio = mi / ui;
    m[i] = mi, u[i] = ui;
    theta[i] = old - lr * (ui > 0 ? ratio : 0); // 0 / 0: a weight without a gradient so far stays
  }
}

RULE_TAKES(AdaMaxEpsInside, 2, 4);
void RULE(AdaMaxEpsInside)(long n, long t, real *theta, const real *g, real *const *slots,
                           const double *hyper) {
  enum { LR, BETA1, BETA2, EPS };
  const real lr = (real)(hyper[LR] / (1 - power(hyper[BETA1], t))), b1 = (real)(1 - hyper[BETA1]),
             beta2 = (real)hyper[BETA2], eps = (real)hyper[EPS];
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
  enum { LR, BETA1, BETA2, EPS };
  const real lr = (real)(hyper[LR] / (1 - power(hyper[BETA1], t))), b1 = (real)(1 - hyper[BETA1]),
             beta2 = (real)hyper[BETA2], eps = (real)hyper[EPS];
  real *m = slots[0], *u = slots[1];
  for (long i = 0; i < n; i++) {
    const real mi = mean(m[i], b1, g[i]), ui = larger(beta2 * u[i], absolute(g[i])), old = theta[i];
    m[i] = mi, u[i] = ui;
    theta[i] = old - lr * mi / (ui + eps); // theta - lr / (1 - beta1^t) m / (u + eps)
  }
}
