// Twin of adadelta.py.
#include "rules.h"

// Delta = sqrt(E[Delta^2] + eps) / sqrt(E[g^2] + eps) g. Moves both means.
INLINE real delta(real rate, real eps, real g, real *Eg2, real *Ed2) {
  *Eg2 = mean(*Eg2, rate, g * g);
  const real d = SQRT(*Ed2 + eps) / SQRT(*Eg2 + eps) * g;
  *Ed2 = mean(*Ed2, rate, d * d);
  return d;
}

RULE_TAKES(Adadelta, 2, 2);
void RULE(Adadelta)(long n, long t, real *theta, const real *g, real *const *slots,
                    const double *hyper) {
  enum { RHO, EPS };
  const real rate = (real)(1 - hyper[RHO]), eps = (real)hyper[EPS];
  real *Eg2 = slots[0], *Ed2 = slots[1];
  (void)t;
  // theta - Delta
  for (long i = 0; i < n; i++) theta[i] -= delta(rate, eps, g[i], Eg2 + i, Ed2 + i);
}

RULE_TAKES(AdadeltaWithRate, 2, 3);
void RULE(AdadeltaWithRate)(long n, long t, real *theta, const real *g, real *const *slots,
                            const double *hyper) {
  enum { LR, RHO, EPS };
  const real lr = (real)hyper[LR], rate = (real)(1 - hyper[RHO]), eps = (real)hyper[EPS];
  real *Eg2 = slots[0], *Ed2 = slots[1];
  (void)t;
  // theta - lr Delta
  for (long i = 0; i < n; i++) theta[i] -= lr * delta(rate, eps, g[i], Eg2 + i, Ed2 + i);
}
