// Twin of sgd.py.
#include "rules.h"

RULE_TAKES(SGD, 0, 1);
void RULE(SGD)(long n, long t, real *theta, const real *g, real *const *slots,
               const double *hyper) {
  enum { LR };
  const real lr = (real)hyper[LR];
  (void)t, (void)slots;
  for (long i = 0; i < n; i++) theta[i] -= lr * g[i]; // theta - lr g
}
