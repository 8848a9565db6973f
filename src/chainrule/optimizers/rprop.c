// Twin of rprop.py.
#include "rules.h"

typedef struct {
  real *delta, *last, lr, grow, shrink, smallest, largest;
  int first;
} Resilient;

INLINE Resilient numbers(long t, real *const *slots, const double *hyper) {
  return (Resilient){slots[0],       slots[1],       (real)hyper[0], (real)hyper[1],
                     (real)hyper[2], (real)hyper[3], (real)hyper[4], t == 1};
}

// a NaN stays
INLINE real clip(real x, real low, real high) {
  return x < low ? low : x > high ? high : x;
}

// 1 where the sign is kept, -1 where it has changed, 0 where there is none; delta grows or shrinks
// with it.
INLINE real same_sign(const Resilient *r, long i, real g, int keep) {
  const real same = sign(g) * sign(r->last[i]), old = r->first ? r->lr : r->delta[i];
  const real moved = clip(old * (same > 0   ? r->grow
                                 : same < 0 ? r->shrink
                                            : 1),
                          r->smallest, r->largest);
  r->delta[i] = keep && same == 0 ? old : moved;
  return same;
}

RULE_TAKES(Rprop, 2, 5);
void RULE(Rprop)(long n, long t, real *theta, const real *g, real *const *slots,
                 const double *hyper) {
  const Resilient r = numbers(t, slots, hyper);
  for (long i = 0; i < n; i++) {
    same_sign(&r, i, g[i], 0);
    theta[i] -= sign(g[i]) * r.delta[i]; // theta - sign(g) Delta
    r.last[i] = g[i];
  }
}

RULE_TAKES(RpropPausing, 2, 5);
void RULE(RpropPausing)(long n, long t, real *theta, const real *g, real *const *slots,
                        const double *hyper) {
  const Resilient r = numbers(t, slots, hyper);
  for (long i = 0; i < n; i++) {
    r.last[i] = same_sign(&r, i, g[i], 0) < 0 ? 0 : g[i]; // g becomes 0 where the sign has changed
    theta[i] -= sign(r.last[i]) * r.delta[i];
  }
}

RULE_TAKES(RpropOneLate, 2, 5);
void RULE(RpropOneLate)(long n, long t, real *theta, const real *g, real *const *slots,
                        const double *hyper) {
  const Resilient r = numbers(t, slots, hyper);
  for (long i = 0; i < n; i++) {
    const real same = same_sign(&r, i, g[i], 1);
    theta[i] -= same < 0 ? 0 : r.last[i];               // theta - d of the step before
    r.last[i] = same < 0 ? 0 : sign(g[i]) * r.delta[i]; // d
  }
}
