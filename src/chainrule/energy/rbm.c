// Contrastive divergence for binary units: the twin of rbm_estimate.py, many steps in one call.
#include <stdlib.h>
#include <string.h>
#include "rbm.h"
#include "../engines/lanes.h"

#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)                                  // as native.h's, whatever `real` is
#define FMA_OF_DOUBLES(a, b, c) __builtin_fma(a, b, c)
#else
#define FMA_OF_DOUBLES(a, b, c) ((a) * (b) + (c))
#endif

typedef struct {
  long N, M, D, H;                               // rows, chains, units
  real *v, *h;                                   // v+ over v-, (N + M, D); h+ over h-, (N + M, H)
  real *sample, *mean;                           // (M, H) and (N or M, D)
  double *sums;                                  // (D + H)
  real *work;
} Step;

// p = sigma(p)
static void logistic_of(long n, real *p) {
  for (long i = 0; i < n; i++) p[i] = bounded_logistic(p[i]);
}

// s = 1 where u < p, else 0
static void bernoulli(long n, const double *u, const real *p, real *s) {
  for (long i = 0; i < n; i++) s[i] = u[i] < (double)p[i] ? 1 : 0;
}

// p = E[h | v] = sigma(c + v W^T)
static void hidden_mean(const RbmRun *r, long rows, const real *v, real *p, real *work) {
  const long D = r->visible, H = r->hidden;
  FN(gemm)(rows, H, D, v, D, 1, r->W, 1, D, r->c, 0, p, H, work);
  logistic_of(rows * H, p);
}

// p = E[v | h] = sigma(b + h W)
static void visible_mean(const RbmRun *r, long rows, const real *h, real *p, real *work) {
  const long D = r->visible, H = r->hidden;
  FN(gemm)(rows, D, H, h, H, 1, r->W, D, 1, r->b, 0, p, D, work);
  logistic_of(rows * D, p);
}

// k rounds h -> v- -> h; the last h- stays a probability.
static const double *gibbs(const RbmRun *r, const Step *s, const double *u) {
  real *v = s->v + s->N * s->D, *h = s->h + s->N * s->H;
  for (int32_t round = 0; round < r->rounds; round++) {
    if (round > 0) {
      hidden_mean(r, s->M, v, h, s->work);
      bernoulli(s->M * s->H, u, h, s->sample);
      u += s->M * s->H;
    }
    visible_mean(r, s->M, s->sample, s->mean, s->work);
    bernoulli(s->M * s->D, u, s->mean, v);
    u += s->M * s->D;
  }
  return u;
}

// Both phases: v-, h+ and h- of one step.
static const double *phases(const RbmRun *r, const Step *s, const double *u) {
  if (r->chains) {
    memcpy(s->sample, r->h, s->M * s->H * sizeof(real));
    u = gibbs(r, s, u);
    hidden_mean(r, s->N + s->M, s->v, s->h, s->work);
    bernoulli(s->M * s->H, u, s->h + s->N * s->H, r->h);
    return u + s->M * s->H;
  }
  hidden_mean(r, s->N, s->v, s->h, s->work);
  bernoulli(s->M * s->H, u, s->h, s->sample);
  u = gibbs(r, s, u + s->M * s->H);
  hidden_mean(r, s->M, s->v + s->N * s->D, s->h + s->N * s->H, s->work);
  return u;
}

// Sum over rows of |plus| |v - r|^2, r = E[v | h+].
static double error_of(const RbmRun *r, const Step *s, const double *plus) {
  double total = 0;
  visible_mean(r, s->N, s->h, s->mean, s->work);
  for (long n = 0; n < s->N; n++) {
    const real *v = s->v + n * s->D, *p = s->mean + n * s->D;
    real one;
    SUM_OVER(i, s->D, (v[i] - p[i]) * (v[i] - p[i]), one);
    total += __builtin_fabs(plus[n]) * (double)one;
  }
  return total;
}

// sum += weight x
static void add_row(long n, double weight, const real *x, double *sum) {
  for (long i = 0; i < n; i++) sum[i] = FMA_OF_DOUBLES(weight, x[i], sum[i]);
}

// dW += sum of weight h v^T, db += sum of weight v, dc += sum of weight h; plus for the rows, minus for the chains. The sums
// of biases are made in double: the two phases nearly cancel.
static void add_estimate(const RbmRun *r, const Step *s, const double *plus, double minus) {
  const long rows = s->N + s->M;
  double *sum_v = s->sums, *sum_h = sum_v + s->D;
  real *db = r->db, *dc = r->dc;
  memset(s->sums, 0, (s->D + s->H) * sizeof(double));
  for (long n = 0; n < rows; n++) {
    const double weight = n < s->N ? plus[n] : minus;
    real *h = s->h + n * s->H;
    add_row(s->D, weight, s->v + n * s->D, sum_v);
    add_row(s->H, weight, h, sum_h);
    for (long j = 0; j < s->H; j++) h[j] *= (real)weight;
  }
  for (long i = 0; i < s->D; i++) db[i] = (real)(db[i] + sum_v[i]);
  for (long j = 0; j < s->H; j++) dc[j] = (real)(dc[j] + sum_h[j]);
  FN(gemm)(s->H, s->D, rows, s->h, 1, s->H, s->v, s->D, 1, 0, 1, r->dW, s->D, s->work);
}

static long larger_of(long a, long b) { return a > b ? a : b; }

// All steps. Returns 0 where there is no memory.
int FN(rbm)(const RbmRun *r) {
  const long D = r->visible, H = r->hidden;
  long most = 0;
  for (int64_t i = 0; i < r->steps; i++) most = larger_of(most, r->starts[i + 1] - r->starts[i]);
  const long M = r->chains ? r->chains : most, rows = most + M;
  const long work = larger_of(larger_of(FN(gemm_work)(rows, H, D), FN(gemm_work)(rows, D, H)), FN(gemm_work)(H, D, rows));
  const long reals = rows * (D + H) + M * H + larger_of(most, M) * D + work;
  double *memory = malloc((D + H) * sizeof(double) + reals * sizeof(real));
  if (!memory) return 0;
  Step s = {.D = D, .H = H, .sums = memory, .v = (real *)(memory + D + H)};
  s.h = s.v + rows * D;
  s.sample = s.h + rows * H, s.mean = s.sample + M * H, s.work = s.mean + larger_of(most, M) * D;
  const double *u = r->u;
  for (int64_t i = 0; i < r->steps; i++) {
    const real *x = (const real *)r->x + r->starts[i] * D;
    const double *plus = r->plus + r->starts[i];
    s.N = r->starts[i + 1] - r->starts[i], s.M = r->chains ? r->chains : s.N;
    memcpy(s.v, x, s.N * D * sizeof(real));
    u = phases(r, &s, u);
    if (r->errors) r->errors[i] = error_of(r, &s, plus);
    add_estimate(r, &s, plus, r->minus[i]);
  }
  free(memory);
  return 1;
}
