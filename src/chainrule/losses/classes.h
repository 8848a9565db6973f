// Softmax of one row of scores, for the losses of classes.
#ifndef CHAINRULE_CLASSES_H
#define CHAINRULE_CLASSES_H
#include "elementwise.h"

typedef struct { real largest, sum, log_sum; } Scores;              // sum of exp(z - largest)

// A whole vector at a time: beyond the last class stands the first score, which then counts nothing.
INLINE void load(long k, long K, const real *z, real *to) {
  for (long i = 0; i < LANES; i++) to[i] = z[k + i < K ? k + i : 0];
}

INLINE Scores scores(long K, const real *z) {
  real m[LANES], lane[LANES] = {0}, v[LANES];
  load(0, K, z, m);
  for (long k = LANES; k < K; k += LANES) {
    load(k, K, z, v);
    for (long i = 0; i < LANES; i++) m[i] = larger(m[i], v[i]);
  }
  for (int half = LANES / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) m[i] = larger(m[i], m[i + half]);
  for (long k = 0; k < K; k += LANES) {
    load(k, K, z, v);
    for (long i = 0; i < LANES; i++) {
      const real e = exponential(v[i] - m[0]);
      lane[i] += k + i < K ? e : 0;
    }
  }
  const real sum = sum_lanes(lane);
  return (Scores){m[0], sum, logarithm(sum)};
}

INLINE real log_softmax(const Scores *s, real z) { return z - s->largest - s->log_sum; }

// ---- up to 16 classes: 16 rows side by side, a row in each lane. The numbers are added in the order of sum_lanes.

typedef struct { real z[LANES][LANES], e[LANES][LANES], largest[LANES], sum[LANES]; } Block;       // [class][row]

// Scores, exp(z - largest) and their sums of the rows n ... n + 15; beyond the end the last row stands again.
INLINE void load_block(Block *b, long n, long rows, long K, const Array *z) {
  for (long r = 0; r < LANES; r++) {
    const real *row = z->data + (n + r < rows ? n + r : rows - 1) * z->stride;
    for (long k = 0; k < K; k++) b->z[k][r] = row[k];
  }
  for (long r = 0; r < LANES; r++) b->largest[r] = b->z[0][r];
  for (long k = 1; k < K; k++)
    for (long r = 0; r < LANES; r++) b->largest[r] = b->z[k][r] > b->largest[r] ? b->z[k][r] : b->largest[r];    // a NaN comes into the sum
  real part[LANES][LANES];
  for (long k = 0; k < K; k++)
    for (long r = 0; r < LANES; r++) part[k][r] = b->e[k][r] = exponential(b->z[k][r] - b->largest[r]);
  for (long half = LANES / 2, left = K; half > 0; left = left < half ? left : half, half /= 2)
    for (long k = 0; k + half < left; k++)
      for (long r = 0; r < LANES; r++) part[k][r] += part[k + half][r];
  for (long r = 0; r < LANES; r++) b->sum[r] = part[0][r];
}

// dz = dl (weight softmax(z) - target), the targets given one after another.
INLINE void softmax_gradient(long K, const Scores *s, const real *z, real dl, real weight, const real *y, real *dz, int add) {
  for (long k = 0; k < K; k += LANES) {
    real v[LANES];
    load(k, K, z, v);
    for (long i = 0; i < LANES; i++) v[i] = exponential(v[i] - s->largest) / s->sum;
    for (long i = 0; i < LANES && k + i < K; i++) {
      const real d = dl * (v[i] * weight - (y ? y[k + i] : 0));
      dz[k + i] = add ? dz[k + i] + d : d;
    }
  }
}
#endif
