// Contrastive divergence for binary units, many steps in one call (the twin of estimate.py), and
// whole steps of training.
#include <stdlib.h>
#include <string.h>
#include "rbm.h"
#include "kernels/gemm.h"
#include "kernels/lanes.h"
#include "kernels/philox.h"
#include "kernels/system.h"

// The largest finite real.
#define HUGE_NUMBER (REAL_BITS == 32 ? 3.4028234e38 : 1.7976931348623157e308)

// FMA of native.h for doubles, whatever `real` is.
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define FMA_OF_DOUBLES(a, b, c) __builtin_fma(a, b, c)
#else
#define FMA_OF_DOUBLES(a, b, c) ((a) * (b) + (c))
#endif

// The memory of one step. v+ and h+ are of the rows of data, v- and h- of the chains.
typedef struct {
  long N, M, D, H;     // rows, chains, visible and hidden units
  real *v, *h;         // v+, then v-: (N + M, D); h+, then h-: (N + M, H)
  real *sample, *mean; // (M, H); (N or M, D)
  double *sums;        // (D + H)
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
  const Product product = {.M = rows,
                           .N = H,
                           .K = D,
                           .A = {v, D, 1},
                           .B = {r->W, 1, D},
                           .start = r->c,
                           .C = p,
                           .c_row = H,
                           .work = work};
  FN(gemm)(&product);
  logistic_of(rows * H, p);
}

// p = E[v | h] = sigma(b + h W)
static void visible_mean(const RbmRun *r, long rows, const real *h, real *p, real *work) {
  const long D = r->visible, H = r->hidden;
  const Product product = {.M = rows,
                           .N = D,
                           .K = H,
                           .A = {h, H, 1},
                           .B = {r->W, D, 1},
                           .start = r->b,
                           .C = p,
                           .c_row = D,
                           .work = work};
  FN(gemm)(&product);
  logistic_of(rows * D, p);
}

// k rounds h -> v- -> h; the last h- stays a probability. Returns the uniforms that are left.
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

// Both phases: v-, h+ and h- of one step. Returns the uniforms that are left.
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

// dW += sum of weight h v^T, db += sum of weight v, dc += sum of weight h; the weights are `plus`
// for the rows and `minus` for the chains. The sums for the biases are in double: the two phases
// nearly cancel.
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
  const Product dW = {.M = s->H,
                      .N = s->D,
                      .K = rows,
                      .A = {s->h, 1, s->H},
                      .B = {s->v, s->D, 1},
                      .start = r->dW,
                      .start_row = s->D,
                      .C = r->dW,
                      .c_row = s->D,
                      .work = s->work};
  FN(gemm)(&dW);
}

// Get the memory for steps of up to `most` rows. `sums` is its beginning, to be freed; NULL if
// there is no memory.
static Step step_of(const RbmRun *r, long most) {
  const long D = r->visible, H = r->hidden, M = r->chains ? r->chains : most, rows = most + M;
  const long to_means = larger_of(FN(gemm_work)(rows, H, D), FN(gemm_work)(rows, D, H));
  const long work = larger_of(to_means, FN(gemm_work)(H, D, rows));
  const long means = larger_of(most, M) * D;
  const long reals = rows * (D + H) + M * H + means + work;
  Step s = {.D = D, .H = H, .sums = malloc((D + H) * sizeof(double) + reals * sizeof(real))};
  if (!s.sums) return s;
  s.v = (real *)(s.sums + D + H), s.h = s.v + rows * D;
  s.sample = s.h + rows * H, s.mean = s.sample + M * H, s.work = s.mean + means;
  return s;
}

// One step on the N rows in s->v. Returns the uniforms that are left.
static const double *estimate(const RbmRun *r, Step *s, const double *plus, double minus,
                              const double *u, double *error) {
  s->M = r->chains ? r->chains : s->N;
  u = phases(r, s, u);
  if (error) *error = error_of(r, s, plus);
  add_estimate(r, s, plus, minus);
  return u;
}

// Run all steps. Return 0 if there is no memory. given: an RbmRun.
int ENTRY(rbm)(void *given) {
  const RbmRun *r = given;
  long most = 0;
  for (int64_t i = 0; i < r->steps; i++) most = larger_of(most, r->starts[i + 1] - r->starts[i]);
  Step s = step_of(r, most);
  if (!s.sums) return 0;
  const double *u = r->u;
  for (int64_t i = 0; i < r->steps; i++) {
    const int64_t first = r->starts[i];
    s.N = r->starts[i + 1] - first;
    memcpy(s.v, (const real *)r->x + first * s.D, s.N * s.D * sizeof(real));
    u = estimate(r, &s, r->plus + first, r->minus[i], u, r->errors ? r->errors + i : 0);
  }
  free(s.sums);
  return 1;
}

// ---- training: with rows, uniforms and updates

// Compute the next `rows` rows of uniforms of this step, as random.uniform does: 24 bits of the
// word at (row, column). Return where the following uniforms go.
static double *draw(const RbmTraining *t, uint32_t step, uint32_t *row, long rows, long columns,
                    double *u) {
  // one call of Philox gives four columns
  const long blocks = (columns + 3) / 4, calls = rows * blocks;
  long r = 0, b = 0;
  for (long call = 0; call < calls; call += LANES) {
    uint32_t block[LANES], place[LANES], word[4][LANES];
    long at[LANES];
    const long lanes = calls - call < LANES ? calls - call : LANES;
    for (long l = 0; l < LANES; l++) {
      block[l] = (uint32_t)b, place[l] = *row + (uint32_t)r, at[l] = r * columns + 4 * b;
      if (++b == blocks) b = 0, r++;
    }
    philox(block, place, step, PURPOSE_SAMPLE, t->seed, t->path, word);
    for (long l = 0; l < lanes; l++)
      for (long k = 0; k < 4 && 4 * (long)block[l] + k < columns; k++)
        u[at[l] + k] = (word[k][l] >> 8) * 0x1p-24;
  }
  *row += (uint32_t)rows;
  return u + rows * columns;
}

// All uniforms of one step of M chains, in the order in which `phases` uses them.
static void draw_all(const RbmTraining *t, uint32_t step, long M, double *u) {
  const long D = t->visible, H = t->hidden;
  uint32_t row = 0;
  if (!t->chains) u = draw(t, step, &row, M, H, u);
  for (int32_t round = 0; round < t->rounds; round++) {
    u = draw(t, step, &row, M, D, u);
    if (t->chains || round + 1 < t->rounds) u = draw(t, step, &row, M, H, u);
  }
}

// Copies the rows of step i to s->v; plus = -c. Returns minus = the sum of c / the number of
// chains.
static double gather(const RbmTraining *t, int64_t i, Step *s, double *plus) {
  const int64_t first = t->starts[i];
  double total = 0;
  s->N = t->starts[i + 1] - first;
  for (long n = 0; n < s->N; n++) {
    const int64_t place = first + n, c_place = t->c_period ? place % t->c_period : place;
    const int64_t unordered = t->data_period ? place % t->data_period : place;
    const int64_t row = t->order ? t->order[place] : unordered;
    const double c = ((const real *)t->c)[c_place];
    memcpy(s->v + n * s->D, (const real *)t->x + row * s->D, s->D * sizeof(real));
    plus[n] = -c, total += c;
  }
  return total / (t->chains ? t->chains : s->N);
}

// Return 1 if all |x| <= limit; a NaN is not.
static int all_within(long n, const real *x, double limit) {
  const real most = (real)limit;
  real outside;
  SUM_OVER(i, n, x[i] <= most && x[i] >= -most ? 0 : 1, outside);
  return outside == 0;
}

// Steps until all are done, the time is over, or a number is not finite or beyond the limit. A step
// counts as done after its update, even if a parameter is not finite then.
static void train(RbmTraining *t, const RbmRun *r, Step *s, real *g, double *plus, double *u) {
  const long size = s->D * s->H + s->D + s->H;
  const double begin = milliseconds_now();
  for (t->done = 0, t->finite = 1; t->done < t->steps;) {
    const int64_t i = t->done;
    const double minus = gather(t, i, s, plus);
    draw_all(t, (uint32_t)(t->step + i), t->chains ? t->chains : s->N, u);
    memset(g, 0, size * sizeof(real));
    estimate(r, s, plus, minus, u, t->losses + i);
    const int is_finite = t->losses[i] - t->losses[i] == 0;
    if (!is_finite || (t->careful && !all_within(size, g, HUGE_NUMBER))) {
      t->finite = 0;
      return;
    }
    const NamedRule *rule = t->rule;
    const double *hyper = t->hyper + t->hyper_step * i;
    rule->step(size, t->t + i, t->theta, g, (real *const *)t->slot, hyper);
    t->done++;
    if (!(t->finite = all_within(size, t->theta, t->limit))) return;
    if (t->milliseconds && milliseconds_now() - begin > t->milliseconds) break;
  }
}

// Return 0 if there is no memory. given: an RbmTraining.
int ENTRY(rbm_train)(void *given) {
  RbmTraining *t = given;
  const long D = t->visible, H = t->hidden, area = D * H, M = t->chains ? t->chains : t->rows;
  real *theta = t->theta, *g = malloc((area + D + H) * sizeof(real));
  double *plus = malloc((t->rows + t->rounds * M * (D + H)) * sizeof(double));
  const RbmRun r = {.visible = (int32_t)D,
                    .hidden = (int32_t)H,
                    .chains = t->chains,
                    .rounds = t->rounds,
                    .h = t->h,
                    .W = theta,
                    .b = theta + area,
                    .c = theta + area + D,
                    .dW = g,
                    .db = g + area,
                    .dc = g + area + D};
  Step s = step_of(&r, t->rows);
  const int fine = g && plus && s.sums;
  if (fine) train(t, &r, &s, g, plus, plus + t->rows);
  free(g), free(plus), free(s.sums);
  return fine;
}
