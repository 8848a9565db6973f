// Passes over the channels (the last axis) of row values. A strip is a piece of the rows that stays
// in the L1 cache: some positions of an image, or the same channels of many rows that have one
// position each. Inside a strip, the numbers of a few channels stay in registers, so each sum goes
// row after row and position after position.
#ifndef CHAINRULE_STRIPS_H
#define CHAINRULE_STRIPS_H
#include "gemm_vector.h"
#include "rows.h"

// In bytes: of one value.
enum { STRIP = 8 << 10 };

// `count` positions from `first` on in row `row`; with one position a row: `count` rows from `row`.
typedef struct {
  long row, first, count;
} Strip;

// The numbers of one channel, and the step to the next position.
typedef struct {
  real *at;
  long step;
} Line;

INLINE Strip next_strip(Strip s, long rows, long positions, long C) {
  const long most = larger_of(1, STRIP / (C * (long)sizeof(real)));
  if (positions == 1) {
    s.row += s.count, s.count = smaller_of(most, rows - s.row);
    return s;
  }
  s.first += s.count;
  if (s.first == positions) s.row++, s.first = 0;
  s.count = s.row < rows ? smaller_of(most, positions - s.first) : 0;
  return s;
}

#define EACH_STRIP(s, rows, positions, C)                                              \
  for (Strip s = next_strip((Strip){0, 0, 0}, (positions) ? (rows) : 0, positions, C); \
       s.count > 0; s = next_strip(s, rows, positions, C))

// Channel c of a strip. A value without data gets none.
INLINE Line line_of(Array a, Strip s, long C, long c) {
  if (!a.data) return (Line){0, 0};
  return (Line){row_of(a, s.row) + s.first * C + c, a.size == C ? a.stride : C};
}

// For all C channels, `vectors` whole vectors at a time, then one, then the rest of them:
// `work(vectors, last, c)`, where the last vector has `last` channels. `vectors` and `last` are
// constants, but for the rest.
#define EACH_CHANNEL(C, vectors, work)                                                    \
  do {                                                                                    \
    long c_ = 0;                                                                          \
    for (; c_ + (vectors) * WIDE <= (C); c_ += (vectors) * WIDE) work(vectors, WIDE, c_); \
    for (; c_ + WIDE <= (C); c_ += WIDE) work(1, WIDE, c_);                               \
    if (c_ < (C)) work(1, (integer)((C) - c_), c_);                                       \
  } while (0)

#define EACH_VECTOR UNROLL for (int v = 0; v < vectors; v++)

// x / n, for the same n at each position. If n is a power of two, 1 / n is exact, and x (1 / n) has
// the same bits.
typedef struct {
  real n, inverse; // inverse: 0 if n is no power of two
} Divisor;

INLINE Divisor divisor_of(real n) {
  const int whole = n >= 1 && n <= (real)(1 << 22) && n == (real)(long)n;
  return (Divisor){n, whole && ((long)n & ((long)n - 1)) == 0 ? 1 / n : 0};
}

INLINE Vector divided(const int exact, Vector x, Divisor by) {
  return exact ? x * splat(by.inverse) : x / splat(by.n);
}

#endif
