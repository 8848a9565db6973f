// Windows of images (H, W, C), channels last, in vectors along the channels. If an image has fewer
// channels than a vector holds, the vector reaches into the pixels that follow; these are written
// later, so what it leaves there does not stay.
#ifndef CHAINRULE_WINDOWS_H
#define CHAINRULE_WINDOWS_H
#include "kernels/fits.h"
#include "kernels/loops.h"

// Not wider with AVX-512: for images of few channels, vectors would then overlap too much.
#if defined(__AVX2__)
#define BYTES 32
#else
#define BYTES 16
#endif
#if REAL_BITS == 32
typedef int32_t integer;
#else
typedef int64_t integer;
#endif
enum { WIDE = BYTES / sizeof(real) };
typedef real Vector __attribute__((vector_size(BYTES)));
typedef real Unaligned __attribute__((vector_size(BYTES), aligned(sizeof(real)), may_alias));
typedef integer Mask __attribute__((vector_size(BYTES)));

INLINE Vector load(const real *p) {
  return *(const Unaligned *)p;
}
INLINE void store(real *p, Vector x) {
  *(Unaligned *)p = x;
}

// The first n numbers of a vector and zeros, and back. The compiler makes one masked instruction of
// each of these loops.
INLINE Vector load_first(const real *p, integer n) {
  real t[WIDE];
#pragma GCC unroll 1
  for (integer q = 0; q < WIDE; q++) t[q] = q < n ? p[q] : 0;
  return load(t);
}
INLINE void store_first(real *p, integer n, Vector x) {
  real t[WIDE];
  store(t, x);
#pragma GCC unroll 1
  for (integer q = 0; q < WIDE; q++)
    if (q < n) p[q] = t[q];
}

typedef struct {
  long H, W, C;                     // the image
  long height, width, down, across; // a window, and the steps to the next one
  long rows, columns;               // of windows
} Windows;

INLINE Windows windows(Array image, Array places, double height, double width, double down,
                       double across) {
  return (Windows){image.shape[0], image.shape[1], image.shape[2],  (long)height,   (long)width,
                   (long)down,     (long)across,   places.shape[0], places.shape[1]};
}

// Return 1 if `places` has a place for each window of the image. attr: size, stride.
static inline int windows_fit(const Array *image, const Array *places, int32_t count,
                              const double *attr) {
  if (!all_whole(attr, count, 1, MOST_PIXELS)) return 0;
  for (int d = 0; d < 2; d++)
    if (places->shape[d] != places_in(image->shape[d], (int64_t)attr[d], (int64_t)attr[2 + d]))
      return 0;
  return 1;
}

// Return 1 if no pixel is in two windows.
INLINE int apart(Windows v) {
  return v.down >= v.height && v.across >= v.width;
}

// Where the vector from channel c on starts. The last of several vectors ends with the last
// channel, unless it is added: no number may be added twice.
INLINE long start_of(long c, long C, int adding) {
  return adding || C < WIDE || c + WIDE <= C ? c : C - WIDE;
}

// Read n numbers; `room` numbers may be read from p on: a whole vector if there is room.
INLINE Vector take(const real *p, long n, long room) {
  return room >= WIDE ? load(p) : load_first(p, n);
}

INLINE void give(real *p, long n, long room, int adding, Vector x) {
  if (adding && n >= WIDE)
    store(p, load(p) + x);
  else if (adding)
    store_first(p, n, load_first(p, n) + x);
  else if (room >= WIDE)
    store(p, x);
  else
    store_first(p, n, x);
}

INLINE void zero(long size, real *x) {
  for (long i = 0; i < size; i++) x[i] = 0;
}

// Clears the pixels of a line between window j and the next one, or the end of the line; d: the
// first pixel of the window.
INLINE void zero_after(Windows v, long j, real *d) {
  const long from = v.width, to = j + 1 < v.columns ? v.across : v.W - j * v.across;
  if (from < to) zero((to - from) * v.C, d + from * v.C);
}

// Clears the lines between the windows of row i and the next ones, or the end of the image.
INLINE void zero_below(Windows v, long i, real *image) {
  const long from = i * v.down + v.height, to = i + 1 < v.rows ? (i + 1) * v.down : v.H;
  if (from < to) zero((to - from) * v.W * v.C, image + from * v.W * v.C);
}

// One row of windows: to = scale times the sum of each window, or to += ...; from: the lines of the
// windows, added up.
INLINE void sum_line(Windows v, const real *from, real *to, long room, int add, real scale) {
  for (long j = 0; j < v.columns; j++)
    for (long start = 0; start < v.C; start += WIDE) {
      const long c = start_of(start, v.C, add), at = j * v.C + c;
      const real *cell = from + j * v.across * v.C + c;
      Vector sum = load(cell);
      for (long q = 1; q < v.width; q++) sum += load(cell + q * v.C);
      give(to + at, smaller_of(v.C - c, WIDE), room - at, add, sum * scale);
    }
}

// The same for all windows of an image. work: a line of the image and a vector.
INLINE void sum_windows(Windows v, const real *from, real *to, int add, real scale, real *work) {
  const long line = v.W * v.C, places = v.columns * v.C;
  zero(WIDE, work + line);
  for (long i = 0; i < v.rows; i++) {
    const real *top = from + i * v.down * line;
    INDEPENDENT for (long k = 0; k < line; k++) work[k] = top[k];
    for (long r = 1; r < v.height; r++) {
      INDEPENDENT for (long k = 0; k < line; k++) work[k] += top[r * line + k];
    }
    sum_line(v, work, to + i * places, (v.rows - i) * places, add, scale);
  }
}

// One line of an image: each pixel of `to` is set to scale times the number of its window in
// `from`, or increased by it. room, to_room: how many numbers may be read and written.
INLINE void spread_line(Windows v, const real *from, long room, real *to, long to_room, int adding,
                        real scale) {
  for (long j = 0; j < v.columns; j++) {
    const long left = j * v.across * v.C;
    for (long start = 0; start < v.C; start += WIDE) {
      const long c = start_of(start, v.C, adding), n = smaller_of(v.C - c, WIDE), at = j * v.C + c;
      const Vector part = take(from + at, n, room - at) * scale;
      for (long q = left + c; q < left + c + v.width * v.C; q += v.C)
        give(to + q, n, to_room - q, adding, part);
    }
    if (!adding) zero_after(v, j, to + left);
  }
}

// The same for all windows of an image. add: to the values that are there. Overlapping windows are
// always added, one after another.
INLINE void spread_windows(Windows v, const real *from, real *to, int add, real scale) {
  const int adding = add || !apart(v);
  if (adding && !add) zero(v.H * v.W * v.C, to);
  for (long i = 0; i < v.rows; i++) {
    const long first = i * v.columns * v.C, room = v.rows * v.columns * v.C - first;
    for (long r = i * v.down; r < i * v.down + v.height; r++)
      spread_line(v, from + first, room, to + r * v.W * v.C, (v.H - r) * v.W * v.C, adding, scale);
    if (!adding) zero_below(v, i, to);
  }
}

#endif
