// Twin of amsgrad.py.
#include "rules.h"

// The slots and the numbers of one step; b1 = 1 - beta1, c1 = 1 - beta1^t.
typedef struct {
  real *m, *v, *vmax, b1, b2, eps;
  double c1, c2;
} Means;

INLINE Means means_of(long t, real *const *slots, const double *hyper) {
  enum { LR, BETA1, BETA2, EPS };
  return (Means){.m = slots[0],
                 .v = slots[1],
                 .vmax = slots[2],
                 .b1 = (real)(1 - hyper[BETA1]),
                 .b2 = (real)(1 - hyper[BETA2]),
                 .eps = (real)hyper[EPS],
                 .c1 = 1 - power(hyper[BETA1], t),
                 .c2 = 1 - power(hyper[BETA2], t)};
}

typedef struct {
  real m, v;
} Pair;

// m += (1 - beta1) (g - m), v += (1 - beta2) (g^2 - v)
INLINE Pair moved(const Means *a, long i, real g) {
  return (Pair){mean(a->m[i], a->b1, g), mean(a->v[i], a->b2, g * g)};
}

INLINE void put(const Means *a, long i, Pair now, real vmax) {
  a->m[i] = now.m, a->v[i] = now.v, a->vmax[i] = vmax;
}

RULE_TAKES(AMSGrad, 3, 4);
void RULE(AMSGrad)(long n, long t, real *theta, const real *g, real *const *slots,
                   const double *hyper) {
  enum { LR };
  const Means a = means_of(t, slots, hyper);
  const real lr = (real)hyper[LR];
  for (long i = 0; i < n; i++) {
    const Pair now = moved(&a, i, g[i]);
    const real most = larger(a.vmax[i], now.v); // vmax = max(vmax, v)
    const real to = theta[i] - lr * now.m / (SQRT(most) + a.eps);
    put(&a, i, now, most);
    theta[i] = to;
  }
}

RULE_TAKES(AMSGradCorrected, 3, 4);
void RULE(AMSGradCorrected)(long n, long t, real *theta, const real *g, real *const *slots,
                            const double *hyper) {
  enum { LR };
  const Means a = means_of(t, slots, hyper);
  const real lr = (real)hyper[LR], c1 = (real)a.c1, c2 = (real)a.c2;
  for (long i = 0; i < n; i++) {
    const Pair now = moved(&a, i, g[i]);
    const real most = larger(a.vmax[i], now.v);
    const real to = theta[i] - lr * (now.m / c1) / (SQRT(most / c2) + a.eps);
    put(&a, i, now, most);
    theta[i] = to;
  }
}

RULE_TAKES(AMSGradEpsHat, 3, 4);
void RULE(AMSGradEpsHat)(long n, long t, real *theta, const real *g, real *const *slots,
                         const double *hyper) {
  enum { LR };
  const Means a = means_of(t, slots, hyper);
  const real lr = (real)(hyper[LR] * __builtin_sqrt(a.c2) / a.c1);
  for (long i = 0; i < n; i++) {
    const Pair now = moved(&a, i, g[i]);
    const real most = larger(a.vmax[i], now.v);
    const real to = theta[i] - lr * now.m / (SQRT(most) + a.eps);
    put(&a, i, now, most);
    theta[i] = to;
  }
}

RULE_TAKES(AMSGradOfCorrected, 3, 4);
void RULE(AMSGradOfCorrected)(long n, long t, real *theta, const real *g, real *const *slots,
                              const double *hyper) {
  enum { LR };
  const Means a = means_of(t, slots, hyper);
  const real lr = (real)hyper[LR], c1 = (real)a.c1, c2 = (real)a.c2;
  for (long i = 0; i < n; i++) {
    const Pair now = moved(&a, i, g[i]);
    const real most = larger(a.vmax[i], now.v / c2); // vmax = max(vmax, v^)
    const real to = theta[i] - lr * (now.m / c1) / (SQRT(most) + a.eps);
    put(&a, i, now, most);
    theta[i] = to;
  }
}
