// Twin of rprop.py.
#include "rules.h"

// The slots and the numbers of one step.
typedef struct {
  real *delta, *last, lr, grow, shrink, smallest, largest;
  int first; // 1: the first step
} Resilient;

INLINE Resilient numbers(long t, real *const *slots, const double *hyper) {
  enum { LR, GROW, SHRINK, SMALLEST, LARGEST };
  return (Resilient){.delta = slots[0],
                     .last = slots[1],
                     .lr = (real)hyper[LR],
                     .grow = (real)hyper[GROW],
                     .shrink = (real)hyper[SHRINK],
                     .smallest = (real)hyper[SMALLEST],
                     .largest = (real)hyper[LARGEST],
                     .first = t == 1};
}

// A NaN stays.
INLINE real clip(real x, real low, real high) {
  return x < low ? low : x > high ? high : x;
}

// Returns 1 if g has the sign of the last step, -1 if the sign has changed, 0 if one of them is 0;
// delta grows or shrinks accordingly. keep: at 0 delta stays.
INLINE real same_sign(const Resilient *r, long i, real g, int keep) {
  const real same = sign(g) * sign(r->last[i]), old = r->first ? r->lr : r->delta[i];
  const real factor = same > 0 ? r->grow : same < 0 ? r->shrink : 1;
  const real moved = clip(old * factor, r->smallest, r->largest);
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
