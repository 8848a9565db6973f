// Copies of A and B with a good layout: panels of B^T, padded rows of A.
#ifndef CHAINRULE_GEMM_PACK_H
#define CHAINRULE_GEMM_PACK_H
#include "gemm_vector.h"

// A matrix is transposed 16 bytes of a row at a time (SMALL reals); a vector holds QUARTERS of
// these.
enum { SMALL = 16 / sizeof(real), QUARTERS = WIDE / SMALL };
typedef real Small __attribute__((vector_size(16), aligned(sizeof(real)), may_alias));
#define MIX(...) __builtin_shufflevector(__VA_ARGS__)

#if REAL_BITS == 32
#define JOINED 0, 1, 2, 3, 4, 5, 6, 7
#define WHOLE JOINED, 8, 9, 10, 11, 12, 13, 14, 15
#else
#define JOINED 0, 1, 2, 3
#define WHOLE JOINED, 4, 5, 6, 7
#endif

// One vector of SMALL numbers from p, from p + apart, and so on.
INLINE Vector quarters(const real *p, long apart) {
#if BYTES >= 32
  typedef real Half __attribute__((vector_size(32)));
  const Half low = MIX(*(const Small *)p, *(const Small *)(p + apart), JOINED);
#if BYTES == 64
  const Half high = MIX(*(const Small *)(p + 2 * apart), *(const Small *)(p + 3 * apart), JOINED);
  return MIX(low, high, WHOLE);
#else
  return low;
#endif
#else
  (void)apart;
  return load(p);
#endif
}

// EACH: the same choice of lanes in each quarter of a vector. PAIRS: lanes `first` and `first + 1`
// of two vectors in turn; HALVES: both of the first vector, then both of the second.
#if REAL_BITS == 32
#if BYTES == 64
#define EACH(a, b, c, d) \
  a, b, c, d, a + 4, b + 4, c + 4, d + 4, a + 8, b + 8, c + 8, d + 8, a + 12, b + 12, c + 12, d + 12
#elif BYTES == 32
#define EACH(a, b, c, d) a, b, c, d, a + 4, b + 4, c + 4, d + 4
#else
#define EACH(a, b, c, d) a, b, c, d
#endif
#define PAIRS(x, y, first) MIX(x, y, EACH(first, WIDE + first, first + 1, WIDE + first + 1))
#define HALVES(x, y, first) MIX(x, y, EACH(first, first + 1, WIDE + first, WIDE + first + 1))
#else
#if BYTES == 64
#define EACH(a, b) a, b, a + 2, b + 2, a + 4, b + 4, a + 6, b + 6
#elif BYTES == 32
#define EACH(a, b) a, b, a + 2, b + 2
#else
#define EACH(a, b) a, b
#endif
#define PAIR(x, y, first) MIX(x, y, EACH(first, WIDE + first))
#endif

// Transpose SMALL columns of WIDE rows: r[k] lane i = from[i][k]. A vector takes SMALL numbers of
// each of QUARTERS rows, and all its quarters are transposed together.
INLINE void turn(const real *from, long from_row, Vector r[SMALL]) {
  UNROLL
  for (int i = 0; i < SMALL; i++) r[i] = quarters(from + i * from_row, SMALL * from_row);
#if REAL_BITS == 32
  const Vector s0 = PAIRS(r[0], r[1], 0), s1 = PAIRS(r[2], r[3], 0);
  const Vector s2 = PAIRS(r[0], r[1], 2), s3 = PAIRS(r[2], r[3], 2);
  r[0] = HALVES(s0, s1, 0), r[1] = HALVES(s0, s1, 2);
  r[2] = HALVES(s2, s3, 0), r[3] = HALVES(s2, s3, 2);
#else
  const Vector s0 = PAIR(r[0], r[1], 0), s1 = PAIR(r[0], r[1], 1);
  r[0] = s0, r[1] = s1;
#endif
}

// to[k][i] = from[i][k] for k < columns, i < rows.
static void turn_all(long rows, long columns, const real *from, long from_row, real *to,
                     long to_row) {
  const long high = rows / WIDE * WIDE, wide = columns / SMALL * SMALL;
  for (long i = 0; i < high; i += WIDE)
    for (long k = 0; k < wide; k += SMALL) {
      Vector r[SMALL];
      turn(from + i * from_row + k, from_row, r);
      UNROLL
      for (int q = 0; q < SMALL; q++) store(to + (k + q) * to_row + i, r[q]);
    }
  for (long i = 0; i < rows; i++)
    for (long k = i < high ? wide : 0; k < columns; k++)
      to[k * to_row + i] = from[i * from_row + k];
}

// `depth` rows of `columns` columns of B in any strides, as one panel; zeros beyond the columns.
static inline void pack_panel(long depth, long columns, const real *B, long b_row, long b_col,
                              real *to) {
  if (b_row == 1) turn_all(columns, depth, B, b_col, to, PANEL);
  for (long k = 0; k < depth; k++) {
    for (long j = b_row == 1 ? columns : 0; j < columns; j++)
      to[k * PANEL + j] = B[k * b_row + j * b_col];
    for (long j = columns; j < PANEL; j++) to[k * PANEL + j] = 0;
  }
}

// Return the length of a row with its padding: an odd number of cache lines, so that rows do not
// share a set of the cache.
static inline long padded(long n) {
  return LANES * ((n + LANES - 1) / LANES | 1);
}

// Return 1 if rows with this distance share one set of the cache.
INLINE int lies_badly(long row) {
  return row * (long)sizeof(real) % 1024 == 0;
}

static inline void copy_rows(long rows, long columns, const real *from, long from_row, real *to,
                             long to_row) {
  for (long i = 0; i < rows; i++)
    for (long j = 0; j < columns; j++) to[i * to_row + j] = from[i * from_row + j];
}

#endif
