// Twin of max_pool.py.
#include "windows.h"

// Scratch: the largest numbers of some lines of the image, and a vector.
long OP(max_pool_work)(long rows, const Array *a) { // h, x
  (void)rows;
  return (long)a[1].shape[1] * a[1].shape[2] + LANES;
}

// NaN if one is NaN; without a branch.
INLINE real maximum(real a, real b) {
  return (b > a) | (b != b) ? b : a;
}

INLINE Vector maxima(Vector a, Vector b) {
  const Mask take_b = (b > a) | (b != b);
  return (Vector)((take_b & (Mask)b) | (~take_b & (Mask)a));
}

// The largest of `height` lines, place by place.
static void largest_of_lines(Windows v, const real *top, real *work) {
  const long line = v.W * v.C;
  if (v.height == 1) {
    for (long k = 0; k < line; k++) work[k] = top[k];
  } else {
    INDEPENDENT for (long k = 0; k < line; k++) work[k] = maximum(top[k], top[line + k]);
  }
  for (long r = 2; r < v.height; r++) {
    INDEPENDENT for (long k = 0; k < line; k++) work[k] = maximum(work[k], top[r * line + k]);
  }
}

// One line of windows: h = max(patches(x))
INLINE void largest_of_columns(Windows v, long width, const real *work, real *h, long room) {
  for (long j = 0; j < v.columns; j++)
    for (long start = 0; start < v.C; start += WIDE) {
      const long c = start_of(start, v.C, 0), at = j * v.C + c;
      const real *cell = work + j * v.across * v.C + c;
      Vector m = load(cell);
      for (long q = 1; q < width; q++) m = maxima(m, load(cell + q * v.C));
      give(h + at, smaller_of(v.C - c, WIDE), room - at, 0, m);
    }
}

void OP(max_pool)(long rows, const Array *a, const double *attr) { // h, x, work
  const Windows v = windows(a[1], a[0], attr[0], attr[1], attr[2], attr[3]);
  const long line = v.W * v.C, places = v.columns * v.C;
  real *work = a[2].data;
  zero(WIDE, work + line);
  for (long n = 0; n < rows; n++)
    for (long i = 0; i < v.rows; i++) {
      real *h = row_of(a[0], n) + i * places;
      largest_of_lines(v, row_of(a[1], n) + i * v.down * line, work);
      if (v.width == 2)
        largest_of_columns(v, 2, work, h, (v.rows - i) * places);
      else
        largest_of_columns(v, v.width, work, h, (v.rows - i) * places);
    }
}

// da (1 if x > 0 else 0): the gradient of the relu that x came out of.
INLINE Vector through_relu(Vector da, Vector x) {
  const Vector one = (Vector){0} + 1;
  return da * (Vector)((x > 0) & (Mask)one);
}

// One vector of one window, cell by cell: the first that equals the largest gets dh, the others 0.
// A NaN is the largest. `inside`: all vectors may be whole; else the n channels alone are touched.
INLINE void give_window(Windows v, long height, long width, int adding, int after_relu, long n,
                        int inside, const real *dh, const real *h, const real *x, real *dx) {
  const long room = inside ? WIDE : 0;
  const Vector given = take(dh, n, room), largest = take(h, n, room);
  Mask done = {0};
  for (long r = 0; r < height; r++)
    for (long q = 0; q < width; q++) {
      const long at = (r * v.W + q) * v.C;
      const Vector cell = take(x + at, n, room);
      const Mask hit = ((cell == largest) | (cell != cell)) & ~done;
      done |= hit;
      const Vector part = (Vector)(hit & (Mask)given);
      give(dx + at, n, room, adding, after_relu ? through_relu(part, cell) : part);
    }
}

// dx = fold(dh (1 if patches(x) = h else 0)) of one image. The last windows of a line must not
// write into the next one, which has been written, and those of an image not behind it.
INLINE void give_windows(Windows v, long height, long width, int adding, int after_relu,
                         const real *dh, const real *h, const real *x, real *dx) {
  const long C = v.C, line = v.W * C, places = v.rows * v.columns * C;
  for (long i = 0; i < v.rows; i++) {
    for (long j = 0; j < v.columns; j++) {
      const long corner = i * v.down * line + j * v.across * C,
                 last = (j * v.across + width - 1) * C;
      for (long start = 0; start < C; start += WIDE) {
        const long c = start_of(start, C, adding), n = smaller_of(C - c, WIDE),
                   at = (i * v.columns + j) * C + c, to = corner + c;
        if (last + c + WIDE <= line && at + WIDE <= places)
          give_window(v, height, width, adding, after_relu, n, 1, dh + at, h + at, x + to, dx + to);
        else
          give_window(v, height, width, adding, after_relu, n, 0, dh + at, h + at, x + to, dx + to);
      }
      for (long r = 0; !adding && r < height; r++) zero_after(v, j, dx + corner + r * line);
    }
    if (!adding) zero_below(v, i, dx);
  }
}

INLINE void backward(long rows, const Array *a, const double *attr, int after_relu) {
  const Windows v = windows(a[2], a[0], attr[0], attr[1], attr[2], attr[3]);
  if (!a[3].data) return;
  for (long n = 0; n < rows; n++) {
    const real *dh = row_of(a[0], n), *h = row_of(a[1], n), *x = row_of(a[2], n);
    real *dx = row_of(a[3], n);
    if (!a[3].add && !apart(v)) zero(a[3].size, dx); // windows that overlap are added
    if (a[3].add || !apart(v))
      give_windows(v, v.height, v.width, 1, 0, dh, h, x, dx);
    else if (v.height == 2 && v.width == 2)
      give_windows(v, 2, 2, 0, after_relu, dh, h, x, dx);
    else
      give_windows(v, v.height, v.width, 0, after_relu, dh, h, x, dx);
    if (after_relu && !apart(v)) {
      INDEPENDENT for (long k = 0; k < a[3].size; k++) dx[k] *= x[k] > 0 ? 1 : 0;
    }
  }
}

void OP(max_pool_backward)(long rows, const Array *a, const double *attr) { // dh, h, x, dx, work
  backward(rows, a, attr, 0);
}

void OP(max_pool_after_relu)(long rows, const Array *a, const double *attr) {
  backward(rows, a, attr, 1);
}
