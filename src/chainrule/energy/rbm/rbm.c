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

// MUCH: multiplications of a step from which on processes share it. An exchange takes about as long
// as a million of them, and longer where others use the cores.
enum { MUCH = 8 << 20 };

// The rows, chains or columns begin .. end - 1.
typedef struct {
  long begin, end;
} Span;

// The memory of one step. v+ and h+ are of the rows of data, v- and h- of the chains. This process
// computes the means and samples of its rows and chains, and the sums of its units.
typedef struct {
  long N, M, D, H; // rows, chains, visible and hidden units
  Span rows, chains, visible, hidden;
  int shared;          // 1: other processes compute the rest
  int failed;          // 1: an exchange failed
  real *v, *h;         // v+, then v-: (N + M, D); h+, then h-: (N + M, H)
  real *sample, *mean; // (M, H); (N or M, D)
  real *error;         // (N): |v - r|^2 of each row
  double *sums;        // (D + H)
  real *work;
} Step;

static Span all_of(long n) {
  return (Span){0, n};
}

static Span share_of(long n, const Together *t, int32_t rank) {
  return (Span){(long)((int64_t)n * rank / t->size), (long)((int64_t)n * (rank + 1) / t->size)};
}

static long length(Span s) {
  return s.end - s.begin;
}

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

// k rounds h -> v- -> h for the chains of this process; the last h- stays a probability. Returns
// the uniforms that are left.
static const double *gibbs(const RbmRun *r, const Step *s, const double *u) {
  const long M = length(s->chains), to_h = s->chains.begin * s->H, to_v = s->chains.begin * s->D;
  real *v = s->v + s->N * s->D + to_v, *h = s->h + s->N * s->H + to_h, *sample = s->sample + to_h;
  for (int32_t round = 0; round < r->rounds; round++) {
    if (round > 0) {
      hidden_mean(r, M, v, h, s->work);
      bernoulli(M * s->H, u + to_h, h, sample);
      u += s->M * s->H;
    }
    visible_mean(r, M, sample, s->mean, s->work);
    bernoulli(M * s->D, u + to_v, s->mean, v);
    u += s->M * s->D;
  }
  return u;
}

// h+ of the rows of this process.
static void means_of_rows(const RbmRun *r, const Step *s) {
  const long n = s->rows.begin;
  hidden_mean(r, length(s->rows), s->v + n * s->D, s->h + n * s->H, s->work);
}

// h- of the chains of this process.
static void means_of_chains(const RbmRun *r, const Step *s) {
  const long n = s->N + s->chains.begin;
  hidden_mean(r, length(s->chains), s->v + n * s->D, s->h + n * s->H, s->work);
}

// |v - r|^2 of the rows of this process, r = E[v | h+].
static void errors_of_rows(const RbmRun *r, const Step *s) {
  const long first = s->rows.begin;
  visible_mean(r, length(s->rows), s->h + first * s->H, s->mean, s->work);
  for (long n = first; n < s->rows.end; n++) {
    const real *v = s->v + n * s->D, *p = s->mean + (n - first) * s->D;
    real one;
    SUM_OVER(i, s->D, (v[i] - p[i]) * (v[i] - p[i]), one);
    s->error[n] = one;
  }
}

// ---- other processes

// Set what this process computes of a step; the same processes share all steps of a call.
static void divide(const RbmRun *r, Step *s) {
  const double work = (double)(s->N + (r->rounds + 1) * s->M) * (double)(s->D * s->H);
  s->rows = all_of(s->N), s->chains = all_of(s->M);
  s->visible = all_of(s->D), s->hidden = all_of(s->H);
  s->shared = r->together && work >= MUCH;
  if (!s->shared) return;
  const Together *t = &r->together->arrays;
  s->rows = share_of(s->N, t, t->rank), s->chains = share_of(s->M, t, t->rank);
  s->visible = share_of(s->D, t, t->rank), s->hidden = share_of(s->H, t, t->rank);
}

// Copy numbers to the packed ones, or (back = 1) from there. Return the packed ones that follow.
static real *move(long n, real *packed, real *place, int back) {
  memcpy(back ? place : packed, back ? packed : place, n * sizeof(real));
  return packed + n;
}

// The means and samples that a process has computed, or its sums.
static real *move_means(const RbmRun *r, const Step *s, int32_t rank, real *packed, int back) {
  const Together *t = &r->together->arrays;
  const Span rows = share_of(s->N, t, rank), chains = share_of(s->M, t, rank);
  const long N = length(rows), M = length(chains), chain = s->N + chains.begin;
  packed = move(N * s->H, packed, s->h + rows.begin * s->H, back);
  packed = move(M * s->H, packed, s->h + chain * s->H, back);
  packed = move(M * s->D, packed, s->v + chain * s->D, back);
  return move(N, packed, s->error + rows.begin, back);
}

static real *move_sums(const RbmRun *r, const Step *s, int32_t rank, real *packed, int back) {
  const Together *t = &r->together->arrays;
  const Span visible = share_of(s->D, t, rank), hidden = share_of(s->H, t, rank);
  packed = move(length(hidden) * s->D, packed, (real *)r->dW + hidden.begin * s->D, back);
  packed = move(length(visible), packed, (real *)r->db + visible.begin, back);
  return move(length(hidden), packed, (real *)r->dc + hidden.begin, back);
}

typedef real *Move(const RbmRun *, const Step *, int32_t rank, real *packed, int back);

// Give all processes what each has computed. `each`: the numbers of a row, a chain, a visible and a
// hidden unit that travel.
static void exchange(const RbmRun *r, Step *s, Move *move_part, int64_t of_row, int64_t of_chain,
                     int64_t of_visible, int64_t of_hidden) {
  if (!s->shared || s->failed) return;
  const Together *t = &r->together->arrays;
  int32_t *got = t->counts + 2 * t->size, *got_at = got + t->size;
  int64_t at = 0;
  for (int32_t rank = 0; rank < t->size; rank++) {
    const int64_t n =
        of_row * length(share_of(s->N, t, rank)) + of_chain * length(share_of(s->M, t, rank)) +
        of_visible * length(share_of(s->D, t, rank)) + of_hidden * length(share_of(s->H, t, rank));
    got[rank] = (int32_t)n, got_at[rank] = (int32_t)at, at += n;
  }
  t->counts[t->rank] = got[t->rank], t->counts[t->size + t->rank] = 0;
  move_part(r, s, t->rank, t->sent, 0);
  s->failed = r->together->exchange(r->together->caller, ALL_SUMS, 0, 0) != 0;
  for (int32_t rank = 0; rank < t->size && !s->failed; rank++)
    if (rank != t->rank) move_part(r, s, rank, (real *)t->received + got_at[rank], 1);
}

// ---- one step

// Both phases: v-, h+ and h- of one step, and the errors. Returns the uniforms that are left.
static const double *phases(const RbmRun *r, Step *s, const double *u) {
  const long own = s->chains.begin * s->H;
  if (r->chains) {
    memcpy(s->sample, r->h, s->M * s->H * sizeof(real));
    u = gibbs(r, s, u);
    if (s->shared)
      means_of_rows(r, s), means_of_chains(r, s);
    else
      hidden_mean(r, s->N + s->M, s->v, s->h, s->work);
  } else {
    means_of_rows(r, s);
    bernoulli(length(s->chains) * s->H, u + own, s->h + own, s->sample + own);
    u = gibbs(r, s, u + s->M * s->H);
    means_of_chains(r, s);
  }
  if (r->errors || s->shared) errors_of_rows(r, s);
  exchange(r, s, move_means, s->H + 1, s->D + s->H, 0, 0);
  if (!r->chains || s->failed) return u;
  bernoulli(s->M * s->H, u, s->h + s->N * s->H, r->h);
  return u + s->M * s->H;
}

// Sum over rows of |plus| |v - r|^2.
static double error_of(const Step *s, const double *plus) {
  double total = 0;
  for (long n = 0; n < s->N; n++) total += __builtin_fabs(plus[n]) * (double)s->error[n];
  return total;
}

// sum += weight x
static void add_row(long n, double weight, const real *x, double *sum) {
  for (long i = 0; i < n; i++) sum[i] = FMA_OF_DOUBLES(weight, x[i], sum[i]);
}

// dW += sum of weight h v^T, db += sum of weight v, dc += sum of weight h; the weights are `plus`
// for the rows and `minus` for the chains. The sums for the biases are in double: the two phases
// nearly cancel. This process sums for its units.
static void add_estimate(const RbmRun *r, Step *s, const double *plus, double minus) {
  const long rows = s->N + s->M, D = length(s->visible), H = length(s->hidden);
  const long first = s->hidden.begin;
  double *sum_v = s->sums, *sum_h = sum_v + D;
  real *db = (real *)r->db + s->visible.begin, *dc = (real *)r->dc + first;
  memset(s->sums, 0, (D + H) * sizeof(double));
  for (long n = 0; n < rows; n++) {
    const double weight = n < s->N ? plus[n] : minus;
    real *h = s->h + n * s->H + first;
    add_row(D, weight, s->v + n * s->D + s->visible.begin, sum_v);
    add_row(H, weight, h, sum_h);
    for (long j = 0; j < H; j++) h[j] *= (real)weight;
  }
  for (long i = 0; i < D; i++) db[i] = (real)(db[i] + sum_v[i]);
  for (long j = 0; j < H; j++) dc[j] = (real)(dc[j] + sum_h[j]);
  const Product dW = {.M = H,
                      .N = s->D,
                      .K = rows,
                      .A = {s->h + first, 1, s->H},
                      .B = {s->v, s->D, 1},
                      .start = (real *)r->dW + first * s->D,
                      .start_row = s->D,
                      .C = (real *)r->dW + first * s->D,
                      .c_row = s->D,
                      .work = s->work};
  FN(gemm)(&dW);
  exchange(r, s, move_sums, 0, 0, 1, s->D + 1);
}

// Get the memory for steps of up to `most` rows. `sums` is its beginning, to be freed; NULL if
// there is no memory.
static Step step_of(const RbmRun *r, long most) {
  const long D = r->visible, H = r->hidden, M = r->chains ? r->chains : most, rows = most + M;
  const long to_means = larger_of(FN(gemm_work)(rows, H, D), FN(gemm_work)(rows, D, H));
  const long work = larger_of(to_means, FN(gemm_work)(H, D, rows));
  const long means = larger_of(most, M) * D;
  const long reals = rows * (D + H) + M * H + means + most + work;
  Step s = {.D = D, .H = H, .sums = malloc((D + H) * sizeof(double) + reals * sizeof(real))};
  if (!s.sums) return s;
  s.v = (real *)(s.sums + D + H), s.h = s.v + rows * D;
  s.sample = s.h + rows * H, s.mean = s.sample + M * H;
  s.error = s.mean + means, s.work = s.error + most;
  return s;
}

// Set the sizes of a step of N rows.
static void begin_step(const RbmRun *r, Step *s, long N) {
  s->N = N, s->M = r->chains ? r->chains : N;
  divide(r, s);
}

// One step on the N rows in s->v. Returns the uniforms that are left.
static const double *estimate(const RbmRun *r, Step *s, const double *plus, double minus,
                              const double *u, double *error) {
  u = phases(r, s, u);
  if (s->failed) return u;
  if (error) *error = error_of(s, plus);
  add_estimate(r, s, plus, minus);
  return u;
}

// Run all steps, until an exchange fails. Return 0 if there is no memory. given: an RbmRun.
int ENTRY(rbm)(void *given) {
  const RbmRun *r = given;
  long most = 0;
  for (int64_t i = 0; i < r->steps; i++) most = larger_of(most, r->starts[i + 1] - r->starts[i]);
  Step s = step_of(r, most);
  if (!s.sums) return 0;
  const double *u = r->u;
  for (int64_t i = 0; i < r->steps && !s.failed; i++) {
    const int64_t first = r->starts[i];
    begin_step(r, &s, r->starts[i + 1] - first);
    memcpy(s.v, (const real *)r->x + first * s.D, s.N * s.D * sizeof(real));
    u = estimate(r, &s, r->plus + first, r->minus[i], u, r->errors ? r->errors + i : 0);
  }
  free(s.sums);
  return 1;
}

// ---- training: with rows, uniforms and updates

// Compute some of the next `rows` rows of uniforms of this step, as random.uniform does: 24 bits of
// the word at (row, column). Return where the following uniforms go.
static double *draw(const RbmTraining *t, uint32_t step, uint32_t *row, long rows, Span some,
                    long columns, double *u) {
  // one call of Philox gives four columns
  const long blocks = (columns + 3) / 4, calls = length(some) * blocks;
  long r = some.begin, b = 0;
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

// All uniforms of one step that this process needs, in the order in which `phases` uses them: those
// of its chains, and of all of them for what the chains become.
static void draw_all(const RbmTraining *t, uint32_t step, const Step *s, double *u) {
  const long D = t->visible, H = t->hidden, M = s->M;
  uint32_t row = 0;
  if (!t->chains) u = draw(t, step, &row, M, s->chains, H, u);
  for (int32_t round = 0; round < t->rounds; round++) {
    const int last = round + 1 == t->rounds;
    u = draw(t, step, &row, M, s->chains, D, u);
    if (t->chains || !last) u = draw(t, step, &row, M, last ? all_of(M) : s->chains, H, u);
  }
}

// Copies the rows of step i to s->v; plus = -c. Returns minus = the sum of c / the number of
// chains.
static double gather(const RbmTraining *t, int64_t i, Step *s, double *plus) {
  const int64_t first = t->starts[i];
  double total = 0;
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
    begin_step(r, s, t->starts[i + 1] - t->starts[i]);
    const double minus = gather(t, i, s, plus);
    draw_all(t, (uint32_t)(t->step + i), s, u);
    memset(g, 0, size * sizeof(real));
    estimate(r, s, plus, minus, u, t->losses + i);
    if (s->failed) return;
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
                    .dc = g + area + D,
                    .errors = t->losses,
                    .together = t->together};
  Step s = step_of(&r, t->rows);
  const int fine = g && plus && s.sums;
  if (fine) train(t, &r, &s, g, plus, plus + t->rows);
  free(g), free(plus), free(s.sums);
  return fine;
}
