// The products of a convolution: C = start + A B, where rows and terms of A lie in an image, at
// addresses that a walk has. convolve_product.c computes them; every sum starts from `start` and
// adds its terms in the order of the walk, by fma.
#ifndef CHAINRULE_CONVOLVE_PRODUCT_H
#define CHAINRULE_CONVOLVE_PRODUCT_H
#include "kernels/gemm_vector.h"

// Three loops, the last one the fastest: such as kernel rows, cells and channels.
typedef struct {
  long count, step;
} Level;
typedef struct {
  Level level[3];
} Walk;

INLINE long walk_length(const Walk *w) {
  return w->level[0].count * w->level[1].count * w->level[2].count;
}

// Addresses one after another.
typedef struct {
  const Walk *walk;
  const real *at;
  long i, j;
} Cursor;

INLINE void turn_over(Cursor *c) { // the last level is through
  const Level *level = c->walk->level;
  c->j = 0, c->at += level[1].step - level[2].count * level[2].step;
  if (++c->i == level[1].count) c->i = 0, c->at += level[0].step - level[1].count * level[1].step;
}

INLINE void addresses(Cursor *c, long count, const real **row) {
  const Level inner = c->walk->level[2];
  while (count > 0) {
    const long n = smaller_of(count, inner.count - c->j);
    for (long i = 0; i < n; i++) row[i] = c->at + i * inner.step;
    c->at += n * inner.step, c->j += n, row += n, count -= n;
    if (c->j == inner.count) turn_over(c);
  }
}

// A row of A for each address of `rows` from a on; its terms lie behind that address as `terms`
// says, and their lines of B b_step apart. Columns j of B stand at b + j / PANEL * panel: packed
// panels (`whole`, zeros beyond the columns), or with panel == PANEL B as it lies.
typedef struct {
  const Walk *rows, *terms;
  const real *a, *b;
  long b_step[3], panel, columns;
  int whole;
  const real *start; // NULL: 0
  long start_row;    // 0: one line (a bias) for all
  real *c;
  long c_row;
  int relu; // max(c, 0) comes out of the last pass
  // not NULL: `rows` are windows, with four cells in these steps. Their maxima come out
  const long *cell;
} ConvolveProduct;

void FN(convolve_product)(const ConvolveProduct *p);
void FN(convolve_narrow)(const ConvolveProduct *p); // columns that fit 32 bytes

INLINE int is_narrow(long columns) {
  return BYTES >= 32 && columns * (long)sizeof(real) <= 32;
}

// ---- windows of 2 x 2 cells, in the steps of `cell`

#ifdef __clang__ // it takes such long sums of several vectors apart into numbers
INLINE int compiles_well(long columns) {
  return is_narrow(columns);
}
#else
INLINE int compiles_well(long columns) {
  return columns > 0;
}
#endif

// Neighbouring places of a kernel 3 x 3 or 5 x 5 over one channel.
INLINE int is_single(const Walk *terms, const long *cell, long columns) {
  const Level *level = terms->level;
  const int side_fits =
      level[0].count == level[2].count && (level[2].count == 3 || level[2].count == 5);
  const int neighbours =
      level[1].count == 1 && level[2].step == 1 && cell[1] == 1 && cell[2] == level[0].step;
  return side_fits && neighbours && compiles_well(columns);
}
// else tiles are too low for four rows a window
INLINE int takes_windows(const Walk *terms, const long *cell, long columns) {
  return MANY_REGISTERS || is_narrow(columns) || is_single(terms, cell, columns);
}

INLINE Vector greater(Vector a, Vector b) { // a where they are equal; a NaN stays one
  const Mask m = (b > a) | (b != b);
  return (Vector)(((Mask)b & m) | ((Mask)a & ~m));
}
// in the order of max_pool
INLINE Vector greatest(Vector top_left, Vector top_right, Vector left, Vector right) {
  return greater(greater(top_left, left), greater(top_right, right));
}
#endif
