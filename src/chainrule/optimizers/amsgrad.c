// Twin of amsgrad.py.
#include "rules.h"

typedef struct { real *m, *v, *vmax, b1, b2, eps; double c1, c2; } Means;

INLINE Means means_of(long t, real *const *slots, const double *hyper) {
  return (Means){slots[0], slots[1], slots[2], (real)(1 - hyper[1]), (real)(1 - hyper[2]), (real)hyper[3],
                 1 - power(hyper[1], t), 1 - power(hyper[2], t)};
}

INLINE void move(const Means *a, long i, real g) {
  a->m[i] = mean(a->m[i], a->b1, g);                                 // m += (1 - beta1) (g - m)
  a->v[i] = mean(a->v[i], a->b2, g * g);                             // v += (1 - beta2) (g^2 - v)
}

void RULE(AMSGrad)(long n, long t, real *theta, const real *g, real *const *slots, const double *hyper) {
  const Means a = means_of(t, slots, hyper);
  const real lr = (real)hyper[0];
  for (long i = 0; i < n; i++) {
    move(&a, i, g[i]);
    a.vmax[i] = larger(a.vmax[i], a.v[i]);                           // vmax = max(vmax, v)
    theta[i] -= lr * a.m[i] / (SQRT(a.vmax[i]) + a.eps);
  }
}

void RULE(AMSGradCorrected)(long n, long t, real *theta, const real *g, real *const *slots, const double *hyper) {
  const Means a = means_of(t, slots, hyper);
  const real lr = (real)hyper[0], c1 = (real)a.c1, c2 = (real)a.c2;
  for (long i = 0; i < n; i++) {
    move(&a, i, g[i]);
    a.vmax[i] = larger(a.vmax[i], a.v[i]);
    theta[i] -= lr * (a.m[i] / c1) / (SQRT(a.vmax[i] / c2) + a.eps);
  }
}

void RULE(AMSGradEpsHat)(long n, long t, real *theta, const real *g, real *const *slots, const double *hyper) {
  const Means a = means_of(t, slots, hyper);
  const real lr = (real)(hyper[0] * __builtin_sqrt(a.c2) / a.c1);
  for (long i = 0; i < n; i++) {
    move(&a, i, g[i]);
    a.vmax[i] = larger(a.vmax[i], a.v[i]);
    theta[i] -= lr * a.m[i] / (SQRT(a.vmax[i]) + a.eps);
  }
}

void RULE(AMSGradOfCorrected)(long n, long t, real *theta, const real *g, real *const *slots, const double *hyper) {
  const Means a = means_of(t, slots, hyper);
  const real lr = (real)hyper[0], c1 = (real)a.c1, c2 = (real)a.c2;
  for (long i = 0; i < n; i++) {
    move(&a, i, g[i]);
    a.vmax[i] = larger(a.vmax[i], a.v[i] / c2);                      // vmax = max(vmax, v^)
    theta[i] -= lr * (a.m[i] / c1) / (SQRT(a.vmax[i]) + a.eps);
  }
}
