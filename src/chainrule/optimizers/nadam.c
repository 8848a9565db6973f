// Twin of nadam.py.
#include "rules.h"
#include "scalar.h"

// The slots and the numbers of one step; b1 = 1 - beta1, c2 = 1 - beta2^t.
typedef struct {
  real *m, *v, lr, b1, b2, eps, c2;
} Means;

enum { LR, BETA1, BETA2, EPS, DECAY }; // of hyper

INLINE Means means_of(long t, real *const *slots, const double *hyper) {
  return (Means){.m = slots[0],
                 .v = slots[1],
                 .lr = (real)hyper[LR],
                 .b1 = (real)(1 - hyper[BETA1]),
                 .b2 = (real)(1 - hyper[BETA2]),
                 .eps = (real)hyper[EPS],
                 .c2 = (real)(1 - power(hyper[BETA2], t))};
}

typedef struct {
  real m, v;
} Pair;

INLINE Pair moved(const Means *a, long i, real g) {
  return (Pair){mean(a->m[i], a->b1, g), mean(a->v[i], a->b2, g * g)};
}

INLINE real step(const Means *a, real v, real ahead) {
  return a->lr * ahead / (SQRT(v / a->c2) + a->eps);
}

RULE_TAKES(Nadam, 2, 4);

void RULE(Nadam)(long n, long t, real *theta, const real *g, real *const *slots,
                 const double *hyper) {
  const Means a = means_of(t, slots, hyper);
  const real beta1 = (real)hyper[BETA1], c = (real)(1 - power(hyper[BETA1], t));
  for (long i = 0; i < n; i++) {
    const Pair now = moved(&a, i, g[i]);
    // beta1 m^ + (1 - beta1) g / (1 - beta1^t)
    const real looked_ahead = beta1 * now.m / c + a.b1 * g[i] / c;
    const real to = theta[i] - step(&a, now.v, looked_ahead);
    a.m[i] = now.m, a.v[i] = now.v, theta[i] = to;
  }
}

RULE_TAKES(NadamNextStep, 2, 4);

void RULE(NadamNextStep)(long n, long t, real *theta, const real *g, real *const *slots,
                         const double *hyper) {
  const Means a = means_of(t, slots, hyper);
  const real beta1 = (real)hyper[BETA1], c = (real)(1 - power(hyper[BETA1], t));
  const real next = (real)(1 - power(hyper[BETA1], t + 1));
  for (long i = 0; i < n; i++) {
    const Pair now = moved(&a, i, g[i]);
    const real looked_ahead = beta1 * now.m / next + a.b1 * g[i] / c;
    const real to = theta[i] - step(&a, now.v, looked_ahead);
    a.m[i] = now.m, a.v[i] = now.v, theta[i] = to;
  }
}

// mu_t = beta1 (1 - 0.96^(decay t) / 2)
static double momentum_of(long t, const double *hyper) {
  return hyper[BETA1] * (1 - 0.5 * real_power(0.96, hyper[DECAY] * (double)t));
}

RULE_TAKES(NadamScheduled, 3, 5);

void RULE(NadamScheduled)(long n, long t, real *theta, const real *g, real *const *slots,
                          const double *hyper) {
  const Means a = means_of(t, slots, hyper);
  const double mu = momentum_of(t, hyper), next = momentum_of(t + 1, hyper);
  const real mu_t = (real)mu, ahead = (real)next, rest = (real)(1 - mu);
  real *P = slots[2];
  for (long i = 0; i < n; i++) {
    const real p = P[i] * mu_t; // P = mu_1 ... mu_t, the same number in every place
    const Pair now = moved(&a, i, g[i]);
    const real looked_ahead = ahead * now.m / (1 - p * ahead) + rest * g[i] / (1 - p);
    const real to = theta[i] - step(&a, now.v, looked_ahead);
    P[i] = p, a.m[i] = now.m, a.v[i] = now.v, theta[i] = to;
  }
}
