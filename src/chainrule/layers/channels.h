// Numbers of a channel at every position of an image (channels last): repeated, so that few
// channels fill vectors too, and summed over the positions in their order, many channels at once.
#ifndef CHAINRULE_CHANNELS_H
#define CHAINRULE_CHANNELS_H
#include "ops/windows.h"

// NARROW: channels below which they are repeated. PATTERN: most numbers of a pattern.
enum { NARROW = 32, PATTERN = LANES * NARROW };

// The numbers of the channels, side by side for several whole positions.
typedef struct {
  long length;
  const real *of;
} Pattern;

// Return the length of a pattern: whole positions that fill whole vectors, at least four vectors.
INLINE long repeated_length(long C) {
  long length = C;
  while (length % LANES || length < 4 * LANES) length += length;
  return length;
}

INLINE Pattern repeated(long C, const real *channel, real *room) {
  if (C >= NARROW) return (Pattern){C, channel};
  const long length = repeated_length(C);
  for (long p = 0; p < length; p += C)
    for (long c = 0; c < C; c++) room[p + c] = channel[c];
  return (Pattern){length, room};
}

enum { PLAIN, SQUARE, PRODUCT }; // x; (x - mean)^2; x y

// s += the terms of `count` vectors of n channels each, one position after another.
INLINE void sum_vectors(int kind, long count, long n, long C, long size, const real *x,
                        const real *y, const real *mean, real *s) {
  Vector sum[4], m[4];
  for (long v = 0; v < count; v++) {
    sum[v] = load_first(s + v * WIDE, n);
    if (kind == SQUARE) m[v] = load_first(mean + v * WIDE, n);
  }
  for (long p = 0; p < size; p += C)
    for (long v = 0; v < count; v++) {
      const long at = p + v * WIDE;
      Vector term = take(x + at, n, size - at);
      if (kind == SQUARE) term = (term - m[v]) * (term - m[v]);
      if (kind == PRODUCT) term *= take(y + at, n, size - at);
      sum[v] += term;
    }
  for (long v = 0; v < count; v++) store_first(s + v * WIDE, n, sum[v]);
}

// s[c] += the term of each position, one position after another. y, mean: NULL if the term has
// none.
INLINE void sum_channels(int kind, long C, long size, const real *x, const real *y,
                         const real *mean, real *s) {
  for (long c = 0, step; c < C; c += step) {
    const real *y_here = y ? y + c : 0, *mean_here = mean ? mean + c : 0;
    step = c + 4 * WIDE <= C ? 4 * WIDE : WIDE;
    if (step == 4 * WIDE)
      sum_vectors(kind, 4, WIDE, C, size - c, x + c, y_here, mean_here, s + c);
    else
      sum_vectors(kind, 1, smaller_of(C - c, WIDE), C, size - c, x + c, y_here, mean_here, s + c);
  }
}

#endif
