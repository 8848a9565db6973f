// Twin of lamb.py. The engine calls it for each tensor, which one thread computes alone.
#include "rules.h"

RULE_TAKES(LAMB, 2, 5, WHOLE_TENSORS);
void RULE(LAMB)(long n, long t, real *theta, const real *g, real *const *slots,
                const double *hyper) {
  enum { LR, BETA1, BETA2, EPS, DECAY };
  const real b1 = (real)(1 - hyper[BETA1]), b2 = (real)(1 - hyper[BETA2]), eps = (real)hyper[EPS],
             decay = (real)hyper[DECAY];
  const real c1 = (real)(1 / (1 - power(hyper[BETA1], t)));               // m^ = c1 m
  const real c2 = (real)(1 / __builtin_sqrt(1 - power(hyper[BETA2], t))); // sqrt v^ = c2 sqrt v
  real *m = slots[0], *v = slots[1];
  for (long i = 0; i < n; i++) {
    const real mi = mean(m[i], b1, g[i]), vi = mean(v[i], b2, g[i] * g[i]);
    m[i] = mi, v[i] = vi;
  }
// u = m^ / (sqrt v^ + eps) + lambda theta; it is computed twice, which needs no memory
#define U(i) (c1 * m[i] / (c2 * SQRT(v[i]) + eps) + decay * theta[i])
  double squares, lengths;
  SUM_OF_SQUARES(i, n, theta[i], lengths);
  SUM_OF_SQUARES(i, n, U(i), squares);
  const double ratio =
      lengths > 0 && squares > 0 ? __builtin_sqrt(lengths) / __builtin_sqrt(squares) : 1;
  const real lr = (real)(hyper[LR] * ratio);
  for (long i = 0; i < n; i++) theta[i] -= lr * U(i); // theta - lr |theta| / |u| u
#undef U
}
