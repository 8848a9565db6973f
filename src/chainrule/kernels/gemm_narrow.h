// Products with few columns and contiguous k in A: the lanes are rows of A, which are transposed in
// registers, SMALL terms at a time.
#ifndef CHAINRULE_GEMM_NARROW_H
#define CHAINRULE_GEMM_NARROW_H
#include "gemm_pack.h"

// NARROW: columns up to which transposing A is worth it. TEN: it is worth it for 9 and 10 columns
// too, if these would leave most of a second vector empty. CHUNK: terms that are copied together.
enum { NARROW = WIDE / 2, TEN = MANY_REGISTERS && WIDE == 8 ? 10 : 0, CHUNK = 128 };
enum { MOST_TURNED = TEN ? TEN : NARROW ? NARROW : 1 };

INLINE int turns_well(long columns) {
  return columns <= NARROW || (columns > WIDE && columns <= TEN);
}

// PANEL rows of C.
typedef struct {
  long K;
  const real *a;
  long a_row;
  int badly; // 1: the rows of A share one set of the cache, so they are copied
  const real *b;
  long b_row, b_col;
  const real *start; // NULL for 0
  long start_row, start_col;
  long done; // the first rows, which the group before this one has stored
  real lowest, *c;
  long c_row, c_col;
} Group;

// sum[j] += x b[j], for two vectors of rows.
INLINE void add_terms(const int columns, Vector x0, Vector x1, const real *b, long b_col,
                      Vector sum[][2]) {
  UNROLL
  for (int j = 0; j < columns; j++) {
    const Vector y = splat(b[j * b_col]);
    sum[j][0] = fused(x0, y, sum[j][0]), sum[j][1] = fused(x1, y, sum[j][1]);
  }
}

INLINE void copy_chunk(const real *a, long a_row, real copy[PANEL][CHUNK + LANES]) {
  for (long i = 0; i < PANEL; i++) UNROLL
  for (long l = 0; l < CHUNK; l += WIDE) store(copy[i] + l, load(a + i * a_row + l));
}

INLINE void group(const int columns, const Group *g) {
  real copy[PANEL][CHUNK + LANES], side[MOST_TURNED][PANEL];
  Vector sum[MOST_TURNED][2];
  for (int j = 0; j < columns; j++)
    for (long i = 0; i < PANEL && g->start; i++)
      side[j][i] = g->start[i * g->start_row + j * g->start_col];
  UNROLL
  for (int j = 0; j < columns; j++) UNROLL
  for (int v = 0; v < 2; v++) sum[j][v] = g->start ? load(side[j] + v * WIDE) : (Vector){0};
  const real *b = g->b;
  for (long k = 0; k < g->K; k += CHUNK) {
    const long depth = smaller_of(CHUNK, g->K - k);
    const real *a = g->a + k;
    long a_row = g->a_row, q = 0;
    if (g->badly && depth == CHUNK) copy_chunk(a, a_row, copy), a = copy[0], a_row = CHUNK + LANES;
    for (; q + SMALL <= depth; q += SMALL, a += SMALL) {
      Vector x[2][SMALL];
      turn(a, a_row, x[0]), turn(a + WIDE * a_row, a_row, x[1]);
      UNROLL
      for (int r = 0; r < SMALL; r++, b += g->b_row)
        add_terms(columns, x[0][r], x[1][r], b, g->b_col, sum);
    }
    for (; q < depth; q++, a++, b += g->b_row) {
      real x[PANEL];
      for (long i = 0; i < PANEL; i++) x[i] = a[i * a_row];
      add_terms(columns, load(x), load(x + WIDE), b, g->b_col, sum);
    }
  }
  UNROLL
  for (int j = 0; j < columns; j++) UNROLL
  for (int v = 0; v < 2; v++) store(side[j] + v * WIDE, at_least(splat(g->lowest), sum[j][v]));
  for (long i = g->done; i < PANEL; i++)
    for (int j = 0; j < columns; j++) g->c[i * g->c_row + j * g->c_col] = side[j][i];
}

static void group_of(long columns, const Group *g) {
#define COLUMNS(n)                                            \
  case n:                                                     \
    if (n <= MOST_TURNED) group(n <= MOST_TURNED ? n : 0, g); \
    break;
  switch (columns) { EACH_TO_10(COLUMNS) }
#undef COLUMNS
}

#endif
