// Twin of rmsprop.py.
#include "rules.h"

// Moves the means. Returns E[g^2], centered E[g^2] - E[g]^2.
INLINE real spread(real rate, int centered, real g, real *Eg2, real *Eg) {
  *Eg2 = mean(*Eg2, rate, g * g);
  if (!centered) return *Eg2;
  *Eg = mean(*Eg, rate, g);
  return larger(*Eg2 - *Eg * *Eg, 0); // a variance: only rounding can make it negative
}

RULE_TAKES(RMSprop, 3, 6);
void RULE(RMSprop)(long n, long t, real *theta, const real *g, real *const *slots,
                   const double *hyper) {
  enum { LR, RHO, MOMENTUM, CENTERED, EPS };
  const real lr = (real)hyper[LR], rate = (real)(1 - hyper[RHO]), momentum = (real)hyper[MOMENTUM],
             eps = (real)hyper[EPS];
  const int centered = hyper[CENTERED] != 0;
  real *Eg2 = slots[0], *Eg = slots[1], *b = slots[2];
  (void)t;
  for (long i = 0; i < n; i++) {
    const real s = spread(rate, centered, g[i], Eg2 + i, Eg + i);
    // b = mu b + lr g / sqrt(E[g^2] + eps)
    const real move = b[i] = b[i] * momentum + lr * g[i] / SQRT(s + eps);
    theta[i] -= move;
  }
}

RULE_TAKES(RMSpropEpsOutside, 3, 5);
void RULE(RMSpropEpsOutside)(long n, long t, real *theta, const real *g, real *const *slots,
                             const double *hyper) {
  enum { LR, RHO, MOMENTUM, CENTERED, EPS };
  const real lr = (real)hyper[LR], rate = (real)(1 - hyper[RHO]), momentum = (real)hyper[MOMENTUM],
             eps = (real)hyper[EPS];
  const int centered = hyper[CENTERED] != 0;
  real *Eg2 = slots[0], *Eg = slots[1], *b = slots[2];
  (void)t;
  for (long i = 0; i < n; i++) {
    const real s = spread(rate, centered, g[i], Eg2 + i, Eg + i);
    // b = mu b + g / (sqrt E[g^2] + eps)
    const real sum = b[i] = b[i] * momentum + g[i] / (SQRT(s) + eps);
    theta[i] -= lr * sum;
  }
}
