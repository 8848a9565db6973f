// Windows of images (H, W, C), channels last. A block is 16 channels. Where C is less, a block reaches into the pixels that follow:
// they are written after it, so what it leaves there does not stay. At the end of an image blocks are cut.
#ifndef CHAINRULE_WINDOWS_H
#define CHAINRULE_WINDOWS_H
#include "../engines/loops.h"

// Over a block; the loop must reach the vectoriser as one.
#define EACH_LANE(l) _Pragma("GCC unroll 1") for (int l = 0; l < LANES; l++)

typedef struct { long H, W, C, height, width, down, across, rows, columns; } Windows;    // image; window, stride; places

INLINE Windows windows(Array image, Array places, double height, double width, double down, double across) {
  return (Windows){image.shape[0], image.shape[1], image.shape[2], (long)height, (long)width, (long)down, (long)across,
                   places.shape[0], places.shape[1]};
}

INLINE long blocks_of(long C) { return C < LANES ? 1 : (C + LANES - 1) / LANES; }

// Where block b starts: the last one ends with the last channel, and meets some channels again.
INLINE long block_start(long C, long b) { return C < LANES || LANES * b + LANES <= C ? LANES * b : C - LANES; }

// `inside`: 16 numbers are there; else up to `end`. Known where it is inlined, so that what is inside is a register.
INLINE void take(const real *p, const real *end, int inside, real *block) {
  if (inside) {
    EACH_LANE(l) block[l] = p[l];
  } else {
    EACH_LANE(l) block[l] = p + l < end ? p[l] : 0;
  }
}

INLINE void put(real *p, const real *end, int inside, const real *block) {
  if (inside) {
    EACH_LANE(l) p[l] = block[l];
  } else {
    for (int l = 0; l < LANES && p + l < end; l++) p[l] = block[l];
  }
}

// Adds block b to the channels at p that no block before it had.
INLINE void add_block(real *p, long C, long b, const real *block) {
  const long c = block_start(C, b);
  for (long l = LANES * b - c; l < LANES && c + l < C; l++) p[c + l] += block[l];
}

INLINE int apart(Windows v) { return v.down >= v.height && v.across >= v.width; }

INLINE void zero(long size, real *x) {
  for (long i = 0; i < size; i++) x[i] = 0;
}

// A gradient that windows are added to, one after another, starts at 0.
INLINE void start_adding(Windows v, Array image, real *x) {
  if (!image.add && !apart(v)) zero(v.H * v.W * v.C, x);
}

// The pixels of a line from window j to the next, or to the end of the line, 0; `d` is the window's first pixel there.
INLINE void zero_after(Windows v, long j, real *d) {
  const long from = v.width, to = j + 1 < v.columns ? v.across : v.W - j * v.across;
  if (from < to) zero((to - from) * v.C, d + from * v.C);
}

// Rows that lie in no window, 0: those between the windows of line i and the next, or the end.
INLINE void zero_between(Windows v, real *image, long i) {
  const long from = i * v.down + v.height, to = i + 1 < v.rows ? (i + 1) * v.down : v.H;
  if (from < to) zero((to - from) * v.W * v.C, image + from * v.W * v.C);
}

// to = scale times the sum of each window of `from`, or to += ...; work: one row of the image and 16 numbers.
INLINE void sum_windows(Windows v, const real *from, real *to, int add, real scale, real *work) {
  const long C = v.C, line = v.W * C, B = blocks_of(C);
  const real *end = to + v.rows * v.columns * C;
  zero(LANES, work + line);
  for (long i = 0; i < v.rows; i++) {
    const real *top = from + i * v.down * line;
    INDEPENDENT for (long k = 0; k < line; k++) work[k] = top[k];
    for (long r = 1; r < v.height; r++) {
      INDEPENDENT for (long k = 0; k < line; k++) work[k] += top[r * line + k];
    }
    for (long j = 0; j < v.columns; j++)
      for (long b = 0; b < B; b++) {
        const long c = block_start(C, b);
        real *p = to + (i * v.columns + j) * C, sum[LANES];
        const real *cell = work + j * v.across * C + c;
        EACH_LANE(l) sum[l] = cell[l];
        for (long q = 1; q < v.width; q++)
          EACH_LANE(l) sum[l] += cell[q * C + l];
        EACH_LANE(l) sum[l] *= scale;
        if (add) add_block(p, C, b, sum);
        else if (end - (p + c) >= LANES) put(p + c, end, 1, sum);
        else put(p + c, end, 0, sum);
      }
  }
}

// Row r of `to`, which lies in the windows of line i.
INLINE void spread_row(Windows v, const real *from, long i, long r, real *to, real scale, int adding) {
  const long C = v.C, B = blocks_of(C);
  const real *end = to + v.H * v.W * C, *last = from + v.rows * v.columns * C;
  real *line = to + r * v.W * C;
  for (long j = 0; j < v.columns; j++) {
    real *d = line + j * v.across * C, part[LANES];
    for (long b = 0; b < B; b++) {
      const long c = block_start(C, b);
      const real *p = from + (i * v.columns + j) * C + c;
      if (last - p >= LANES) take(p, last, 1, part);
      else take(p, last, 0, part);
      EACH_LANE(l) part[l] *= scale;
      for (long q = 0; q < v.width; q++)
        if (adding) add_block(d + q * C, C, b, part);
        else if (end - (d + q * C + c) >= LANES) put(d + q * C + c, end, 1, part);
        else put(d + q * C + c, end, 0, part);
    }
    if (!adding) zero_after(v, j, d);
  }
}

// Every pixel of a window of `to` is, or gets added, scale times the window's number of `from`.
INLINE void spread_windows(Windows v, const real *from, Array image, real *to, real scale) {
  const int adding = image.add || !apart(v);
  start_adding(v, image, to);
  for (long i = 0; i < v.rows; i++) {
    for (long r = i * v.down; r < i * v.down + v.height; r++) spread_row(v, from, i, r, to, scale, adding);
    if (!adding) zero_between(v, to, i);
  }
}

#endif
