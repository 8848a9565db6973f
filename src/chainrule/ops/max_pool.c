// Twin of max_pool.py.
#include "windows.h"

// Memory for the largest numbers of some lines of the image, and for a vector.
long OP(max_pool_work)(long rows, const Array *a) {
  enum { H, X };
  (void)rows;
  return (long)a[X].shape[1] * a[X].shape[2] + LANES;
}

// The larger number, NaN if one is NaN; without a branch.
INLINE real maximum(real a, real b) {
  return ((b > a) | (b != b)) ? b : a;
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

TAKES(max_pool, "(N,H,W,C) -> (N,P,Q,C)", 4);

int OP(max_pool_fits)(const Array *a, int32_t count, const double *attr) {
  enum { H, X };
  return windows_fit(a + X, a + H, count, attr);
}

void OP(max_pool)(long rows, const Array *a, const double *attr) {
  enum { H, X, WORK };
  const Windows v = windows(a[X], a[H], attr[0], attr[1], attr[2], attr[3]);
  const long line = v.W * v.C, places = v.columns * v.C;
  real *work = a[WORK].data;
  zero(WIDE, work + line);
  for (long n = 0; n < rows; n++)
    for (long i = 0; i < v.rows; i++) {
      real *h = row_of(a[H], n) + i * places;
      largest_of_lines(v, row_of(a[X], n) + i * v.down * line, work);
      if (v.width == 2)
        largest_of_columns(v, 2, work, h, (v.rows - i) * places);
      else
        largest_of_columns(v, v.width, work, h, (v.rows - i) * places);
    }
}

// da (1 if x > 0 else 0): the gradient of the relu that computed x.
INLINE Vector through_relu(Vector da, Vector x) {
  const Vector one = (Vector){0} + 1;
  return da * (Vector)((x > 0) & (Mask)one);
}

// How to compute a gradient; each field is a constant after inlining: the size of a window; adding:
// dx += ..., because windows overlap or dx has contributions already; after_relu: a relu computed
// x.
typedef struct {
  long height, width;
  int adding, after_relu;
} How;

// The numbers of one row.
typedef struct {
  const real *dh, *h, *x;
  real *dx;
} Places;

INLINE Places moved(Places p, long window, long pixel) {
  return (Places){p.dh + window, p.h + window, p.x + pixel, p.dx + pixel};
}

// One vector of one window, cell by cell: the first cell that equals the largest gets dh, the
// others 0. A NaN counts as the largest. `inside`: all vectors may be whole; else only the n
// channels are changed.
INLINE void give_window(Windows v, How how, long n, int inside, Places to) {
  const long room = inside ? WIDE : 0;
  const Vector given = take(to.dh, n, room), largest = take(to.h, n, room);
  Mask done = {0};
  for (long r = 0; r < how.height; r++)
    for (long q = 0; q < how.width; q++) {
      const long at = (r * v.W + q) * v.C;
      const Vector cell = take(to.x + at, n, room);
      const Mask hit = ((cell == largest) | (cell != cell)) & ~done;
      done |= hit;
      const Vector part = (Vector)(hit & (Mask)given);
      give(to.dx + at, n, room, how.adding, how.after_relu ? through_relu(part, cell) : part);
    }
}

// dx = fold(dh (1 if patches(x) = h else 0)) of one image. The last windows of a line must not
// write into the next line, which is complete, and the last windows of an image must not write past
// its end.
INLINE void give_windows(Windows v, How how, Places image) {
  const long C = v.C, line = v.W * C, places = v.rows * v.columns * C;
  for (long i = 0; i < v.rows; i++) {
    for (long j = 0; j < v.columns; j++) {
      const long corner = i * v.down * line + j * v.across * C;
      const long last = (j * v.across + how.width - 1) * C;
      for (long start = 0; start < C; start += WIDE) {
        const long c = start_of(start, C, how.adding), n = smaller_of(C - c, WIDE);
        const long at = (i * v.columns + j) * C + c;
        const Places to = moved(image, at, corner + c);
        if (last + c + WIDE <= line && at + WIDE <= places)
          give_window(v, how, n, 1, to);
        else
          give_window(v, how, n, 0, to);
      }
      for (long r = 0; !how.adding && r < how.height; r++)
        zero_after(v, j, image.dx + corner + r * line);
    }
    if (!how.adding) zero_below(v, i, image.dx);
  }
}

INLINE void backward(long rows, const Array *a, const double *attr, int after_relu) {
  enum { DH, H, X, DX, WORK };
  const Windows v = windows(a[X], a[DH], attr[0], attr[1], attr[2], attr[3]);
  const Array dx = a[DX];
  if (!dx.data) return;
  const int overlap = !apart(v);
  for (long n = 0; n < rows; n++) {
    const Places image = {row_of(a[DH], n), row_of(a[H], n), row_of(a[X], n), row_of(dx, n)};
    if (overlap && !dx.add) zero(dx.size, image.dx);
    if (overlap || dx.add)
      give_windows(v, (How){v.height, v.width, 1, 0}, image);
    else if (v.height == 2 && v.width == 2)
      give_windows(v, (How){2, 2, 0, after_relu}, image);
    else
      give_windows(v, (How){v.height, v.width, 0, after_relu}, image);
    if (after_relu && overlap) {
      INDEPENDENT for (long k = 0; k < dx.size; k++) image.dx[k] *= image.x[k] > 0 ? 1 : 0;
    }
  }
}

void OP(max_pool_backward)(long rows, const Array *a, const double *attr) {
  backward(rows, a, attr, 0);
}

void OP(max_pool_after_relu)(long rows, const Array *a, const double *attr) {
  backward(rows, a, attr, 1);
}
