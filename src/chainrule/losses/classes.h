// Softmax of one row of scores, for the losses of classes.
#ifndef CHAINRULE_CLASSES_H
#define CHAINRULE_CLASSES_H
#include "elementwise.h"

// The largest score, the sum of exp(z - largest), and the logarithm of that sum.
typedef struct {
  real largest, sum, log_sum;
} Scores;

INLINE Scores scores(long K, const real *z) {
  const real m = largest(K, z), sum = sum_of_exponentials(K, z, m);
  return (Scores){m, sum, logarithm(sum)};
}

INLINE real log_softmax(const Scores *s, real z) {
  return z - s->largest - s->log_sum;
}

// ---- up to FEW classes: 16 rows side by side, a row in each lane. The sums have the same bits as
// in `scores`.

typedef struct {
  long here; // rows; after the last one it is repeated
  const real *row[LANES];
  real e[FEW * LANES]; // exp(z - largest), class by class
  real largest[LANES], sum[LANES];
} Block;

// The block of the rows n ... n + 15.
INLINE void load_block(Block *b, long n, long rows, const Array *z) {
  b->here = rows - n < LANES ? rows - n : LANES;
  for (long r = 0; r < LANES; r++)
    b->row[r] = z->data + (r < b->here ? n + r : rows - 1) * z->stride;
  turn_rows(z->size, b->row, b->e);
  exponentials_of_rows(z->size, b->e, b->largest, b->sum);
}

// dz = dl (weight softmax(z) - y); y NULL is 0.
INLINE void softmax_gradient(long K, const Scores *s, const real *z, real dl, real weight,
                             const real *y, real *dz, int add) {
  for (long k = 0; k < K; k++) {
    const real p = exponential(z[k] - s->largest) / s->sum;
    const real d = dl * (p * weight - (y ? y[k] : 0));
    dz[k] = add ? dz[k] + d : d;
  }
}
#endif
