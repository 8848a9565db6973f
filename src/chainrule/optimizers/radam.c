// Twin of radam.py.
#include "rules.h"

// r of step t; 0 if rho is not above the threshold.
static double rectified(double beta2, long t, double threshold) {
  const double b2t = power(beta2, t), inf = 2 / (1 - beta2) - 1;
  const double rho = inf - 2 * (double)t * b2t / (1 - b2t);
  if (rho <= threshold) return 0;
  return __builtin_sqrt((rho - 4) * (rho - 2) * inf / ((inf - 4) * (inf - 2) * rho));
}

enum { LR, BETA1, BETA2, EPS, THRESHOLD }; // of hyper

// theta - lr m^, while the mean of squares does not count
INLINE void by_momentum(long n, real *theta, const real *g, real *const *slots, real lr, real b1,
                        real b2) {
  real *m = slots[0], *v = slots[1];
  for (long i = 0; i < n; i++) {
    const real mi = mean(m[i], b1, g[i]), vi = mean(v[i], b2, g[i] * g[i]);
    const real to = theta[i] - lr * mi;
    m[i] = mi, v[i] = vi, theta[i] = to;
  }
}

// theta - lr m / (c2 sqrt v + eps)
INLINE void by_root(long n, real *theta, const real *g, real *const *slots, const double *hyper,
                    real lr, real c2) {
  const real b1 = (real)(1 - hyper[BETA1]), b2 = (real)(1 - hyper[BETA2]), eps = (real)hyper[EPS];
  real *m = slots[0], *v = slots[1];
  for (long i = 0; i < n; i++) {
    const real mi = mean(m[i], b1, g[i]), vi = mean(v[i], b2, g[i] * g[i]);
    const real to = theta[i] - lr * mi / (c2 * SQRT(vi) + eps);
    m[i] = mi, v[i] = vi, theta[i] = to;
  }
}

RULE_TAKES(RAdam, 2, 5);
void RULE(RAdam)(long n, long t, real *theta, const real *g, real *const *slots,
                 const double *hyper) {
  const double lr = hyper[LR] / (1 - power(hyper[BETA1], t)); // lr m^ = lr m / (1 - beta1^t)
  const double r = rectified(hyper[BETA2], t, hyper[THRESHOLD]);
  if (r > 0)
    by_root(n, theta, g, slots, hyper, (real)(lr * r * __builtin_sqrt(1 - power(hyper[BETA2], t))),
            1);
  else
    by_momentum(n, theta, g, slots, (real)lr, (real)(1 - hyper[BETA1]), (real)(1 - hyper[BETA2]));
}

RULE_TAKES(RAdamCorrected, 2, 5);
void RULE(RAdamCorrected)(long n, long t, real *theta, const real *g, real *const *slots,
                          const double *hyper) {
  const double lr = hyper[LR] / (1 - power(hyper[BETA1], t));
  const double r = rectified(hyper[BETA2], t, hyper[THRESHOLD]);
  if (r > 0) // sqrt v^ = c2 sqrt v
    by_root(n, theta, g, slots, hyper, (real)(lr * r),
            (real)(1 / __builtin_sqrt(1 - power(hyper[BETA2], t))));
  else
    by_momentum(n, theta, g, slots, (real)lr, (real)(1 - hyper[BETA1]), (real)(1 - hyper[BETA2]));
}
