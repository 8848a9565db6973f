// Products with one row: no number of B is used twice, so B is read without a copy.
#ifndef CHAINRULE_GEMM_ROW_H
#define CHAINRULE_GEMM_ROW_H
#include "gemm_tile.h"

// STREAMS: rows of B that are read together. LONG: terms from which that is worth it. STRETCH:
// columns with sums that stay in the L1 cache.
enum { STREAMS = 4, LONG = 64, STRETCH = 2048 };

// Add `rows` terms to the sums: c[j] = start[j] + a[0] b[0, j] + a[1] b[1, j] + ..., each by fma;
// NULL for start is 0.
INLINE void add_terms_of_row(const int rows, const Tile *t, long k, const real *start) {
  const real *a = t->a + k * t->a_col, *b = t->b + k * t->b_row;
  Vector x[STREAMS];
  UNROLL
  for (int r = 0; r < rows; r++) x[r] = splat(a[r * t->a_col]);
  for (long j = 0; j < t->columns; j += WIDE) {
    const integer n = (integer)(t->columns - j);
    if (n >= WIDE) {
      Vector sum = start ? load(start + j) : (Vector){0};
      UNROLL
      for (int r = 0; r < rows; r++) sum = fused(x[r], load(b + r * t->b_row + j), sum);
      store(t->c + j, sum);
    } else {
      Vector sum = start ? load_first(start + j, n) : (Vector){0};
      UNROLL
      for (int r = 0; r < rows; r++) sum = fused(x[r], load_first(b + r * t->b_row + j, n), sum);
      store_first(t->c + j, n, sum);
    }
  }
}

// Many columns: B is read in long stretches, STREAMS rows at a time.
static void long_row(const Tile *t) {
  long k = 0;
  for (; k + STREAMS <= t->depth; k += STREAMS)
    add_terms_of_row(STREAMS, t, k, k ? t->c : t->start);
  for (; k < t->depth; k++) add_terms_of_row(1, t, k, k ? t->c : t->start);
  if (t->activation == RELU)
    for (long j = 0; j < t->columns; j++) t->c[j] = 0 > t->c[j] ? 0 : t->c[j];
}

// Compute columns with sums that fit into registers: up to MOST vectors of them.
static void narrow_row(const Tile *t) {
  ROWS[parts_of(t->columns, WIDE)](t);
}

// M == 1, and the columns of B are contiguous.
static void one_row(const Product *p) {
  const int is_long = p->N > MOST * WIDE && p->K >= LONG;
  const long most = is_long ? STRETCH : MOST * WIDE;
  Tile t = one_tile(p);
  for (long j = 0; j < p->N; j += most) {
    t.columns = smaller_of(most, p->N - j);
    if (is_long)
      long_row(&t);
    else
      narrow_row(&t);
    t.b += most, t.c += most;
    if (t.start) t.start += most;
  }
}

#endif
