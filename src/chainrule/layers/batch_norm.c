// Twin of batch_norm.py. Every position of an image counts as a row; C is the number of channels.
#include "kernels/strips.h"

// gamma / sqrt(v + eps), 1 / sqrt(v + eps) and gamma / (2 sqrt(v + eps)^3), one number a channel;
// room for the four sums that nobody wants.
enum { CONSTANTS = 3, SUMS = 4 };

long OP(normalise_work)(long rows, const Array *a) {
  enum { U, X, MU, V, GAMMA, BETA };
  (void)rows;
  return (CONSTANTS + SUMS) * (long)a[MU].size;
}

// The numbers of a channel.
typedef struct {
  const real *mu, *beta, *scale, *inverse, *half;
} Normal;

// a: from mu on.
INLINE Normal normal_of(const Array *a, real eps, real *work) {
  enum { MU, V, GAMMA, BETA };
  const long C = a[MU].size;
  const real *v = a[V].data, *gamma = a[GAMMA].data;
  real *scale = work, *inverse = scale + C, *half = inverse + C;
  INDEPENDENT for (long c = 0; c < C; c++) {
    const real variance = v[c] + eps, deviation = SQRT(variance);
    scale[c] = gamma[c] / deviation;
    inverse[c] = 1 / deviation;
    half[c] = scale[c] / (2 * variance);
  }
  return (Normal){a[MU].data, a[BETA].data, scale, inverse, half};
}

// ---- forward: u = gamma (x - mu) / sqrt(v + eps) + beta

INLINE void normalise_strip(const int relu, const int vectors, const integer last, long count,
                            const Normal *k, long c, Line x, Line u) {
  Vector mu[4], scale[4], beta[4];
  EACH_VECTOR {
    mu[v] = load_up_to(k->mu + c + v * WIDE, last);
    scale[v] = load_up_to(k->scale + c + v * WIDE, last);
    beta[v] = load_up_to(k->beta + c + v * WIDE, last);
  }
  for (long i = 0; i < count; i++, x.at += x.step, u.at += u.step) EACH_VECTOR {
      Vector y = fused(load_up_to(x.at + v * WIDE, last) - mu[v], scale[v], beta[v]);
      if (relu) y = at_least((Vector){0}, y);
      store_up_to(u.at + v * WIDE, last, y);
    }
}

INLINE void normalise(const int relu, long rows, const Array *a, real eps) {
  enum { U, X, MU, V, GAMMA, BETA, WORK };
  const long C = a[MU].size;
  const real *v = a[V].data, *gamma = a[GAMMA].data;
  real *scale = a[WORK].data;
  INDEPENDENT for (long c = 0; c < C; c++) scale[c] = gamma[c] / SQRT(v[c] + eps);
  const Normal k = {.mu = a[MU].data, .beta = a[BETA].data, .scale = scale};
#define NORMALISE(vectors, last, c)                                            \
  normalise_strip(relu, vectors, last, s.count, &k, c, line_of(a[X], s, C, c), \
                  line_of(a[U], s, C, c))
  EACH_STRIP(s, rows, a[U].size / C, C) EACH_CHANNEL(C, 4, NORMALISE);
#undef NORMALISE
}

TAKES(normalise, "(n,*,C) (C) (C) (C) (C) -> (n,*,C)", 1);

void OP(normalise)(long rows, const Array *a, const double *attr) {
  normalise(0, rows, a, (real)attr[0]);
}

void OP(normalise_then_relu)(long rows, const Array *a, const double *attr) {
  normalise(1, rows, a, (real)attr[0]);
}

// ---- backward. After a relu, du = da (u > 0), where u is computed again: reading it would take
// longer.

INLINE Vector gradient_of_u(const int relu, Vector du, Vector centered, Vector scale, Vector beta) {
  return relu ? gated(du, fused(centered, scale, beta)) : du;
}

// The sums over rows: dmu, dv, dgamma, dbeta.
INLINE void sums_of_strip(const int relu, const int vectors, const integer last, long count,
                          const Normal *k, long c, Line du, Line x, real *const *sum) {
  Vector mu[2], scale[2], beta[2], inverse[2], half[2], dmu[2], dv[2], dgamma[2], dbeta[2];
  EACH_VECTOR {
    const long at = c + v * WIDE;
    mu[v] = load_up_to(k->mu + at, last), scale[v] = load_up_to(k->scale + at, last);
    beta[v] = load_up_to(k->beta + at, last), inverse[v] = load_up_to(k->inverse + at, last);
    half[v] = load_up_to(k->half + at, last);
    dmu[v] = load_up_to(sum[0] + at, last), dv[v] = load_up_to(sum[1] + at, last);
    dgamma[v] = load_up_to(sum[2] + at, last), dbeta[v] = load_up_to(sum[3] + at, last);
  }
  for (long i = 0; i < count; i++, x.at += x.step, du.at += du.step) EACH_VECTOR {
      const Vector centered = load_up_to(x.at + v * WIDE, last) - mu[v];
      const Vector d =
          gradient_of_u(relu, load_up_to(du.at + v * WIDE, last), centered, scale[v], beta[v]);
      dmu[v] -= d * scale[v];          // dmu = -sum of du gamma / sqrt(v + eps)
      dv[v] -= d * centered * half[v]; // dv = -1/2 sum of du gamma (x - mu) / sqrt(v + eps)^3
      dgamma[v] += d * centered * inverse[v]; // dgamma = sum of du (x - mu) / sqrt(v + eps)
      dbeta[v] += d;                          // dbeta = sum of du
    }
  EACH_VECTOR {
    const long at = c + v * WIDE;
    store_up_to(sum[0] + at, last, dmu[v]), store_up_to(sum[1] + at, last, dv[v]);
    store_up_to(sum[2] + at, last, dgamma[v]), store_up_to(sum[3] + at, last, dbeta[v]);
  }
}

// What batch statistics add to dx: 2 dv (x - mu) / N from the variance, and dmu / N from the mean.
// Without them dv is NULL.
typedef struct {
  const real *twice_dv, *mean; // 2 dv; dmu / N
  Divisor N;
} Statistics;

// The lines of a pass, from channel c on.
typedef struct {
  long count, c;
  Line du, x, dx;
  int add;
} Pass;

INLINE void dx_of_strip(const int relu, const int batch, const int vectors, const integer last,
                        const Normal *k, const Statistics *b, Pass p) {
  Vector mu[2], scale[2], beta[2], twice_dv[2], mean[2];
  EACH_VECTOR {
    const long at = p.c + v * WIDE;
    mu[v] = load_up_to(k->mu + at, last), scale[v] = load_up_to(k->scale + at, last);
    beta[v] = load_up_to(k->beta + at, last);
    if (batch) twice_dv[v] = load_up_to(b->twice_dv + at, last);
    if (batch) mean[v] = load_up_to(b->mean + at, last);
  }
  for (long i = 0; i < p.count; i++, p.x.at += p.x.step, p.du.at += p.du.step, p.dx.at += p.dx.step)
    EACH_VECTOR {
      const Vector centered = load_up_to(p.x.at + v * WIDE, last) - mu[v];
      const Vector d =
          gradient_of_u(relu, load_up_to(p.du.at + v * WIDE, last), centered, scale[v], beta[v]);
      Vector sum = d * scale[v]; // dx = du gamma / sqrt(v + eps)
      if (p.add) sum = load_up_to(p.dx.at + v * WIDE, last) + sum;
      if (batch) sum += divided(batch == 2, twice_dv[v] * centered, b->N); // + 2 dv (x - mu) / N
      if (batch) sum += mean[v];                                           // + dmu / N
      store_up_to(p.dx.at + v * WIDE, last, sum);
    }
}

// batch: 0, or 1 with the terms of batch statistics, or 2 if N is a power of two.
INLINE void all_dx(const int relu, const int batch, long rows, long C, const Normal *k,
                   const Statistics *b, Array du, Array x, Array dx) {
#define DX_OF_STRIP(vectors, last, c)   \
  dx_of_strip(                          \
      relu, batch, vectors, last, k, b, \
      (Pass){s.count, c, line_of(du, s, C, c), line_of(x, s, C, c), line_of(dx, s, C, c), dx.add})
  EACH_STRIP(s, rows, du.size / C, C) EACH_CHANNEL(C, 2, DX_OF_STRIP);
#undef DX_OF_STRIP
}

INLINE void normalise_backward(const int relu, long rows, const Array *a, real eps) {
  enum { DU, U, X, MU, V, GAMMA, BETA, DX, DMU, DV, DGAMMA, DBETA, WORK };
  const long C = a[MU].size;
  const Normal k = normal_of(a + MU, eps, a[WORK].data);
  real *sum[SUMS];
  int any = 0;
  for (int i = 0; i < SUMS; i++) {
    const Array of = a[DMU + i];
    any |= of.data != 0;
    start_sum(of);
    sum[i] = of.data ? of.data : a[WORK].data + (CONSTANTS + i) * C;
    for (long c = 0; c < C && !of.data; c++) sum[i][c] = 0;
  }
#define SUMS_OF_STRIP(vectors, last, c)                                       \
  sums_of_strip(relu, vectors, last, s.count, &k, c, line_of(a[DU], s, C, c), \
                line_of(a[X], s, C, c), sum)
  if (any) EACH_STRIP(s, rows, a[DU].size / C, C) EACH_CHANNEL(C, 2, SUMS_OF_STRIP);
#undef SUMS_OF_STRIP
  if (a[DX].data) all_dx(relu, 0, rows, C, &k, 0, a[DU], a[X], a[DX]);
}

void OP(normalise_backward)(long rows, const Array *a, const double *attr) {
  normalise_backward(0, rows, a, (real)attr[0]);
}

// du and u are the gradient and the result of the relu.
void OP(normalise_before_relu)(long rows, const Array *a, const double *attr) {
  normalise_backward(1, rows, a, (real)attr[0]);
}

// ---- all of dx at once, with batch statistics: what normalise_backward, variance_rows_backward
// and mean_rows_backward add to it, in this order

INLINE void normalise_dx(const int relu, long rows, const Array *a, real eps) {
  enum { DU, U, X, MU, V, GAMMA, BETA, DX, DV, DMU, N, WORK };
  const long C = a[MU].size;
  const real *dv = a[DV].data, *dmu = a[DMU].data;
  real *twice_dv = a[WORK].data + CONSTANTS * C, *mean = twice_dv + C;
  const Normal k = normal_of(a + MU, eps, a[WORK].data);
  const Statistics b = {twice_dv, mean, divisor_of(a[N].data[0])};
  INDEPENDENT for (long c = 0; c < C; c++) twice_dv[c] = 2 * dv[c], mean[c] = dmu[c] / b.N.n;
  if (b.N.inverse)
    all_dx(relu, 2, rows, C, &k, &b, a[DU], a[X], a[DX]);
  else
    all_dx(relu, 1, rows, C, &k, &b, a[DU], a[X], a[DX]);
}

void OP(normalise_all_dx)(long rows, const Array *a, const double *attr) {
  normalise_dx(0, rows, a, (real)attr[0]);
}

void OP(normalise_all_dx_before_relu)(long rows, const Array *a, const double *attr) {
  normalise_dx(1, rows, a, (real)attr[0]);
}
