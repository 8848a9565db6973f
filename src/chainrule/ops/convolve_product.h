// The products of a convolution: C = start + A B, where the rows and the terms of A lie in an
// image, at addresses that a walk gives. convolve_product.c computes them; every sum starts from
// `start` and adds its terms in the order of the walk, by fma.
#ifndef CHAINRULE_CONVOLVE_PRODUCT_H
#define CHAINRULE_CONVOLVE_PRODUCT_H
#include "kernels/gemm_vector.h"

// Three loops, for example over kernel rows, cells and channels; the last one is the fastest.
typedef struct {
  long count, step;
} Level;
typedef struct {
  Level level[3];
} Walk;

INLINE long walk_length(const Walk *w) {
  return w->level[0].count * w->level[1].count * w->level[2].count;
}

// The addresses of a walk, one after another: `at` is place (i, j) of the last two levels.
typedef struct {
  const Walk *walk;
  const real *at;
  long i, j;
} Cursor;

// The last level is done.
INLINE void turn_over(Cursor *c) {
  const Level *level = c->walk->level;
  c->j = 0, c->at += level[1].step - level[2].count * level[2].step;
  if (++c->i == level[1].count) c->i = 0, c->at += level[0].step - level[1].count * level[1].step;
}

// The next `count` addresses.
INLINE void addresses(Cursor *c, long count, const real **row) {
  const Level inner = c->walk->level[2];
  while (count > 0) {
    const long n = smaller_of(count, inner.count - c->j);
    for (long i = 0; i < n; i++) row[i] = c->at + i * inner.step;
    c->at += n * inner.step, c->j += n, row += n, count -= n;
    if (c->j == inner.count) turn_over(c);
  }
}

typedef struct {
  const real *a;
  const Walk *rows;  // from a on: one address for each row of A
  const Walk *terms; // from that address on: the terms of the row
  const real *b;     // column j is in the panel at b + j / PANEL * panel; PANEL: B as it lies
  long panel;
  long b_step[3]; // from one line of B to the next, for each of the three steps of `terms`
  long columns;
  int whole;         // 1: the panels are packed, with zeros beyond the columns
  const real *start; // NULL for 0, or one line (a bias) for all rows
  int onto;          // 1: the sums start with what c holds
  real *c;
  long c_row;
  const Walk *places; // NULL, or from c on: one address for each row of C, instead of c_row
  int relu;           // 1: max(c, 0) comes out of the last pass
  int lanes;          // 1: a is in planes, for convolve_lanes
  const long *cell;   // NULL, or the steps of the four cells of a window: `rows` are then windows,
                      // and c gets their maxima
} ConvolveProduct;

// The steps of packed panels, for terms with these levels.
INLINE void set_packed_steps(ConvolveProduct *p, const Level *terms) {
  p->b_step[0] = terms[1].count * terms[2].count * PANEL;
  p->b_step[1] = terms[2].count * PANEL;
  p->b_step[2] = PANEL;
}

void FN(convolve_product)(const ConvolveProduct *p);
void FN(convolve_narrow)(const ConvolveProduct *p); // the columns fit 32 bytes
void FN(convolve_lanes)(const ConvolveProduct *p);  // few columns, as lanes of neighbors

// c = the columns `lane`, lane_row apart, of `count` neighbors, or the maxima of two of them each.
// Of the `room` numbers of c, those that follow are written later.
void FN(convolve_turn)(const real *lane, long lane_row, long count, long columns, int windows,
                       real *c, long c_row, long room);

// Return 1 if `wide` neighbors fill the lanes so well that this is faster than columns as lanes.
INLINE int takes_lanes(long wide, long columns) {
  return columns <= WIDE / 2 && 3 * parts_of(wide, WIDE) * columns <= 2 * wide;
}

INLINE int is_narrow(long columns) {
  return BYTES >= 32 && columns * (long)sizeof(real) <= 32;
}

// ---- windows of 2 x 2 cells, in the steps of `cell`

// clang takes such long sums of several vectors apart into single numbers.
#ifdef __clang__
INLINE int compiles_well(long columns) {
  return is_narrow(columns);
}
#else
INLINE int compiles_well(long columns) {
  return columns > 0;
}
#endif

// Neighboring places of a kernel 3 x 3 or 5 x 5 over one channel.
INLINE int is_single(const Walk *terms, const long *cell, long columns) {
  const Level *level = terms->level;
  const int side_fits =
      level[0].count == level[2].count && (level[2].count == 3 || level[2].count == 5);
  const int neighbors =
      level[1].count == 1 && level[2].step == 1 && cell[1] == 1 && cell[2] == level[0].step;
  return side_fits && neighbors && compiles_well(columns);
}

// Elsewhere tiles are too low for windows, which have four rows each.
INLINE int takes_windows(const Walk *terms, const long *cell, long columns) {
  return MANY_REGISTERS || is_narrow(columns) || is_single(terms, cell, columns);
}

// The greater number, a if they are equal; a NaN stays a NaN.
INLINE Vector greater(Vector a, Vector b) {
  const Mask m = (b > a) | (b != b);
  return (Vector)(((Mask)b & m) | ((Mask)a & ~m));
}

// In the order of max_pool.
INLINE Vector greatest(Vector top_left, Vector top_right, Vector left, Vector right) {
  return greater(greater(top_left, left), greater(top_right, right));
}
#endif
